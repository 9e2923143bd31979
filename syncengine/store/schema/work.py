"""What is done about it."""

from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    DefaultClause,
    ForeignKey,
    FromClause,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from syncengine.store.schema.column import METADATA, Text, either, id_, number, one_of, partial, text, words
from syncengine.vocabulary import IN_FLIGHT, REPLACEABLE, ActionKind, ActionState, AttemptState, OutcomeKind

actions: Final = Table(
    "actions", METADATA,
    id_(),
    text("key"),
    number("record_id", ForeignKey("records.id")),
    text("flow"),
    text("kind"),
    number("sequence"),
    text("write_set"),
    number("cause"),
    text("plan"),
    number("content_id"),
    text("decided_at"),
    text("state"),
    text("why"),
    number("fence"),
    number("request_id"),
    number("replaced_by"),
    number("due_at"),
    number("batched", DefaultClause(sql("0"))),
    number("session_id"),
    number("retired"),
    UniqueConstraint("key", "retired"),
    one_of("kind", ActionKind),
    one_of("state", ActionState),
    Index("ix_actions_record", "record_id"),
    Index("ix_actions_session", "session_id"),
)  # fmt: skip
"""`retired` is 0, and of a superseded or cancelled action its own id: a key is taken once among all others.
The default of `batched` is for rows of ledgers that are older than it; whoever adds a row says it."""


def in_flight(table: FromClause) -> ColumnElement[bool]:
    return either(table.c.state, IN_FLIGHT)


def replaceable(table: FromClause) -> ColumnElement[bool]:
    return either(table.c.state, REPLACEABLE)


def ready(table: FromClause) -> ColumnElement[bool]:
    return table.c.state == words((ActionState.READY,))[0]


def deferred(table: FromClause) -> ColumnElement[bool]:
    return either(table.c.state, ((ActionState.PREPARED, ActionState.UNKNOWN)))


partial("uq_actions_lane", actions.c.record_id, actions.c.flow, where=in_flight(actions), unique=True)
partial("ix_actions_replaceable", actions.c.record_id, actions.c.flow, where=replaceable(actions))
partial("ix_actions_ready", actions.c.flow, actions.c.batched, actions.c.id, where=ready(actions))
partial("ix_actions_deferred", actions.c.flow, actions.c.due_at, where=deferred(actions))

attempts: Final = Table(
    "attempts", METADATA,
    id_(),
    number("action_id", ForeignKey("actions.id")),
    number("number"),
    text("state"),
    number("fence"),
    number("session_id"),
    number("request_id"),
    number("before_id"),
    number("after_id"),
    text("deadline"),
    text("sent_at"),
    Column("settled_at", Text),
    text("remote_id"),
    text("via"),
    text("detail"),
    UniqueConstraint("action_id", "number"),
    one_of("state", AttemptState),
)  # fmt: skip


def unsettled(table: FromClause) -> ColumnElement[bool]:
    return either(table.c.state, ((AttemptState.SENT, AttemptState.UNKNOWN, AttemptState.PROBING)))


partial("ix_attempts_unsettled", attempts.c.action_id, where=unsettled(attempts))

setbacks: Final = Table(
    "setbacks", METADATA,
    id_(),
    number("attempt_id", ForeignKey("attempts.id")),
    text("kind"),
    text("via"),
    text("at"),
    number("session_id"),
    one_of("kind", OutcomeKind),
    Index("ix_setbacks_session", "session_id"),
)  # fmt: skip
"""Every outcome but the plain "confirmed by the answer", however often one attempt meets it."""

waits: Final = Table(
    "waits", METADATA,
    number("action_id", ForeignKey("actions.id")),
    text("flow"),
    text("external_id"),
    text("target"),
    PrimaryKeyConstraint("action_id", "flow", "external_id", "target"),
    Index("ix_waits_link", "flow", "external_id"),
)  # fmt: skip

holds: Final = Table(
    "holds", METADATA,
    id_(),
    number("action_id", ForeignKey("actions.id")),
    number("record_id", ForeignKey("records.id")),
    text("flow"),
    text("gate"),
    text("need"),
    text("about"),
    text("status"),
    text("next"),
    text("since"),
    text("facts"),
    Column("released_at", Text),
    text("released_by"),
    Index("ix_holds_record", "record_id"),
    Index("ix_holds_action", "action_id"),
)  # fmt: skip


def is_open(table: FromClause) -> ColumnElement[bool]:
    return table.c.released_at.is_(None)


partial("ix_holds_open", holds.c.about, where=is_open(holds))
