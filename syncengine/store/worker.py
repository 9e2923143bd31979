"""A worker on PostgreSQL: the connection that proves that it lives, and what it holds as long as it does.

Everything a worker claims is an advisory lock of one connection of its own. The server frees them all at the moment at
which that connection ends: nobody waits for a lease, and nobody is called dead because it is slow.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection

from syncengine.errors import BusyError
from syncengine.store.protocol import Leaving
from syncengine.store.sql.claims import Shared
from syncengine.store.sql.database import Database
from syncengine.store.sql.share import PARTITIONS

LIVES: Final = 0x73796E01
"""Locks (LIVES, session) say that a session lives, locks (HAS, partition) whose a partition is."""
HAS: Final = 0x73796E02

_HERE: Final = (
    "locktype = 'advisory' AND objsubid = 2 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_LOOK: Final = f"SELECT classid::bigint, objid::bigint, pid FROM pg_locks WHERE classid IN ({LIVES}, {HAS}) AND {_HERE}"  # noqa: S608
_LIVE: Final = f"SELECT pg_try_advisory_lock({LIVES}, %s)"
_TAKE: Final = "SELECT part FROM unnest(%s::int[]) AS part WHERE pg_try_advisory_lock(%s, part)"
_GIVE: Final = "SELECT pg_advisory_unlock(%s, part) FROM unnest(%s::int[]) AS part"
_END_ALL: Final = "SELECT pg_advisory_unlock_all()"
_CLAIM: Final = "SELECT pg_try_advisory_lock(%s)"
_RELEASE: Final = "SELECT pg_advisory_unlock(%s)"
_PROVE: Final = f"SELECT count(*) FROM pg_locks WHERE classid = %s AND objid::bigint = %s AND pid = %s AND {_HERE}"  # noqa: S608
_SETTLE_IN: Final = (
    "SELECT set_config(v.name, v.value, false) FROM (VALUES ('idle_session_timeout', '0'), "
    "('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3')) "
    "AS v(name, value) JOIN pg_settings USING (name)"
)


class Worker:
    """Claims of one session. Its connection is opened when it claims something for the first time, and never again:
    with it everything was lost that it stood for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._lost = False
        self._session = 0
        self._parts: frozenset[int] = frozenset()
        self._names: set[str] = set()
        self._one: Final = Lock()

    def share(self, session: int) -> Shared:
        with self._proven(session) as pid:
            rows = self._ask(_LOOK)
            living = {number for kind, number, _ in rows if kind == LIVES}
            mine = {number for kind, number, of in rows if kind == HAS and of == pid}
            taken = {number for kind, number, _ in rows if kind == HAS}
            fair = -(-PARTITIONS // len(living))
            self._give(sorted(mine)[fair:])
            mine = set(sorted(mine)[:fair])
            mine |= self._take(sorted(set(range(PARTITIONS)) - taken)[: fair - len(mine)])
            self._parts = frozenset(mine)
            owed = len(mine) < PARTITIONS // len(living)
            return Shared(share=None if len(mine) == PARTITIONS else sorted(mine), living=living, owed=owed)

    def leave(self) -> Leaving:
        if not self._session:
            return Leaving.LAST
        with self._proven(self._session):
            had_all = len(self._parts) == PARTITIONS
            self._ask(_END_ALL)
            self._session, self._parts, self._names = 0, frozenset(), set()
            if any(kind == LIVES for kind, _, _ in self._ask(_LOOK)):
                return Leaving.OTHERS
            return Leaving.LAST if had_all else Leaving.AGAIN

    def claim(self, session: int, name: str) -> bool:
        with self._proven(session):
            if name not in self._names and self._ask(_CLAIM, _key(name)) == [(True,)]:
                self._names.add(name)
            return name in self._names

    def release(self, name: str) -> None:
        if name in self._names:
            with self._proven(self._session):
                self._ask(_RELEASE, _key(name))
                self._names.discard(name)

    def prove(self, session: int, connection: Connection) -> None:
        """Nothing to prove for whom nothing was ever claimed."""
        if session != self._session:
            return
        asked = (LIVES, session, 0 if self._lost else self._connection.info.backend_pid)
        if connection.exec_driver_sql(_PROVE, asked).scalar_one() == 0:
            self._lose()
            raise _lost()

    def close(self) -> None:
        """Others need not wait until the server sees that the connection has ended."""
        with self._one:
            if self._connection is not None:
                with suppress(self._database.engine.dialect.loaded_dbapi.Error):
                    self._ask(_END_ALL)
                self._connection.close()
                self._connection = None

    @contextmanager
    def _proven(self, session: int) -> Iterator[int]:
        """The connection's number on the server. Raises BusyError once it is lost."""
        with self._one:
            if self._lost:
                raise _lost()
            try:
                if self._connection is None:
                    self._connection = _connection(self._database)
                if self._session != session:
                    self._begin(session)
                yield self._connection.info.backend_pid
            except self._database.engine.dialect.loaded_dbapi.Error as error:
                self._lose()
                raise _lost() from error

    def _begin(self, session: int) -> None:
        """What a session before this one claimed through the same store has ended with it."""
        self._ask(_END_ALL)
        self._ask(_LIVE, session)
        self._session, self._parts, self._names = session, frozenset(), set()

    def _ask(self, statement: str, *asked: object) -> list[Any]:
        cursor = self._connection.execute(statement, asked)
        found: list[Any] = cursor.fetchall()
        return found

    def _take(self, parts: Sequence[int]) -> set[int]:
        """Those that nobody else was quicker to take."""
        return {part for (part,) in self._ask(_TAKE, parts, HAS)} if parts else set()

    def _give(self, parts: Sequence[int]) -> None:
        if parts:
            self._ask(_GIVE, HAS, parts)

    def _lose(self) -> None:
        self._lost = True
        if self._connection is not None:
            with suppress(self._database.engine.dialect.loaded_dbapi.Error):
                self._connection.close()
            self._connection = None


def living(connection: Connection) -> set[int]:
    """The numbers of all sessions that live right now."""
    rows = connection.exec_driver_sql(_LOOK)
    return {number for kind, number, _ in rows if kind == LIVES}


def _connection(database: Database) -> Any:
    """One that no pool ever gets back."""
    made = database.engine.raw_connection()
    connection: Any = made.driver_connection
    made.detach()
    connection.execute(_SETTLE_IN)
    return connection


def _key(name: str) -> int:
    """One number of 64 bits for a name; that two names share one happens to nobody."""
    return int.from_bytes(sha256(f"claim {name}".encode()).digest()[:8], signed=True)


def _lost() -> BusyError:
    return BusyError(
        "the connection broke that proved that this engine is at work; others may have taken over",
        remedy="run again; what was committed is safe",
    )
