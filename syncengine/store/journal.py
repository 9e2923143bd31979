"""How SQLite can take back what it did not commit: the journal mode that its version allows, and that it is in use."""

import sqlite3
from pathlib import Path
from typing import Final

from syncengine.errors import BusyError, UserError

WAL_IS_SAFE_FROM: Final = (3, 51, 3)
"""Before it, two connections that write and checkpoint at the same instant can corrupt a database in WAL mode."""

ROLLBACK: Final = "persist"
WAL: Final = "wal"
_JOURNAL_BYTES: Final = 64 * 1024 * 1024
_FULL: Final = 2


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """PERSIST and TRUNCATE flush the end of the journal with synchronous=FULL; DELETE would also need its folder
    flushed. PERSIST spares the file system the truncation as well.
    """
    return WAL if version >= WAL_IS_SAFE_FROM else ROLLBACK


def settle_in(connection: sqlite3.Connection, path: Path) -> None:
    """Every commit of this connection is flushed, in the mode that is safe. Raises BusyError while somebody else keeps
    the ledger in a mode that is not, and UserError where SQLite does not do as it is told.
    """
    _ask(connection, "synchronous=full")
    wanted = journal_mode()
    got = _turn(connection, wanted, path)
    if wanted == WAL and got != WAL:  # a file system without shared memory: as safe, only slower
        wanted = ROLLBACK
        got = _turn(connection, wanted, path)
    _ask(connection, f"journal_size_limit={_JOURNAL_BYTES}")
    if got != wanted or _ask(connection, "synchronous") != _FULL:
        raise UserError(
            f"{path}: SQLite {sqlite3.sqlite_version} keeps the journal mode {got}, and {wanted} was asked for",
            remedy="run with another SQLite, or put the ledger on a local disk",
        )


def refuse_foreign_wal(connection: sqlite3.Connection, path: Path) -> None:
    """For a transaction that has begun to write: a newer version may have turned the ledger to WAL meanwhile."""
    if journal_mode() != WAL and _ask(connection, "journal_mode") == WAL:
        raise _foreign(path)


def _turn(connection: sqlite3.Connection, mode: str, path: Path) -> str:
    try:
        return str(_ask(connection, f"journal_mode={mode}"))
    except sqlite3.OperationalError as error:
        in_wal = path.with_name(f"{path.name}-wal").exists()
        if in_wal and mode == ROLLBACK and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise _foreign(path) from error
        raise


def _foreign(path: Path) -> BusyError:
    return BusyError(
        f"another process keeps {path} in WAL mode, in which SQLite {sqlite3.sqlite_version} can damage it",
        remedy="end the other process and run again, or use a Python with SQLite 3.51.3 or newer everywhere",
    )


def _ask(connection: sqlite3.Connection, pragma: str) -> object:
    row = connection.execute(f"pragma {pragma}").fetchone()
    return row[0] if row else None
