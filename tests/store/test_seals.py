"""Every column of every table is sealed, told of by entries, or covered by hashes of its own."""

import pytest

from syncengine.evidence.replay import Action, Attempt, Link
from syncengine.model.seal import GONE, PARTS, TOLD, WIDTH, fixed, seal_all
from syncengine.store.schema import METADATA
from syncengine.store.sql.sealing import sealable

OTHERWISE = {"audit", "ledger", "payloads", "strands"}
"""Entries are chained; payloads have commitments; the heads of strands, the checkpoint and the turn are what the
entries lead to; the ledger's project, beginning and key are named by the first entry of every session.
"""


def test_only_tables_with_hashes_of_their_own_are_not_sealed() -> None:
    assert {name for name, table in METADATA.tables.items() if not sealable(table)} == OTHERWISE


@pytest.mark.parametrize("name", sorted(METADATA.tables.keys() - OTHERWISE))
def test_every_column_has_its_place(name: str) -> None:
    columns = METADATA.tables[name].c.keys()
    sealed = {columns[place] for place in fixed(name, columns)}
    apart = [column for of, said in PARTS.values() if of == name for column in said]
    told = list(TOLD.get(name, ()))
    assert sorted([*sealed, *apart, *told]) == sorted(columns)


def test_whatever_is_not_sealed_of_a_row_is_replayed() -> None:
    derived = {"actions": {"retired"}, "attempts": {"id", "request_id"}, "links": {"external_id", "flow"}}
    for table, of in (("actions", Action), ("attempts", Attempt), ("links", Link)):
        assert set(TOLD[table]) - derived[table] <= set(of._fields), table


def test_a_seal_tells_types_apart_and_needs_the_key() -> None:
    rows = [("a", 1), (b"a", 1), ("a", "1"), ("a", None), ("a", 1.0)]
    seals = seal_all(b"k", rows)
    parts = [seals[place : place + WIDTH] for place in range(0, len(seals), WIDTH)]
    assert len(set(parts)) == len(rows)
    assert parts[0] != seal_all(b"other", rows[:1])
    assert GONE not in parts
