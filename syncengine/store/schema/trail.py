"""Who writes, what proves it, and the switches."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    DefaultClause,
    ForeignKey,
    FromClause,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy import text as sql

from syncengine.store.schema.column import METADATA, Text, blob, either, id_, number, one_of, partial, text
from syncengine.vocabulary import EntryKind, Phase

ledger: Final = Table(
    "ledger", METADATA,
    id_(),
    text("project"),
    text("opened_at"),
    blob("checkpoint"),
    blob("secret"),
    number("turn", DefaultClause(sql("0"))),
    CheckConstraint("id = 1", name="one_row"),
)  # fmt: skip

_EMPTY: Final = DefaultClause(sql("''"))
sessions: Final = Table(
    "sessions", METADATA,
    id_(),
    text("kind"),
    text("actor"),
    text("opened_at"),
    Column("closed_at", Text),
    text("process", _EMPTY),
)  # fmt: skip
"""`process` is the mark of the process that writes, "" where it has none."""

strands: Final = Table(
    "strands", METADATA,
    id_(),
    number("session_id", ForeignKey("sessions.id")),
    number("count"),
    blob("head"),
)  # fmt: skip

audit: Final = Table(
    "audit", METADATA,
    number("strand"),
    number("number"),
    text("kind"),
    blob("body"),
    blob("hash"),
    PrimaryKeyConstraint("strand", "number"),
)  # fmt: skip


def per_batch(table: FromClause) -> ColumnElement[bool]:
    """Entries that count a whole batch: what a session's tally is summed from."""
    return either(table.c.kind, (EntryKind.ACCEPTED, EntryKind.DECIDED))


partial("ix_audit_per_batch", audit.c.strand, audit.c.number, where=per_batch(audit))

payloads: Final = Table(
    "payloads", METADATA,
    id_(),
    text("kind"),
    number("record_id"),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    blob("commitment"),
    number("erased_by"),
)  # fmt: skip

switches: Final = Table(
    "switches", METADATA,
    Column("scope", Text, primary_key=True),
    text("phase"),
    number("paused"),
    text("actor"),
    text("reason"),
    text("at"),
    text("pause_actor", _EMPTY),
    text("pause_reason", _EMPTY),
    text("pause_at", _EMPTY),
    one_of("phase", Phase, empty=True),
)  # fmt: skip
"""`phase` is empty where a scope was only ever paused, and so is who set it; `pause_at` where none ever was. The
defaults are for rows of ledgers that are older than these columns; whoever adds a row says them."""
