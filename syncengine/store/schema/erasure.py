"""Whom inputs are about, who was erased, and who may not be."""

from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from syncengine.store.schema.column import METADATA, Text, number, text

subjects: Final = Table(
    "subjects", METADATA,
    text("name"),
    number("input"),
    text("shown"),
    PrimaryKeyConstraint("name", "input"),
    sqlite_with_rowid=False,
)  # fmt: skip
"""`shown` is the name of the record that the input shows, where that hangs on who is named, or is it; "" for somebody
who is only mentioned. See `store.subject`.
"""

unnamed: Final = Table(
    "unnamed", METADATA,
    number("first"),
    number("last"),
    PrimaryKeyConstraint("first"),
)  # fmt: skip
"""Inputs that an older version took in, of which nobody has looked up whom they name."""

erased: Final = Table(
    "erased", METADATA,
    Column("hash", Text, primary_key=True),
)  # fmt: skip
"""Keyed hashes, in hexadecimal digits, of all names that were erased: what says one of them is not kept any more."""

erasing: Final = Table(
    "erasing", METADATA,
    number("step"),
    text("kind"),
    number("number"),
    PrimaryKeyConstraint("step", "kind", "number"),
)  # fmt: skip
"""What an erasure that has begun is still to take out, step by step: records, inputs and refusals, then payloads."""

legal_holds: Final = Table(
    "legal_holds", METADATA,
    Column("subject", Text, primary_key=True),
    text("actor"),
    text("reason"),
    text("at"),
)  # fmt: skip
