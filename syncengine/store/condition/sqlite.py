"""A look at a ledger on SQLite: its file is opened only to be read, and its journal mode is left as it is."""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from syncengine.errors import BusyError, SyncengineError, UserError
from syncengine.store.condition.condition import Condition
from syncengine.store.condition.queue import queue, revision
from syncengine.store.journal import WAL, WAL_IS_SAFE_FROM, journal_mode
from syncengine.store.ledger_file import LedgerFile, is_written
from syncengine.store.lock import holder, remembers
from syncengine.store.sqlite import explain
from syncengine.store.upgrade import REVISIONS

_PATIENCE: Final = 2.0


def look_at(path: Path) -> Condition:
    """Raises UserError and BusyError for a file that is there and cannot be looked at."""
    server = f"SQLite {sqlite3.sqlite_version}"
    if not is_written(path):
        if remembers(path):
            raise BusyError(
                f"the ledger {path} is not there any more; there was one when an engine last worked here",
                remedy=f"put it back; to begin a new one, remove {path}.lock as well",
            )
        return Condition(server=server, place=str(path), exists=False, newest=REVISIONS[-1], free=_free(path))
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            durability, unsafe, following = _durability(raw)
            found = revision(connection)
            return Condition(
                server=server,
                place=str(path),
                durability=durability,
                unsafe=unsafe,
                next=following,
                size=path.stat().st_size,
                free=_free(path),
                revision=found,
                newest=REVISIONS[-1],
                at_work=tuple(name for name in (holder(path),) if name),
                read_only=_read_only(path),
                queue=queue(connection) if found == REVISIONS[-1] else None,
            )
    except (DBAPIError, sqlite3.Error) as error:
        raise _in_words(getattr(error, "orig", None) or error, path) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


def _durability(connection: sqlite3.Connection) -> tuple[str, str, str]:
    """What a run would use, as this connection answers when it is asked for the same; what is wrong, and what next."""
    wanted = journal_mode()
    found = _ask(connection, "journal_mode")
    if found == WAL and wanted != WAL:
        safe = ".".join(map(str, WAL_IS_SAFE_FROM))
        unsafe = f"SQLite {sqlite3.sqlite_version} can damage a file in WAL mode when several processes write"
        return "journal_mode wal", unsafe, f"end other processes: the next run turns it back; or use SQLite {safe}"
    if WAL not in (found, wanted):
        _ask(connection, f"journal_mode={wanted}")
        found = _ask(connection, "journal_mode")
    _ask(connection, "synchronous=full")
    level = {"2": "full", "3": "extra"}.get(_ask(connection, "synchronous"), "less than full")
    turning = f"; the next run turns it to {wanted}" if found != wanted else ""
    durability = f"journal_mode {found}, synchronous {level}{turning}"
    if level in ("full", "extra"):
        return durability, "", ""
    return durability, "SQLite does not flush what it commits", "use another build of SQLite"


def _ask(connection: sqlite3.Connection, pragma: str) -> str:
    row = connection.execute(f"pragma {pragma}").fetchone()
    return str(row[0]) if row else ""


def _read_only(path: Path) -> str:
    if not os.access(path, os.W_OK):
        return "the file cannot be written by this user"
    return "" if os.access(path.parent, os.W_OK) else "its folder cannot be written by this user"


def _free(path: Path) -> int | None:
    folder = next((p for p in path.absolute().parents if p.is_dir()), None)
    return None if folder is None else shutil.disk_usage(folder).free


def _in_words(error: BaseException, path: Path) -> SyncengineError:
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK:
        message = f"a transaction in {path} was interrupted and is not taken back yet"
        return BusyError(message, remedy="run: the next run takes it back")
    other = UserError(f"{path} holds something else than a ledger", remedy="name the ledger with --state")
    return explain(error, LedgerFile(path)) or other
