"""What is known, and what is asked."""

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
    literal_column,
)
from sqlalchemy import text as sql

from syncengine.store.schema.column import METADATA, Number, id_, number, partial, partition, text

records: Final = Table(
    "records", METADATA,
    id_(),
    text("object"),
    text("entity"),
    number("revision"),
    text("state"),
    number("unsettled"),
    partition(),
    UniqueConstraint("entity"),
)  # fmt: skip


def unsettled(table: FromClause) -> ColumnElement[bool]:
    """Records that await a reading."""
    return table.c.unsettled == literal_column("1")


partial("ix_records_unsettled", records.c.id, where=unsettled(records))

links: Final = Table(
    "links", METADATA,
    text("external_id"),
    text("flow"),
    number("record_id", ForeignKey("records.id")),
    text("since"),
    PrimaryKeyConstraint("external_id", "flow"),
    Index("ix_links_record", "record_id", "flow"),
)  # fmt: skip

wants: Final = Table(
    "wants", METADATA,
    text("flow"),
    text("external_id"),
    text("why"),
    number("tries"),
    number("due_at"),
    partition(),
    PrimaryKeyConstraint("flow", "external_id"),
    Index("ix_wants_due", "due_at"),
)  # fmt: skip

rechecks: Final = Table(
    "rechecks", METADATA,
    Column("record_id", Number, ForeignKey("records.id"), primary_key=True, autoincrement=False),
    number("number", DefaultClause(sql("0"))),
)  # fmt: skip
"""`number` tells one recheck of a record from the next."""

conflicts: Final = Table(
    "conflicts", METADATA,
    id_(),
    number("record_id", ForeignKey("records.id")),
    text("flow"),
    text("field"),
    text("rule"),
    number("winner_id"),
    number("loser_id"),
    number("winner_seq"),
    number("loser_seq"),
    text("at"),
    number("session_id"),
    Index("ix_conflicts_record", "record_id"),
    Index("ix_conflicts_session", "session_id"),
)  # fmt: skip

reviews: Final = Table(
    "reviews", METADATA,
    id_(),
    number("record_id"),
    number("input"),
    text("flow"),
    text("field"),
    text("why"),
    number("payload_id"),
    text("at"),
    number("session_id"),
    Index("ix_reviews_record", "record_id"),
    Index("ix_reviews_input", "input"),
    Index("ix_reviews_session", "session_id"),
)  # fmt: skip

sandbox: Final = Table(
    "sandbox", METADATA,
    number("record_id", ForeignKey("records.id")),
    text("flow"),
    text("why"),
    number("payload_id"),
    text("at"),
    PrimaryKeyConstraint("record_id", "flow"),
)  # fmt: skip
