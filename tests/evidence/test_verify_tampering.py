"""Somebody edits the ledger's file: whatever was touched is named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest

from syncengine.canonical import chain, commitment
from syncengine.evidence.verify import Verdict, verify
from syncengine.store.open import open_store
from syncengine.store.sqlite import append_only
from syncengine.vocabulary import OutcomeKind
from tests.store.scene import Scene, busy

Tamper = Callable[..., Verdict]


def check(path: Path) -> Verdict:
    with closing(sqlite3.connect(path)) as connection:
        for guard in append_only("audit"):  # whoever took it away puts it back
            connection.execute(guard)
        connection.commit()
    store = open_store(f"sqlite:///{path}", damaged=True)
    try:
        return verify(store.book())
    finally:
        store.close()


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of two sessions in which everything has happened, and which nothing protects but its hashes."""
    path = tmp_path_factory.mktemp("honest") / "state.db"
    store = open_store(f"sqlite:///{path}")
    scene = Scene(store)
    busy(scene)
    store.close_session(scene.session, scene.now)
    second = Scene(store, scene.clock)
    second.settle(second.sent("late"), OutcomeKind.CONFIRMED)
    store.close_session(second.session, second.now)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.commit()
    return path


@pytest.fixture
def path(honest: Path, tmp_path: Path) -> Path:
    return Path(copyfile(honest, tmp_path / "state.db"))


@pytest.fixture
def tamper(path: Path) -> Tamper:
    def tamper(*statements: str, **values: object) -> Verdict:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = off")
            connection.execute("PRAGMA ignore_check_constraints = on")
            for statement in statements:
                connection.execute(statement, values)
            assert connection.total_changes, "nothing was tampered with"
            connection.commit()
        return check(path)

    return tamper


def rows(path: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()


def test_an_honest_ledger_holds(path: Path) -> None:
    verdict = check(path)
    assert verdict.places == ()
    assert (verdict.strands, verdict.checkpoints) == (2, 3)


def flipped(value: object, random: Random) -> object:
    """The same with one byte changed, or a number that is another one."""
    if isinstance(value, int):
        return value + random.choice((1, 1000))
    body = bytearray(value.encode() if isinstance(value, str) else bytes(value))  # type: ignore[call-overload]
    body[random.randrange(len(body))] ^= 1 << random.randrange(7)
    return body.decode("latin-1") if isinstance(value, str) else bytes(body)


@pytest.mark.parametrize("column", ["body", "hash", "kind", "strand", "number"])
def test_one_byte_of_an_audit_row(path: Path, honest: Path, column: str) -> None:
    random = Random(column)
    for strand, number, value in random.sample(rows(path, "audit", f"strand, number, {column}"), 12):
        copyfile(honest, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = off")
            connection.execute("PRAGMA ignore_check_constraints = on")
            statement = f"UPDATE OR REPLACE audit SET {column} = ? WHERE strand = ? AND number = ?"
            connection.execute(statement, (flipped(value, random), strand, number))
            connection.commit()
        places = check(path).places
        named = [place for place in places if place.startswith(f"strand {strand}")]
        assert named, (strand, number, places)
        if column in ("body", "hash", "kind"):
            assert places[0].startswith(f"strand {strand} entry {number}:"), places


@pytest.mark.parametrize("column", ["body", "salt", "commitment", "kind", "record_id", "id", "erased_by"])
def test_one_byte_of_a_payload_row(path: Path, honest: Path, column: str) -> None:
    random = Random(column)
    for number, value in random.sample(rows(path, "payloads", f"id, {column}"), 8):
        copyfile(honest, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = on")
            statement = f"UPDATE OR REPLACE payloads SET {column} = ? WHERE id = ?"
            connection.execute(statement, (flipped(value, random), number))
            connection.commit()
        (place, *_) = check(path).places
        assert place.startswith("payload"), place
        if column in ("body", "salt", "commitment", "id", "erased_by"):
            assert place.startswith(f"payload {number}:"), place
        if column == "commitment":
            assert place == f"payload {number}: the commitment was changed"
        if column in ("body", "salt"):
            assert place == f"payload {number}: the body does not match its commitment"


@pytest.mark.parametrize(("table", "where"), [("audit", "strand = 1 AND number = 5"), ("payloads", "id = 5")])
def test_a_text_that_is_no_text_any_more(tamper: Tamper, table: str, where: str) -> None:
    (place, *_) = tamper(f"UPDATE {table} SET kind = CAST(X'e1e1' AS TEXT) WHERE {where}").places
    assert place.startswith("strand 1 entry 5: the row says" if table == "audit" else "payload"), place
    assert "\\xe1\\xe1" in place or table == "payloads"


def test_a_payload_that_was_sealed_again_after_its_body_was_changed(tamper: Tamper, path: Path) -> None:
    verdict = tamper(
        "UPDATE payloads SET body = :body, salt = :salt, commitment = :seal WHERE id = 3",
        body=b"{}", salt=b"0" * 16, seal=commitment(b"0" * 16, b"{}"),
    )  # fmt: skip
    assert len(verdict.places) == 1
    assert "not the one that strand 1 entry" in verdict.places[0]


@pytest.mark.parametrize("column", ["body", "salt"])
def test_a_payload_that_was_emptied_is_not_one_that_was_erased(tamper: Tamper, column: str) -> None:
    verdict = tamper(f"UPDATE payloads SET {column} = NULL, erased_by = 5 WHERE id = 2")
    assert verdict.places == ("payload 2: its body is gone, and no entry says that it was erased",)


def last_of(path: Path, table: str) -> int:
    return int(str(rows(path, table, "max(id), 0")[0][0]))


def test_the_first_payload_is_removed(tamper: Tamper) -> None:
    (place, *_) = tamper("DELETE FROM payloads WHERE id = 1").places
    assert place.startswith("payload 1: it is gone")


def test_a_payload_in_the_middle_is_removed(tamper: Tamper) -> None:
    (place,) = tamper("DELETE FROM payloads WHERE id = 5").places
    assert place.startswith("payload 5: it is gone")


def test_the_last_payload_is_removed(tamper: Tamper, path: Path) -> None:
    last = last_of(path, "payloads")
    (place,) = tamper("DELETE FROM payloads WHERE id = (SELECT max(id) FROM payloads)").places
    assert place.startswith(f"payload {last}: it is gone")


def test_a_payload_is_added(tamper: Tamper, path: Path) -> None:
    last = last_of(path, "payloads")
    columns = "kind, record_id, salt, body, commitment, erased_by"
    copy = f"INSERT INTO payloads (id, {columns}) SELECT :id, {columns} FROM payloads WHERE id = 1"
    (place,) = tamper(copy, id=last + 9).places
    assert place == f"payload {last + 9}: it was added; no entry says that it was stored"


def test_two_payloads_are_swapped(tamper: Tamper) -> None:
    verdict = tamper(
        "UPDATE payloads SET id = -1 WHERE id = 1",
        "UPDATE payloads SET id = 1 WHERE id = 2",
        "UPDATE payloads SET id = 2 WHERE id = -1",
    )
    assert verdict.places[0].startswith("payloads 1 to 3: one of them is not the one")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "strand 1 entry 1: it is gone"),
        (7, "strand 1 entry 7: it is gone"),
        (None, "gone from its end"),
    ],
)
def test_an_entry_is_removed(tamper: Tamper, number: int | None, said: str) -> None:
    which = "(SELECT max(number) FROM audit WHERE strand = 1)" if number is None else str(number)
    (place, *_) = tamper(f"DELETE FROM audit WHERE strand = 1 AND number = {which}").places
    assert said in place


def test_the_tail_of_a_strand_is_cut_off(tamper: Tamper) -> None:
    (place, *_) = tamper("DELETE FROM audit WHERE strand = 2 AND number > 3").places
    assert place.startswith("strand 2: entries 4 to ")
    assert place.endswith("are gone from its end")


def test_the_tail_is_cut_off_and_the_count_set_back(tamper: Tamper) -> None:
    verdict = tamper(
        "DELETE FROM audit WHERE strand = 1 AND number > 3",
        "UPDATE strands SET count = 3, head = (SELECT hash FROM audit WHERE strand = 1 AND number = 3) WHERE id = 1",
    )
    assert any("the checkpoint in strand 2" in place for place in verdict.places)
    assert verdict.places[0].endswith("what was between them is gone")


def test_a_whole_strand_is_removed(tamper: Tamper) -> None:
    (place, *_) = tamper("DELETE FROM audit WHERE strand = 2").places
    assert place.startswith("strand 2: entries 1 to ")


def test_a_strand_is_removed_with_everything_that_counts_it(tamper: Tamper) -> None:
    verdict = tamper("DELETE FROM audit WHERE strand = 2", "DELETE FROM strands WHERE id = 2")
    assert any("checkpoint" in place and "it is gone" in place for place in verdict.places)


def test_two_entries_change_places(tamper: Tamper) -> None:
    verdict = tamper(
        "UPDATE audit SET number = -1 WHERE strand = 1 AND number = 4",
        "UPDATE audit SET number = 4 WHERE strand = 1 AND number = 5",
        "UPDATE audit SET number = 5 WHERE strand = 1 AND number = -1",
    )
    assert verdict.places[0].startswith("strand 1 entry 4:")


def test_an_entry_is_copied(tamper: Tamper) -> None:
    columns = "strand, kind, body, hash"
    copied = f"SELECT number + 1000, {columns} FROM audit WHERE strand = 1 AND number = 4"
    verdict = tamper(f"INSERT INTO audit (number, {columns}) {copied}")
    assert verdict.places[0].startswith("strand 1 entry 1004: it was added; the ledger counts")


def test_an_entry_is_changed_and_hashed_anew(tamper: Tamper, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT body, hash FROM audit WHERE strand = 1 AND number IN (3, 4) ORDER BY number"
        (_, before), (body, _) = connection.execute(query)
    changed = body.replace(b'"at":"2026', b'"at":"2025')
    assert changed != body
    verdict = tamper(
        "UPDATE audit SET body = :body, hash = :hash WHERE strand = 1 AND number = 4",
        body=changed, hash=chain(before, changed),
    )  # fmt: skip
    assert verdict.places == ("strand 1 entry 5: it does not follow from entry 4, which was changed and hashed anew",)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE strands SET head = zeroblob(32) WHERE id = 1", "its last hash is not the head"),
        ("UPDATE strands SET count = count + 1 WHERE id = 1", "gone from its end"),
        ("UPDATE strands SET count = count - 1 WHERE id = 1", "it was added"),
        ("UPDATE ledger SET checkpoint = zeroblob(32)", "not in the chain of them all"),
        ("UPDATE ledger SET checkpoint = randomblob(32)", "it is gone, or was changed"),
        ("UPDATE actions SET state = 'cancelled' WHERE id = 3", "action 3: it stands at cancelled"),
        ("UPDATE attempts SET state = 'rejected' WHERE id = 1", "attempt 1: it stands at rejected"),
        ("UPDATE holds SET released_at = '2026-01-01T00:00:00Z' WHERE id = 1", "hold 1: it stands at released"),
        ("UPDATE links SET record_id = 4 WHERE flow = 'invoice.crm'", "it leads to record 4"),
        ("DELETE FROM links WHERE flow = 'invoice.crm'", "link invoice.crm 00Q: it is gone"),
        ("UPDATE switches SET phase = 'automated'", "switch set:billing: it stands at automated"),
        ("DELETE FROM switches", "switch set:billing: it is gone"),
    ],
)
def test_a_state_is_changed_without_an_entry(tamper: Tamper, statement: str, said: str) -> None:
    places = tamper(statement).places
    assert any(said in place for place in places), places


@pytest.mark.parametrize("column", ["body", "hash"])
@pytest.mark.parametrize("value", ["'text'", "7", "x''", "1.5"])
def test_a_column_of_bytes_holds_something_else(tamper: Tamper, column: str, value: str) -> None:
    (place, *_) = tamper(f"UPDATE audit SET {column} = {value} WHERE strand = 1 AND number = 4").places
    assert place.startswith("strand 1 entry 4:")


@pytest.mark.parametrize("column", ["body", "salt", "commitment"])
@pytest.mark.parametrize("value", ["'text'", "7", "x''"])
def test_a_payload_holds_something_else_than_bytes(tamper: Tamper, column: str, value: str) -> None:
    (place, *_) = tamper(f"UPDATE payloads SET {column} = {value} WHERE id = 4").places
    assert place.startswith("payload 4:")
