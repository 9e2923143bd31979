"""The one door to a store: an URL in, a store out. What a kind of store needs is imported only when it is asked for."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from syncengine.errors import UserError
from syncengine.store.protocol import Store, Switchboard

if TYPE_CHECKING:
    from syncengine.store.condition.condition import Condition
    from syncengine.store.sql.database import Database

MEMORY = "memory:"
_POSTGRES = ("postgresql", "postgres")
_WAYS = "use --state sqlite:///PATH or postgresql://USER@HOST/DATABASE"


def open_store(
    url: str, *, randomness: Callable[[int], bytes] = os.urandom, damaged: bool = False
) -> Store:  # fmt: skip
    """`sqlite:///PATH` (made where it is missing), `postgresql://USER@HOST/DATABASE` (both are brought to the present
    schema) or `memory:`, which ends with the process. `randomness` gives the salts of payloads; `damaged`: bytes that
    are no text are shown, not refused. Raises UserError and BusyError.
    """
    if url == MEMORY:
        from syncengine.store.memory.store import MemoryStore

        return MemoryStore(randomness)
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        return _open_sqlite(url, randomness, damaged=damaged)
    if kind in _POSTGRES:
        return _open_postgres(url, randomness)
    raise UserError(f"no ledger can be kept in {kind!r}", remedy=_WAYS)


def open_switchboard(url: str) -> Switchboard:
    """The same ledger for whoever only switches something in it: it loads less, and takes no part in the work."""
    kind = url.partition(":")[0].partition("+")[0]
    if kind not in ("sqlite", *_POSTGRES):
        return open_store(url)
    from syncengine.store.sql.switchboard import SqlSwitchboard
    from syncengine.store.upgrade import upgrade

    database = _database(url)
    upgrade(database)
    return SqlSwitchboard(database, os.urandom)


def _database(url: str) -> "Database":
    if not url.startswith("sqlite"):
        from syncengine.store import postgres

        return postgres.open_database(url)
    from syncengine.store import sqlite

    return sqlite.open_database(sqlite.database_path(url))


def engine_lock(url: str, command: str, now: datetime) -> AbstractContextManager[object]:
    """The proof that no other engine works on a ledger that is a file. Raises BusyError naming who does. On PostgreSQL
    several may work; each proves that it lives when it takes its share.
    """
    if not url.startswith("sqlite"):
        return nullcontext()
    from syncengine.store.lock import EngineLock
    from syncengine.store.sqlite import database_path

    return EngineLock.beside(database_path(url), command=command, now=now)


def is_there(url: str) -> bool:
    """Whether anything was ever written to a ledger. Makes none. Raises UserError and BusyError."""
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        from syncengine.store.ledger_file import is_written
        from syncengine.store.lock import remembers
        from syncengine.store.sqlite import database_path

        path = database_path(url)
        return is_written(path) or remembers(path)
    if kind in _POSTGRES:
        from syncengine.store.postgres import open_database
        from syncengine.store.upgrade import is_begun

        return is_begun(open_database(url))
    raise UserError(f"no ledger can be kept in {kind!r}", remedy=_WAYS)


def look_at(url: str) -> "Condition":
    """How a ledger is doing. Changes nothing of it, and makes none. Raises UserError and BusyError."""
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        from syncengine.store.condition import sqlite
        from syncengine.store.sqlite import database_path

        return sqlite.look_at(database_path(url))
    if kind in _POSTGRES:
        from syncengine.store.condition import postgres

        return postgres.look_at(url)
    raise UserError(f"no ledger can be kept in {kind!r}", remedy=_WAYS)


def _open_sqlite(url: str, randomness: Callable[[int], bytes], *, damaged: bool) -> Store:
    from syncengine.store.sql.store import SqlStore
    from syncengine.store.sqlite import database_path, open_database
    from syncengine.store.upgrade import upgrade

    database = open_database(database_path(url), damaged=damaged)
    upgrade(database)
    return SqlStore(database, randomness)


def _open_postgres(url: str, randomness: Callable[[int], bytes]) -> Store:
    from syncengine.store.postgres import open_database
    from syncengine.store.sql.store import SqlStore
    from syncengine.store.upgrade import upgrade
    from syncengine.store.worker import Worker

    database = open_database(url)
    upgrade(database)
    return SqlStore(database, randomness, Worker(database))
