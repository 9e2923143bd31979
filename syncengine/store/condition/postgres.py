"""A look at a ledger on PostgreSQL, in a transaction that can only read."""

from typing import Any, Final

from sqlalchemy import Connection, select, text

from syncengine.store.condition.condition import Condition
from syncengine.store.condition.queue import queue, revision
from syncengine.store.postgres import database_url, open_database
from syncengine.store.schema.trail import sessions
from syncengine.store.upgrade import REVISIONS
from syncengine.store.worker import living

_SETTINGS: Final = text(
    "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'), "
    "current_setting('full_page_writes'), current_setting('default_transaction_read_only'), pg_is_in_recovery(), "
    "pg_database_size(current_database()), has_schema_privilege(current_schema(), 'CREATE'), current_database()"
)


def look_at(url: str) -> Condition:
    """Raises UserError and BusyError where it cannot be looked at."""
    database = open_database(url)
    try:
        with database.reading() as connection:
            return _look(connection, database_url(url).host or "")
    finally:
        database.engine.dispose()


def _look(connection: Connection, host: str) -> Condition:
    version, fsync, commit, pages, only, standby, size, creates, name = connection.execute(_SETTINGS).one()
    found = revision(connection)
    known = found == REVISIONS[-1]
    off = [what for what, said in (("fsync", fsync), ("full_page_writes", pages)) if said == "off"]
    return Condition(
        server=f"PostgreSQL {version.split()[0]}",
        place=f"database {name}" + (f" on {host}" if host else ""),
        exists=bool(found),
        durability=f"fsync {fsync}, synchronous_commit {commit}, full_page_writes {pages}",
        unsafe=f"{' and '.join(off)} off: what is committed may be lost or damaged when the server dies" if off else "",
        next="turn it on in postgresql.conf" if off else "",
        size=size,
        revision=found,
        newest=REVISIONS[-1],
        at_work=_at_work(connection) if known else (),
        read_only=_read_only(standby=standby, only=only == "on", creates=creates or known),
        queue=queue(connection) if known else None,
    )


def _read_only(*, standby: bool, only: bool, creates: bool) -> str:
    if standby:
        return "the server is a standby"
    if only:
        return "transactions are read-only by default"
    return "" if creates else "this user may not create tables in the schema"


def _at_work(connection: Connection) -> tuple[str, ...]:
    found: Any = connection.execute(
        select(sessions.c.kind, sessions.c.actor, sessions.c.opened_at)
        .where(sessions.c.id.in_(sorted(living(connection))))
        .order_by(sessions.c.id)
    )
    return tuple(f"{kind} of {actor}, since {since}" for kind, actor, since in found)
