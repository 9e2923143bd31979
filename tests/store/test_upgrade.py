"""A ledger that an older version made comes to the present schema whole, or stays as it was."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from syncengine.evidence.verify import verify
from syncengine.store.open import open_store
from syncengine.store.schema import METADATA
from syncengine.store.sql import sessions
from syncengine.store.sql.store import SqlStore
from syncengine.store.sql.unit import Unit
from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import REVISIONS, upgrade
from syncengine.vocabulary import OutcomeKind
from tests.store.older import make_older, migrate, tables
from tests.store.scene import Scene, busy

FIRST = REVISIONS[0]
SECRET_BYTES = 32
DEATHS = (
    "INSERT INTO _alembic_tmp_ledger",
    "DROP TABLE ledger",
    "ALTER TABLE actions",
    "CREATE TABLE keyed",
    "UPDATE alembic_version",
)
"""Statements in the middle of the migration."""

DIE = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import upgrade

database = open_database(Path(sys.argv[1]))

@event.listens_for(database.engine, "before_cursor_execute")
def die(_connection, _cursor, statement, *_more):
    if "UPDATE alembic_version" in statement:
        os._exit(9)

upgrade(database)
"""


@pytest.fixture(scope="module")
def first_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the first schema in which everything has happened."""
    path = tmp_path_factory.mktemp("first") / "state.db"
    store = open_store(f"sqlite:///{path}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unit, "_take_turn", lambda _: None)  # nobody numbered transactions then
        patch.setattr(sessions, "_identity", lambda _: "")
        scene = Scene(store)
        busy(scene)
        store.close_session(scene.session, scene.now)
    store.close()
    make_older(path, FIRST)
    return path


@pytest.fixture
def path(first_ledger: Path, tmp_path: Path) -> Path:
    return Path(copyfile(first_ledger, tmp_path / "state.db"))


def rows(path: Path, columns_of: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that `columns_of` has, in its columns."""
    with closing(sqlite3.connect(columns_of)) as known, closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in tables(known):
            columns = ", ".join(f'"{row[1]}"' for row in known.execute(f"PRAGMA table_info({table})"))
            found[table] = sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
    return found


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def opened(path: Path) -> SqlStore:
    store = open_store(f"sqlite:///{path}")
    assert isinstance(store, SqlStore)
    return store


def is_whole(store: SqlStore) -> bool:
    return verify(store.book()).holds_true


def test_every_row_of_the_first_schema_is_kept(path: Path, first_ledger: Path) -> None:
    opened(path).close()
    kept = rows(path, first_ledger)
    assert kept == rows(first_ledger, first_ledger)
    assert {"actions", "audit", "inbox", "ledger", "records"} <= {table for table, found in kept.items() if found}


def test_the_schema_is_the_present_one_and_no_reference_is_broken(path: Path, tmp_path: Path) -> None:
    opened(path).close()
    opened(tmp_path / "new.db").close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        grown = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert grown == connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_the_trail_stays_whole_and_can_still_only_be_added_to(path: Path) -> None:
    store = opened(path)
    assert is_whole(store)
    store.close()
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM audit")


def test_work_that_was_open_goes_on(path: Path) -> None:
    store = opened(path)
    scene = Scene(store)
    assert [candidate.key for candidate in scene.candidates()] == ["shop:invoice.crm:c:1"]
    (permit,) = scene.send(*scene.candidates())
    scene.settle(permit.send, OutcomeKind.CONFIRMED)
    scene.settle(scene.sent("new"), OutcomeKind.CONFIRMED)
    assert scene.states()["shop:invoice.crm:c:1"] == "confirmed"
    store.close_session(scene.session, scene.now)
    assert is_whole(store)
    store.close()


def test_a_ledger_without_a_key_gets_one_of_its_own_and_keeps_it(path: Path, first_ledger: Path) -> None:
    store = opened(path)
    key = store.secret()
    store.close()
    assert len(key) == SECRET_BYTES
    assert any(key)
    again, other = opened(path), opened(Path(copyfile(first_ledger, path.with_name("twin.db"))))
    assert again.secret() == key != other.secret()
    again.close()
    other.close()


def test_a_ledger_that_nobody_has_used_gets_its_key_with_its_first_session(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    opened(path).close()
    make_older(path, FIRST)
    store = opened(path)
    assert store.secret() == b""
    Scene(store)
    assert len(store.secret()) == SECRET_BYTES
    store.close()


@pytest.mark.parametrize("last", DEATHS)
def test_an_upgrade_that_fails_half_way_leaves_the_ledger_as_it_was(path: Path, last: str) -> None:
    before = everything(path)
    database = open_database(path)

    @event.listens_for(database.engine, "before_cursor_execute")
    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if last in statement:
            raise OSError(last)

    with pytest.raises(OSError, match=last):
        upgrade(database)
    database.engine.dispose()
    assert everything(path) == before
    opened(path).close()


def test_a_process_that_dies_half_way_leaves_the_ledger_as_it_was(path: Path) -> None:
    before = everything(path)
    assert subprocess.run([sys.executable, "-c", DIE, path], check=False, timeout=60).returncode == 9
    assert everything(path) == before
    store = opened(path)
    assert store.secret()
    store.close()


# --- PostgreSQL


@pytest.fixture
def databases(postgres_database: Callable[[], str], postgres_server: Any) -> tuple[str, str]:
    """Two empty ones, as URLs."""
    return postgres_server.url(postgres_database()), postgres_server.url(postgres_database())


def checks(connection: Connection) -> dict[str, set[tuple[str, str]]]:
    look = inspect(connection)
    return {t: {(c["name"] or "", c["sqltext"]) for c in look.get_check_constraints(t)} for t in METADATA.tables}


def test_the_same_migrations_serve_postgresql(databases: tuple[str, str]) -> None:
    grown, made = (create_engine(url) for url in databases)
    with grown.begin() as connection:
        migrate(connection, FIRST)
        connection.execute(text("INSERT INTO ledger VALUES (1, 'shop', '2026-01-01T00:00:00Z', '\\x00')"))
        migrate(connection, "head")
    with made.begin() as connection:
        METADATA.create_all(connection)
        known = checks(connection)
    with grown.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
        assert checks(connection) == known
        assert len(connection.execute(text("SELECT secret FROM ledger")).scalar_one()) == SECRET_BYTES
        with pytest.raises(IntegrityError, match="secret"):
            connection.execute(text("UPDATE ledger SET secret = NULL"))
    grown.dispose()
    made.dispose()
