"""PostgreSQL as the home of a ledger: everything that is so only there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import URL, Column, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError

from syncengine.errors import BusyError, SyncengineError, UserError
from syncengine.store.scrub import scrub_postgresql
from syncengine.store.sql.database import TRANSACTION, WRITE, Database

DRIVER: Final = "postgresql+psycopg"
NAMES: Final = frozenset({"postgres", "postgresql", DRIVER})
"""What an URL may call it."""

LEDGER_LOCK: Final = 0x73796E63656E67
"""The advisory lock of whoever writes: one transaction at a time, as on SQLite."""

OLDEST: Final = 130000
"""Version 13 brought transaction numbers that never come again."""

_CONNECT_SECONDS: Final = 10
_KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_PREPARED: Final = 500
"""Statements that a connection keeps prepared: more than the ledger has."""
_SETTINGS: Final[Mapping[str, str]] = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "enable_seqscan": "off",
    "jit": "off",
}
"""A plan is made while a table is small and kept while it grows: it has to use an index from the first row on."""

_SETTLE_IN: Final = (
    "SELECT "
    + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SETTINGS.items())
    + ", set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
    "ELSE current_setting('synchronous_commit') END, false)"
    ", current_setting('server_encoding'), current_setting('server_version')"
)
_BEGIN_TO_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_TO_WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
_TAKE_TURN: Final = f"SELECT pg_advisory_xact_lock({LEDGER_LOCK}), pg_current_xact_id()::text"
_BECAME: Final = "SELECT pg_xact_status(%s::xid8)"


def open_database(url: str) -> Database:
    """Connects to nothing yet. Raises UserError for an URL that names no database."""
    address = database_url(url)
    name = _name(address)
    engine = create_engine(
        address,
        connect_args={"application_name": "syncengine", "connect_timeout": _CONNECT_SECONDS, **_KEEPALIVE},
        use_native_hstore=False,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", lambda connection, _: _settle_in(connection, name))
    event.listen(engine, "begin", _begin)
    return Database(
        engine=engine,
        first_id=_first_id,
        explain=lambda error: _explain(error, name),
        was_kept=_was_kept,
        scrub=scrub_postgresql,
    )


def database_url(url: str) -> URL:
    """Raises UserError, which does not quote it: it may hold a password."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = URL.create("")
    if address.drivername not in NAMES or not address.database:
        raise UserError(
            "a ledger on PostgreSQL needs the name of a database",
            remedy="say --state postgresql://USER@HOST/DATABASE, or --state env:NAME for an URL with a password",
        )
    _check_options(address)
    return address.set(drivername=DRIVER)


def _check_options(address: URL) -> None:
    """What stands behind the question mark is for the driver. Raises UserError also where that is not installed."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import make_conninfo
    except ImportError:
        raise UserError(
            "the driver for PostgreSQL is not installed", remedy="pip install 'syncengine-q2c[postgresql]'"
        ) from None
    try:
        make_conninfo(**{name: str(value) for name, value in address.query.items()})
    except ProgrammingError:
        raise UserError(
            f"the URL of {_name(address)} has an option that the driver does not know",
            remedy="correct what stands behind the question mark",
        ) from None


def _name(address: URL) -> str:
    """What messages call it: never the user or the password."""
    where = address.host or address.query.get("host") or ""
    return f"the database {address.database}" + (f" on {where}" if isinstance(where, str) and where else "")


def _settle_in(connection: Any, name: str) -> None:
    from syncengine.store import binary, nul

    connection.autocommit = True  # transactions begin where we say so
    connection.prepared_max = _PREPARED
    nul.settle_in(connection)
    binary.settle_in(connection)
    try:
        row: Any = connection.execute(_SETTLE_IN).fetchone()
        encoding, version = row[-2:]
        _check(connection.info.server_version, encoding, version, name)
    except BaseException:
        connection.close()
        raise


def _check(number: int, encoding: str, version: str, name: str) -> None:
    if number < OLDEST:
        raise UserError(f"{name} is kept by PostgreSQL {version}", remedy="use PostgreSQL 13 or newer for a ledger")
    if encoding != "UTF8":
        raise UserError(
            f"{name} keeps its texts as {encoding}", remedy="make a database with ENCODING 'UTF8' for the ledger"
        )


def _begin(connection: Connection) -> None:
    """Whoever writes waits for its turn first: each statement after it sees all that was committed before."""
    if connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql(_BEGIN_TO_WRITE)
        connection.info[TRANSACTION] = connection.exec_driver_sql(_TAKE_TURN).one()[1]
    else:
        connection.exec_driver_sql(_BEGIN_TO_READ)


def _was_kept(engine: Engine, name: str) -> bool:
    """Whoever has its turn knows that all transactions before it have ended, also one that nobody hears of any more."""
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        return str(connection.exec_driver_sql(_BECAME, (name,)).scalar()) == "committed"


def _first_id(connection: Connection, column: Column[Any], _count: int) -> int:
    """No one else writes until the commit, so that the next number is free."""
    return int(connection.execute(select(func.coalesce(func.max(column), 0) + 1)).scalar_one())


def append_only(table: str) -> Sequence[str]:
    """Statements after which rows of a table can be added, but neither changed nor removed."""
    refuse = f"{table}_refuses"
    raise_ = f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'"
    deeds = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
    return (
        f"CREATE FUNCTION {refuse}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raise_}; END $$",
        f"CREATE TRIGGER {refuse} {deeds} EXECUTE FUNCTION {refuse}()",
    )


def _explain(error: BaseException, name: str) -> SyncengineError | None:
    """The server's own words are quoted only where they can hold no value of a row."""
    code = getattr(error, "sqlstate", None) or ""
    for known in (code, code[:2]):
        if known in _BUSY:
            message, remedy = _BUSY[known]
            return BusyError(message.format(name=name), remedy=remedy, retry_after=_SOON)
        if known in _WRONG:
            message, remedy = _WRONG[known]
            return UserError(message.format(name=name), remedy=remedy)
    return None if code else _unreachable(error, name)


def _unreachable(error: BaseException, name: str) -> SyncengineError | None:
    """An error without a code: there was no server to give one, or it refused before there was a session."""
    from psycopg import InterfaceError, OperationalError

    if not isinstance(error, (OperationalError, InterfaceError)):
        return None
    said = str(error)
    if any(words in said for words in _CROWDED):
        message, remedy = _BUSY["53300"]
        return BusyError(message.format(name=name), remedy=remedy, retry_after=_SOON)
    for words, (message, remedy) in _REFUSED.items():
        if words in said:
            return UserError(message.format(name=name), remedy=remedy)
    return BusyError(
        f"{name} does not answer, or the connection to it broke",
        remedy="see that it runs and can be reached, then run again; what was committed is safe",
        retry_after=_SOON,
    )


_SOON: Final = timedelta(seconds=5)
_AGAIN: Final = "run again in a moment"
_STOPPED: Final = ("{name} was stopped or is starting", "run again when it is back; what was committed is safe")
_BUSY: Final[Mapping[str, tuple[str, str]]] = {
    "08": ("the connection to {name} broke", _AGAIN),
    "25006": ("{name} can only be read at present", "run again when it can be written, or name the primary server"),
    "25P03": ("{name} gave up waiting for this process", _AGAIN),
    "40": ("{name} could not do two things at once", _AGAIN),
    "53": ("{name} has no room or no connections left", "make room and run again; what was committed is safe"),
    "53100": ("the disk of {name} is full", "make room and run again; what was committed is safe"),
    "53300": ("{name} has no connection left", "end other clients, or raise max_connections"),
    "55000": ("{name} can only be read at present", "run again when it can be written, or name the primary server"),
    "55P03": ("another process is writing to {name}", _AGAIN),
    "57": _STOPPED,
    "57014": ("{name} took too long for one statement", "run again; if it stays so, look at the server's load"),
    "58": ("reading or writing {name} failed on the server", "check its disk, then run again"),
}
_WRONG: Final[Mapping[str, tuple[str, str]]] = {
    "28": ("{name} refused the login", "correct user and password"),
    "3D000": ("{name} does not exist", "create it first: the ledger makes its tables, not the database"),
    "42501": ("{name} does not allow this user to keep a ledger there", "grant it CREATE on the schema, or own it"),
    "42P01": ("{name} holds no whole ledger any more: a table is missing", "restore it from a backup"),
    "XX": ("{name} is damaged", "restore it from a backup"),
}
_CROWDED: Final = ("too many clients", "too many connections", "remaining connection slots")
_REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "is not permitted to log in": _WRONG["28"],
    "password authentication failed": _WRONG["28"],
    "no password supplied": _WRONG["28"],
    "no pg_hba.conf entry": _WRONG["28"],
    "authentication failed": _WRONG["28"],
    " does not exist": ("{name} refused: the database or the user does not exist", "create it, or correct the URL"),
}

__all__ = ["append_only", "database_url", "open_database"]
