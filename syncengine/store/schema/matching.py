"""How records that are older than the first sync are found again. Hashes are keyed: no value of theirs stands here."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table

from syncengine.store.schema.column import METADATA, Text, blob, number, one_of, text
from syncengine.vocabulary import PairState

ours: Final = Table(
    "ours", METADATA,
    number("record_id", ForeignKey("records.id")),
    text("rule"),
    blob("hash"),
    PrimaryKeyConstraint("record_id", "rule"),
    Index("ix_ours_hash", "hash"),
)  # fmt: skip
"""What every entity of a matched object says, by rule."""

theirs: Final = Table(
    "theirs", METADATA,
    text("external_id"),
    text("flow"),
    text("rule"),
    blob("hash"),
    number("at"),
    number("listing"),
    PrimaryKeyConstraint("external_id", "flow", "rule"),
    Index("ix_theirs_hash", "hash", "flow"),
)  # fmt: skip
"""The same of records that were linked to nobody when they were shown `at`; `listing` is the one they were seen in."""

pairings: Final = Table(
    "pairings", METADATA,
    number("record_id", ForeignKey("records.id")),
    text("flow"),
    text("state"),
    text("external_id"),
    PrimaryKeyConstraint("record_id", "flow"),
    one_of("state", PairState),
    Index("ix_pairings_state", "state", "flow", "record_id"),
    Index("ix_pairings_read", "external_id", "flow"),
)  # fmt: skip
"""Entities whose matching has not come to an end; `external_id` is the record that is read, "" for none."""

suspects: Final = Table(
    "suspects", METADATA,
    text("external_id"),
    text("flow"),
    number("record_id", ForeignKey("records.id")),
    PrimaryKeyConstraint("external_id", "flow", "record_id"),
    Index("ix_suspects_record", "record_id", "flow"),
)  # fmt: skip
"""Their records that might be an entity, as long as a person has not decided."""

listings: Final = Table(
    "listings", METADATA,
    Column("flow", Text, primary_key=True),
    text("digest"),
    number("number"),
    number("complete"),
    text("at"),
)  # fmt: skip

keyed: Final = Table(
    "keyed", METADATA,
    Column("object", Text, primary_key=True),
    text("digest"),
)  # fmt: skip
"""Objects whose entities all have match keys, with the digest of the rules."""
