"""Statements for many rows and many keys."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, create_engine, select, update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from syncengine.store.sql import statement
from syncengine.store.sql.statement import Bulk, Many, insert

things = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("size", Integer))
LARGER = Many(
    lambda keys: select(things.c.id).where(things.c.size > bindparam("least"), things.c.id.in_(keys)), "least"
)  # fmt: skip


@pytest.fixture
def connection() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as opened:
        things.create(opened)
        insert(things).run(opened, [(number, number * 10) for number in range(1, 1301)])
        yield opened


@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 64, 65, 499, 500, 501, 1300])
def test_any_number_of_keys_is_answered(connection: Connection, count: int) -> None:
    keys = list(range(1, count + 1))
    assert sorted(row[0] for row in LARGER.rows(connection, keys, 0)) == keys


def test_what_stands_before_the_keys_counts_for_each_of_them(connection: Connection) -> None:
    assert sorted(row[0] for row in LARGER.rows(connection, range(1, 701), 6_900)) == list(range(691, 701))


def test_a_bulk_statement_says_how_many_rows_it_changed(connection: Connection) -> None:
    grow = Bulk(
        update(things).where(things.c.id == bindparam("row"), things.c.size == bindparam("read")).values(
            size=bindparam("new")
        ),
        "new", "row", "read",
    )  # fmt: skip
    assert grow.run(connection, []) == 0
    assert grow.run(connection, [(1, 1, 10)]) == 1
    assert grow.run(connection, [(1, 2, 20), (1, 3, 999), (1, 4, 40)]) == 2


def test_parameters_in_another_order_than_declared_are_a_mistake_of_ours(connection: Connection) -> None:
    wrong = Bulk(update(things).where(things.c.id == bindparam("row")).values(size=bindparam("new")), "row", "new")
    with pytest.raises(AssertionError, match="takes"):
        wrong.run(connection, [(1, 2)])


def test_statements_are_compiled_for_positions_on_postgresql_too() -> None:
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    compiled = statement._text(LARGER._build([bindparam("key_0")]), dialect, ("least", "key_0"))
    assert compiled.count("%s") == 2
