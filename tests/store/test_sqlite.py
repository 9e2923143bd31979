"""What is so only where SQLite keeps the ledger: durability, locks, and errors in words."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from syncengine.errors import BusyError, UserError
from syncengine.store import ledger_file
from syncengine.store.journal import journal_mode
from syncengine.store.open import is_there, look_at, open_store
from syncengine.store.sql.database import Database
from syncengine.store.sql.store import SqlStore
from syncengine.store.sqlite import database_path, open_database
from syncengine.store.upgrade import upgrade

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = open_database(path)
    upgrade(made)
    yield made
    made.engine.dispose()


@pytest.fixture
def store(database: Database) -> SqlStore:
    return SqlStore(database, bytes)


def test_every_commit_is_flushed(database: Database) -> None:
    with database.reading() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == journal_mode()
        assert connection.exec_driver_sql("pragma foreign_keys").scalar() == 1


@pytest.mark.parametrize("deed", ["UPDATE audit SET body = 'x'", "DELETE FROM audit"])
def test_audit_rows_can_only_be_added(store: SqlStore, database: Database, deed: str) -> None:
    store.open_session(kind="run", actor="ada", project="shop", now=NOW)
    with pytest.raises(IntegrityError, match="append-only"), database.writing() as connection:
        connection.exec_driver_sql(deed)
    assert len(list(store.entries())) == 2


def test_a_ledger_that_another_process_keeps_locked_says_try_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    open_store(f"sqlite:///{path}").close()
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0)
    here = open_store(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(BusyError, match="another process"):
        here.open_session(kind="run", actor="ada", project="shop", now=NOW)
    other.execute("rollback")
    assert here.open_session(kind="run", actor="ada", project="shop", now=NOW).id == 1


def test_a_full_disk_keeps_nothing_of_the_transaction_and_everything_before_it(
    store: SqlStore, database: Database
) -> None:  # fmt: skip
    session = store.open_session(kind="run", actor="ada", project="shop", now=NOW)
    before = list(store.entries())
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")
    with pytest.raises(BusyError, match="full"):
        store.set_pause(session, "system:" + "x" * 100_000, True, "why", NOW)
    assert list(store.entries()) == before
    assert store.switches().paused == frozenset()


def test_what_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"invoice;amount\n" * 200)
    with pytest.raises(UserError, match="not an SQLite database") as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in caught.value.message
    assert caught.value.remedy


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'state.db'}")


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        open_store(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_READONLY, BusyError),
        (sqlite3.SQLITE_READONLY_DBMOVED, BusyError),
        (sqlite3.SQLITE_IOERR_FSYNC, BusyError),
        (sqlite3.SQLITE_CANTOPEN, BusyError),
        (sqlite3.SQLITE_CORRUPT_INDEX, UserError),
    ],
)
def test_every_trouble_with_the_file_is_told_with_what_to_do(database: Database, code: int, kind: type) -> None:
    error = sqlite3.OperationalError("trouble")
    error.sqlite_errorcode = code
    explained = database.explain(error)
    assert type(explained) is kind
    assert explained is not None
    assert explained.remedy


def test_a_text_that_is_none_is_damage_and_is_not_quoted(database: Database) -> None:
    with pytest.raises(UserError) as caught, database.reading() as connection:
        connection.exec_driver_sql("select cast(x'e1736563726574' as text) as word").fetchall()
    assert "is damaged" in caught.value.message
    assert "secret" not in caught.value.message


def test_a_mistake_of_ours_is_not_explained_away(database: Database) -> None:
    error = sqlite3.OperationalError("no such column: x")
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert database.explain(error) is None


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///state.db", "state.db"),
        ("sqlite:////var/state.db", "/var/state.db"),
        ("sqlite:///a/b.db?x=1", "a/b.db"),
    ],
)
def test_an_url_names_a_file(url: str, path: str) -> None:
    assert database_path(url) == Path(path)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:////", "sqlite:///.", "sqlite:///:memory:", "sqlite:state.db"]
)
def test_an_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="needs a file"):
        open_store(url)


@pytest.mark.parametrize("ask", [is_there, look_at])
def test_a_name_that_cannot_be_looked_at_is_refused(ask: Callable[[str], object], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be looked at: File name too long"):
        ask(f"sqlite:///{tmp_path / ('x' * 300)}")


@pytest.mark.parametrize("url", ["mysql://x", "", "state.db"])
def test_other_databases_are_refused_with_a_way_out(url: str) -> None:
    with pytest.raises(UserError) as caught:
        open_store(url)
    assert "sqlite:///" in caught.value.remedy
