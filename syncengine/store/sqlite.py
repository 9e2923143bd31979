"""SQLite as the home of a ledger: everything that is so only there."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import URL, Column, Connection, create_engine, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from syncengine.errors import BusyError, SyncengineError, UserError
from syncengine.store.journal import refuse_foreign_wal, settle_in
from syncengine.store.ledger_file import BUSY_SECONDS, MOVED, PUT_BACK, LedgerFile
from syncengine.store.scrub import scrub_sqlite
from syncengine.store.sql.database import WRITE, Database
from syncengine.store.wicket import Wicket

_CACHE_KIB: Final = 32 * 1024


def open_database(path: Path, *, damaged: bool = False) -> Database:
    """A ledger's file, made with its folder where there is none. Connects to nothing yet. `damaged`: whoever looks for
    damage is shown the bytes of a text that is none, instead of an error without a place.
    """
    _make_folder(path)
    file = LedgerFile(path)
    engine = create_engine(URL.create("sqlite", database=str(path)), creator=file.connect, pool_use_lifo=True)
    event.listen(engine, "connect", lambda connection, _: _settle_in(connection, path))
    if damaged:
        event.listen(engine, "connect", _show_what_is_no_text)
    wicket = Wicket.beside(path, patience=BUSY_SECONDS)
    event.listen(engine, "begin", lambda connection: _begin(connection, file, wicket))
    return Database(
        engine=engine, first_id=_first_id, explain=lambda error: explain(error, file), stands=file.check,
        scrub=scrub_sqlite,
    )  # fmt: skip


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the state folder {path.parent} cannot be made: {error.strerror}",
            remedy="name a folder that can be written with --state",
        ) from error
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a ledger", remedy="name a file with --state")


def _settle_in(connection: DBAPIConnection, path: Path) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    settle_in(cast(sqlite3.Connection, connection), path)
    for pragma in ("foreign_keys=on", f"cache_size=-{_CACHE_KIB}", "temp_store=memory"):
        cursor = connection.cursor()
        cursor.execute(f"pragma {pragma}")
        cursor.close()


def _show_what_is_no_text(connection: DBAPIConnection, _record: object) -> None:
    connection.text_factory = lambda raw: raw.decode(errors="backslashreplace")


def _begin(connection: Connection, file: LedgerFile, wicket: Wicket) -> None:
    """A writer takes its lock at once: one that began as a reader could not wait for it."""
    writes = connection.get_execution_options().get(WRITE, False)
    if writes:
        with wicket:
            connection.exec_driver_sql("begin immediate")
    else:
        connection.exec_driver_sql("begin")
    file.check()
    if writes:
        refuse_foreign_wal(cast(sqlite3.Connection, connection.connection.driver_connection), file.path)


def _first_id(connection: Connection, column: Column[Any], _count: int) -> int:
    """The whole database is ours until the commit, so that the next number is free."""
    return int(connection.execute(select(func.coalesce(func.max(column), 0) + 1)).scalar_one())


def append_only(table: str) -> Sequence[str]:
    """Statements after which rows of a table can be added, but neither changed nor removed."""
    return tuple(
        f"create trigger {table}_refuses_{deed} before {deed} on {table} "
        f"begin select raise(abort, '{table} is append-only'); end"
        for deed in ("update", "delete")
    )


def explain(error: BaseException, file: LedgerFile) -> SyncengineError | None:
    """In words for people; None for a bug of ours."""
    path = file.path
    if str(error).startswith("Could not decode to UTF-8"):  # Python's own error, without a code; it quotes the value
        return UserError(f"{path} is damaged: a text in it is none", remedy="restore it from a backup")
    if str(error).startswith("no such table"):  # ours is there from the first transaction on
        return BusyError(
            f"{path} holds no ledger any more: it was emptied or replaced while it was in use",
            remedy="put the ledger back and run again",
        )
    code = getattr(error, "sqlite_errorcode", 0)
    code = code if code in _BUSY else code & 0xFF
    if code in _BUSY:
        message, remedy = _BUSY[code] if file.stands else (MOVED, PUT_BACK)
        return BusyError(message.format(path=path, error=error), remedy=remedy)
    if code in _WRONG:
        message, remedy = _WRONG[code]
        return UserError(message.format(path=path, error=error), remedy=remedy)
    return None


_BUSY: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: ("another process is writing to {path}", "try again in a moment"),
    sqlite3.SQLITE_LOCKED: ("another process is writing to {path}", "try again in a moment"),
    sqlite3.SQLITE_FULL: ("the disk of {path} is full", "make room and run again; what was committed is safe"),
    sqlite3.SQLITE_READONLY_DBMOVED: (MOVED, PUT_BACK),
    sqlite3.SQLITE_READONLY: ("{path} cannot be written", "make it and its folder writable, or use --state"),
    sqlite3.SQLITE_PERM: ("{path} cannot be written", "make it and its folder writable, or use --state"),
    sqlite3.SQLITE_CANTOPEN: ("{path} cannot be opened", "check that its folder is there and can be written"),
    sqlite3.SQLITE_IOERR: ("reading or writing {path} failed: {error}", "check the disk, then run again"),
}
_WRONG: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_NOTADB: ("{path} is not an SQLite database", "name the ledger's file with --state"),
    sqlite3.SQLITE_CORRUPT: ("{path} is damaged: {error}", "restore it from a backup"),
}


def database_path(url: str) -> Path:
    """The file that an URL like sqlite:///state.db names. Raises UserError where it names none."""
    _, _, rest = url.partition("://")
    path = rest.removeprefix("/").partition("?")[0]
    if not Path(path).name or path == ":memory:":
        raise UserError(
            "a ledger needs a file",
            remedy="say --state sqlite:///PATH, with four slashes for an absolute path",
        )
    return Path(path)


__all__ = ["append_only", "database_path", "explain", "open_database"]
