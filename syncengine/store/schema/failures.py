"""How often a message has failed: rows only of those that have."""

from typing import Final

from sqlalchemy import PrimaryKeyConstraint, Table

from syncengine.model.letter import Message
from syncengine.store.schema.column import METADATA, number, one_of, text

failures: Final = Table(
    "failures", METADATA,
    text("kind"),
    number("number"),
    number("receives"),
    number("alone"),
    text("at"),
    text("error"),
    PrimaryKeyConstraint("kind", "number"),
    one_of("kind", Message),
)  # fmt: skip
"""`number` is that of an action, or the place of an input. `alone`: what is sent next is sent by itself. `error` says
what went wrong last, in words for people.
"""
