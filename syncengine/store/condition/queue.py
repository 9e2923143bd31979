"""What is in a ledger's queue, and how old it is."""

from datetime import datetime

from sqlalchemy import Connection, func, inspect, select, text

from syncengine.clock import from_text
from syncengine.store.condition.condition import Queue
from syncengine.store.schema.intake import due, inbox
from syncengine.store.schema.knowledge import wants
from syncengine.store.schema.trail import sessions
from syncengine.store.schema.work import actions
from syncengine.store.sql.failures import counts
from syncengine.vocabulary import OVER


def revision(connection: Connection) -> str:
    """Of the schema; "" where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def queue(connection: Connection) -> Queue:
    waiting, oldest = connection.execute(select(func.count(), func.min(inbox.c.received_at)).where(due(inbox))).one()
    unfinished = (
        select(actions.c.state, func.count())
        .where(actions.c.state.notin_([state.value for state in OVER]))
        .group_by(actions.c.state)
    )
    return Queue(
        due=waiting,
        oldest=_moment(oldest),
        readings=connection.execute(select(func.count()).select_from(wants)).scalar_one(),
        open=dict(sorted(map(tuple, connection.execute(unfinished)))),
        dead_letters={message.value: n for message, n in counts(connection).items()},
        closed_at=_moment(connection.execute(select(func.max(sessions.c.closed_at))).scalar()),
    )


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else from_text(kept)
