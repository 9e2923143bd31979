"""One database: how it is reached, what its errors mean, and what is known of its tables."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    StatementError,
)
from sqlalchemy.pool import NullPool

from syncengine.connectors.protocol import Setup
from syncengine.connectors.sql.file import SqliteFile
from syncengine.connectors.sql.table import Table, reflect
from syncengine.errors import PermanentError, TemporaryError, UserError

BUSY_SECONDS: Final = 5
"""How long to wait for somebody else's lock, and for a connection."""
STATEMENT_SECONDS: Final = 30
_AWAY: Final = (OperationalError, InterfaceError)
_SYSTEMIC: Final = frozenset(["08", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "XX"])
"""Classes of SQLSTATE that say nothing of a row: connection, transaction, rights, schema, resources, operator."""

_WORDS: Final[Mapping[str, str]] = {
    "25006": "it can only be read at present",
    "42501": "this user has no right to it",
    "53100": "its disk is full",
    "53200": "it is out of memory",
}
"""For errors whose own words may hold more than they should."""


class Database:
    """Two ways in: one that the database itself lets only read, and, for the writer alone, one that writes.

    Every call opens its own connection, or takes a free one, so that worker threads may come and go. A SQLite file is
    opened anew each time: it may have been moved away and put back.
    """

    def __init__(self, setup: Setup) -> None:
        self._url = _url(setup)
        self._file = _file(setup, self._url) if self._url.get_backend_name() == "sqlite" else None
        self._secrets = tuple(str(s) for s in (self._url.password, setup.settings.get("password")) if s)
        self._reading = self._engine(setup, writes=False)
        self._setup = setup
        self._writing: sa.Engine | None = None
        self._tables: dict[str, Table] = {}

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that cannot write. Raises TemporaryError when the database is away, else PermanentError."""
        try:
            with self._reading.connect() as connection:
                yield connection
        except StatementError as error:
            self.forget()
            if isinstance(error, _AWAY) or is_damage(error):
                raise TemporaryError(self.said(error)) from error
            raise PermanentError(self.said(error)) from error

    def writing(self) -> sa.Connection:
        """A connection that can write. Raises TemporaryError when the database is away."""
        if self._writing is None:
            self._writing = self._engine(self._setup, writes=True)
        try:
            return self._writing.connect()
        except DBAPIError as error:
            raise TemporaryError(self.said(error)) from error

    def check(self) -> None:
        """Raises TemporaryError when what was committed went into a file that is not the system's any more."""
        if self._file is not None:
            self._file.check()

    def table(self, connection: sa.Connection, name: str, columns: Iterable[str] = (), key: str = "") -> Table:
        """What is known of a table, asked once; asked again when something that is wanted is not there."""
        for known in (self._tables.get(name), None):
            table = known or reflect(connection, name)
            try:
                table.check(columns)
                if key:
                    table.check_key(key)
            except PermanentError:
                if known is None:
                    raise
            else:
                self._tables[name] = table
                return table
        raise AssertionError("unreachable: the second look returns or raises")

    def forget(self) -> None:
        """Ask for the tables again: an error may come from their having changed."""
        self._tables.clear()

    def said(self, error: Exception) -> str:
        """Why the database did not do it, in one line, without secrets and without values of rows."""
        text = reason(error)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return f"{self.shown}: {text}"

    @property
    def path(self) -> Path | None:
        """Of the file, where it is one."""
        return None if self._file is None else self._file.path

    @property
    def shown(self) -> str:
        """What messages call it."""
        return f"the database {self._url.database}" if self._url.database else "the database"

    def close(self) -> None:
        for engine in (self._reading, self._writing):
            if engine is not None:
                engine.dispose()

    def _engine(self, setup: Setup, *, writes: bool) -> sa.Engine:
        try:
            if self._file is not None:
                return _sqlite(self._file, writes=writes)
            return _server(self._url, writes=writes)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise UserError(
                f"system {setup.system}: no driver for {self._url.drivername} is installed",
                remedy="install it, for PostgreSQL as syncengine-q2c[postgresql]",
            ) from error


def is_about_rows(error: Exception) -> bool:
    """Whether a row was refused, rather than the database away, busy, full, read-only or out of our reach."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return code[:2] not in _SYSTEMIC if isinstance(code, str) else not (isinstance(error, _AWAY) or is_damage(error))


def is_damage(error: Exception) -> bool:
    """Whether SQLite found a file that is damaged, or no database at all: no row is at fault."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return (code & 0xFF) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def reason(error: Exception) -> str:
    """Why a row was refused or nothing could be done, in one line and without values of rows: drivers quote them, and
    triggers say whatever they like.
    """
    original = getattr(error, "orig", None) or error
    if _speaks_of_itself(error, original):
        return (str(original).strip().splitlines() or [type(original).__name__])[0]
    if known := _WORDS.get(getattr(original, "sqlstate", None) or ""):
        return known
    diagnosis = getattr(original, "diag", None)
    names = [getattr(diagnosis, name, None) for name in ("constraint_name", "column_name")]
    return " ".join([type(original).__name__, *(str(name) for name in names if name)])


def _speaks_of_itself(error: Exception, original: BaseException) -> bool:
    """Whether the words are the database's own: SQLite names only tables and columns, and PostgreSQL only itself when
    it is away, busy or full; a trigger's words are its author's.
    """
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorname", "") != "SQLITE_CONSTRAINT_TRIGGER"
    diagnosis = getattr(original, "diag", None)
    return isinstance(error, _AWAY) and diagnosis is not None and "function" not in (diagnosis.context or "")


def _url(setup: Setup) -> sa.URL:
    """The address with its credentials. Raises UserError, which never shows them."""
    try:
        url = sa.make_url(setup.settings["address"])
    except (ArgumentError, ValueError):
        raise UserError(
            f"system {setup.system}: the address is no database URL",
            remedy="write it as sqlite:///FILE or postgresql://HOST/DATABASE, with user and password as settings",
        ) from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if "user" in setup.settings:
        url = url.set(username=setup.settings["user"])
    return url.set(password=setup.settings["password"]) if "password" in setup.settings else url


def _file(setup: Setup, url: sa.URL) -> SqliteFile:
    if not url.database or url.database == ":memory:":
        raise UserError(
            f"system {setup.system}: a database in memory would be empty at every look",
            remedy="write the address as sqlite:///FILE",
        )
    return SqliteFile((setup.folder / url.database).absolute(), url.database, patience=BUSY_SECONDS)


def _sqlite(file: SqliteFile, *, writes: bool) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        return file.connect(writes=writes)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    if writes:
        # The lock is taken before the rows are looked at: nobody can change them in between.
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _server(url: sa.URL, *, writes: bool) -> sa.Engine:
    postgres = url.get_backend_name() == "postgresql"
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": BUSY_SECONDS} if postgres else {},
        execution_options={} if writes or not postgres else {"postgresql_readonly": True},
    )
    if postgres:
        sa.event.listen(engine, "connect", _limit)
    return engine


def _limit(connection: Any, _record: Any) -> None:
    """A lock that is not given, or a statement that does not end, must not hold a delivery for ever."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.commit()
