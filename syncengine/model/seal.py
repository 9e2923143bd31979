"""Seals: what the trail keeps of the rows of the ledger's tables, so that a row that was changed is known.

The seal of a row is the beginning of SHA-256 over the ledger's own key and the row's columns as a MessagePack array, in
the order of its table. It says nothing to whoever has only the trail, and cannot be made again without the key.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from syncengine.canonical import seals

WIDTH: Final = 16
"""Hexadecimal digits of a seal."""

GONE: Final = "-" * WIDTH
"""Stands for a row that is not there any more."""

INBOX_JUDGED: Final = "inbox.judged"
INBOX_ANSWERED: Final = "inbox.answered"
RECORD_STATE: Final = "records.state"

PARTS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    INBOX_JUDGED: ("inbox", ("state", "fate", "why", "waits_flow", "waits_id", "record_id", "touched_by")),
    INBOX_ANSWERED: ("inbox", ("answered_by",)),
    RECORD_STATE: ("records", ("revision", "state", "unsettled")),
}
"""Columns that are sealed apart, since they change when the others do not; by the name of the part."""

TOLD: Final[Mapping[str, Sequence[str]]] = {
    "actions": ("state", "why", "fence", "request_id", "replaced_by", "due_at", "session_id", "retired"),
    "attempts": (
        "id", "action_id", "number", "state", "fence", "session_id", "request_id", "before_id", "after_id", "deadline",
        "sent_at", "settled_at", "remote_id", "via", "detail",
    ),
    "links": ("external_id", "flow", "record_id", "since"),
}  # fmt: skip
"""Columns that are not sealed: the entries of every move say what stands in them."""

WHOLE: Final = ".whole"
"""Ends the name of a part that is a row of such a table as a whole: somebody changed it who moves nothing."""


def fixed(table: str, columns: Sequence[str]) -> list[int]:
    """The places of the columns that the part with the table's own name has."""
    apart = {name for of_table, names in PARTS.values() if of_table == table for name in names}
    apart.update(TOLD.get(table, ()))
    return [place for place, name in enumerate(columns) if name not in apart]


def seal_all(key: bytes, rows: Sequence[Sequence[Any]]) -> str:
    """The seals of some rows, one after the other."""
    return seals(key, rows, WIDTH // 2)


def identity(project: str, opened_at: str, secret: bytes) -> str:
    """The seal of the ledger itself; every session's first entry names it."""
    return seal_all(b"", [(project, opened_at, secret)])
