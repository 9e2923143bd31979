"""Somebody who may write every byte of a ledger's database changes something, anywhere: it is found, and its place
named; where a ledger cannot know by itself, the report says so, and an anchor shows it.

Each class is tried at a random place; TAMPERS=1000 tries every column of every table, and each so often.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
from sqlalchemy import Connection

from syncengine.clock import SystemClock
from syncengine.errors import SyncengineError
from syncengine.evidence.anchor import Anchor, take_up
from syncengine.evidence.verify import Verdict, verify
from syncengine.store.open import open_store
from syncengine.store.sql.book import SqlBook
from syncengine.store.sql.database import WRITE, Database
from syncengine.store.sql.store import SqlStore
from tests.evidence import attacks
from tests.evidence.attacks import ANCHORED, FOUND, SCHEMA
from tests.evidence.company import Company, half, whole
from tests.postgres import PostgresServer, new_database

TIMES = int(os.environ.get("TAMPERS", "0"))
FLIPS = TIMES or 40
SAMPLE = tuple(FOUND) if TIMES else (*attacks.TRAIL, *attacks.PAYLOADS, *SCHEMA, *attacks.some(Random(2026)))
"""Without TAMPERS, one column of every table, and a row removed, added and exchanged in some."""


class Ledgers:
    """The company's ledger of now and of an earlier day, and its anchors."""

    def __init__(self, company: Company, earlier: str) -> None:
        self.now = self._open(company.state)
        self.earlier = earlier
        self.state = company.state
        self.anchors = take_up(company.anchors.read_bytes().splitlines())[0]
        assert len(self.anchors) == 2

    @staticmethod
    def _open(state: str) -> Database:
        store = open_store(state, damaged=True)
        assert isinstance(store, SqlStore)
        return store._database

    @contextmanager
    def tampered(self) -> Iterator[Connection]:
        """A transaction that is never kept."""
        with self.now.engine.connect() as connection:
            marked = connection.execution_options(**{WRITE: True})
            with marked.begin() as transaction:
                yield marked
                transaction.rollback()


def judge(database: Database, connection: Connection, anchors: Sequence[Anchor] | None = None) -> Verdict:
    return verify(SqlBook(database, lambda: nullcontext(connection)), anchors=anchors)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    folder = tmp_path_factory.mktemp("tampering")
    company = half(folder)
    copyfile(folder / "workspace" / "state.db", folder / "earlier.db")
    whole(company)
    return Ledgers(company, f"sqlite:///{folder / 'earlier.db'}")


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Ledgers]:
    name = new_database(postgres_server)
    company = half(tmp_path_factory.mktemp("tampering"), postgres_server.url(name))
    earlier = new_database(postgres_server, name)
    whole(company)
    ledgers = Ledgers(company, postgres_server.url(earlier))
    yield ledgers
    ledgers.now.engine.dispose()
    for made in (name, earlier):
        postgres_server.execute(f"DROP DATABASE {made} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest) -> Ledgers:
    found: Ledgers = request.getfixturevalue(f"on_{request.param}")
    return found


def test_there_are_as_many_classes_as_the_design_asks_for() -> None:
    assert len(attacks.TRAIL) + len(attacks.PAYLOADS) + len(attacks.SCHEMA) + len(attacks.ROWS) + len(ANCHORED) > 25
    assert len(FOUND) > 200


def test_nobody_has_touched_it(ledgers: Ledgers) -> None:
    verdict = verify(SqlBook(ledgers.now))
    assert verdict.places == ()
    assert "nothing proves that the end was not cut off" in verdict.unknown[0]
    anchored = verify(SqlBook(ledgers.now), anchors=ledgers.anchors)
    assert (anchored.places, anchored.anchors) == ((), 2)


def test_the_company_had_everything_happen(on_sqlite: Ledgers) -> None:
    """A table without rows would not show what is done to rows."""
    with on_sqlite.now.reading() as connection:
        empty = {name for name, table in attacks.TABLES.items() if not attacks.rows(connection, table)}
    assert empty <= {"erasing", "unnamed"}, empty


@pytest.mark.parametrize("name", SAMPLE)
def test_what_was_touched_is_named(ledgers: Ledgers, name: str) -> None:
    for number in range(max(1, TIMES)):
        with ledgers.tampered() as connection:
            done = FOUND[name](connection, Random(f"{name} {number}"))
            if not done:
                pytest.skip(f"{name}: this ledger gives it nothing to change")
            verdict = judge(ledgers.now, connection)
        told = [place for place in verdict.places if name in SCHEMA or "schema" not in place]
        assert told, (done, verdict.places)


@pytest.mark.parametrize("name", ANCHORED)
def test_what_only_an_anchor_shows(ledgers: Ledgers, name: str) -> None:
    for number in range(max(1, TIMES)):
        with ledgers.tampered() as connection:
            done = ANCHORED[name](connection, Random(f"{name} {number}"))
            alone = judge(ledgers.now, connection)
            anchored = judge(ledgers.now, connection, ledgers.anchors)
        assert alone.places == (), done
        assert "verify with --anchor" in alone.unknown[0]
        assert any("it was rewritten, or forked" in place for place in anchored.places), (done, anchored.places)


def test_a_ledger_that_was_put_back_to_an_earlier_day(ledgers: Ledgers) -> None:
    store = open_store(ledgers.earlier)
    alone, anchored = verify(store.book()), verify(store.book(), anchors=ledgers.anchors)
    store.close()
    assert alone.places == ()
    assert "all of it was not put back to an earlier day" in alone.unknown[0]
    assert anchored.anchors == 1
    (place,) = anchored.places
    assert "its end was cut off, or all of it was put back to an earlier day" in place


def test_a_ledger_that_went_another_way(ledgers: Ledgers) -> None:
    """Put back to an earlier day, and used since."""
    store = open_store(ledgers.earlier)
    now = SystemClock().now()
    session = store.open_session(kind="run", actor="mallory", project=ledgers.anchors[0].project, now=now)
    while store.book().heads().turn <= ledgers.anchors[1].turn:
        store.checkpoint(session, now)
    alone, anchored = verify(store.book()), verify(store.book(), anchors=ledgers.anchors)
    store.close()
    assert alone.places == ()
    assert anchored.anchors == 1
    (place,) = anchored.places
    assert "the ledger was another one then: it was rewritten, or forked, after the anchor of" in place


# --- the bytes of a file


@pytest.mark.parametrize("revision", ["0001", "0003", "9999", ""])
def test_a_revision_that_is_not_the_schemas(on_sqlite: Ledgers, tmp_path: Path, revision: str) -> None:
    path = Path(copyfile(on_sqlite.state.removeprefix("sqlite:///"), tmp_path / "state.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()
    (said,) = judged(path)
    assert "its schema" in said or "a newer version" in said or "which schema" in said


def test_a_strand_that_is_no_number(on_sqlite: Ledgers, tmp_path: Path) -> None:
    path = Path(copyfile(on_sqlite.state.removeprefix("sqlite:///"), tmp_path / "state.db"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER audit_refuses_update")
        connection.execute("PRAGMA ignore_check_constraints = on")
        connection.execute("UPDATE audit SET strand = '' WHERE strand = 1 AND number = 3")
        connection.commit()
    assert any("is no number" in said for said in judged(path))


def judged(path: Path) -> tuple[str, ...]:
    """What is said of a file: broken places, or why it cannot be read."""
    try:
        store = open_store(f"sqlite:///{path}", damaged=True)
    except SyncengineError as error:
        return (error.message,)
    try:
        return verify(store.book()).places
    except SyncengineError as error:
        return (error.message,)
    finally:
        store.close()


def said(path: Path) -> list[str]:
    """All that a database says, whatever page it stands in."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def flip(body: bytearray, random: Random) -> None:
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)


def empty_page(body: bytearray, random: Random) -> None:
    start = random.randrange(1, len(body) // 4096) * 4096
    body[start : start + 4096] = bytes(4096)


def exchange_pages(body: bytearray, random: Random) -> None:
    one, two = (page * 4096 for page in random.sample(range(1, len(body) // 4096), 2))
    body[one : one + 4096], body[two : two + 4096] = body[two : two + 4096], body[one : one + 4096]


def cut(body: bytearray, random: Random) -> None:
    del body[random.randrange(len(body)) :]


@pytest.mark.parametrize("deed", [flip, empty_page, exchange_pages, cut])
def test_bytes_of_the_file(
    on_sqlite: Ledgers, tmp_path: Path, deed: Callable[[bytearray, Random], None]
) -> None:  # fmt: skip
    """What is not found changed nothing that the database says: it was free space."""
    original = Path(on_sqlite.state.removeprefix("sqlite:///"))
    path = tmp_path / "state.db"
    whole_file, before = original.read_bytes(), said(original)
    for number in range(FLIPS if deed is flip else max(1, FLIPS // 10)):
        body = bytearray(whole_file)
        deed(body, Random(f"{deed.__name__} {number}"))
        path.write_bytes(body)
        if not judged(path):
            assert said(path) == before, f"{deed.__name__} {number}"
