"""What came in."""

from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    literal_column,
)

from syncengine.store.schema.column import (
    METADATA,
    Number,
    Text,
    blob,
    either,
    id_,
    number,
    one_of,
    partial,
    partition,
    text,
    words,
)
from syncengine.vocabulary import Fate, InboxState, InputKind, Signature, Trust

files: Final = Table(
    "files", METADATA,
    text("system"),
    text("path"),
    number("offset"),
    number("lines"),
    blob("digest"),
    number("finished"),
    PrimaryKeyConstraint("system", "path"),
    Index("ix_files_digest", "digest"),
)  # fmt: skip

cursors: Final = Table(
    "cursors", METADATA,
    Column("flow", Text, primary_key=True),
    text("cursor"),
    text("at"),
)  # fmt: skip

inbox: Final = Table(
    "inbox", METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    text("system"),
    text("event_id"),
    blob("body_hash"),
    text("kind"),
    text("type"),
    Column("live", Integer),
    text("trust"),
    text("signature"),
    text("trouble"),
    text("at"),
    text("received_at"),
    Column("file", Text),
    Column("line", Number),
    number("payload_id"),
    number("accepted_by"),
    text("state"),
    text("fate"),
    text("why"),
    text("waits_flow"),
    text("waits_id"),
    number("record_id"),
    number("answered_by"),
    number("touched_by"),
    partition(),
    UniqueConstraint("event_id", "system"),
    one_of("kind", (InputKind.DELIVERY, InputKind.READING)),
    one_of("trust", Trust),
    one_of("signature", Signature),
    one_of("state", InboxState),
    one_of("fate", Fate, empty=True),
)  # fmt: skip


def due(table: FromClause) -> ColumnElement[bool]:
    return table.c.state == words((InboxState.DUE,))[0]


def waiting(table: FromClause) -> ColumnElement[bool]:
    return either(table.c.state, (InboxState.READING, InboxState.UNLINKED))


def about_record(table: FromClause) -> ColumnElement[bool]:
    return table.c.record_id > literal_column("0")


def touched(table: FromClause) -> ColumnElement[bool]:
    return table.c.touched_by > literal_column("0")


partial("ix_inbox_due", inbox.c.kind, inbox.c.seq, inbox.c.partition, where=due(inbox))
partial("ix_inbox_waiting", inbox.c.waits_flow, inbox.c.waits_id, where=waiting(inbox))
partial("ix_inbox_record", inbox.c.record_id, where=about_record(inbox))
partial("ix_inbox_touched", inbox.c.touched_by, where=touched(inbox))

repeats: Final = Table(
    "repeats", METADATA,
    id_(),
    number("input", ForeignKey("inbox.seq")),
    Column("file", Text),
    Column("line", Number),
    text("received_at"),
    number("collision"),
    number("payload_id"),
    number("session_id"),
    Index("ix_repeats_input", "input"),
    Index("ix_repeats_session", "session_id"),
)  # fmt: skip

refusals: Final = Table(
    "refusals", METADATA,
    id_(),
    text("system"),
    Column("file", Text),
    Column("line", Number),
    text("reason"),
    blob("body_hash"),
    text("received_at"),
    number("payload_id"),
    number("session_id"),
)  # fmt: skip
