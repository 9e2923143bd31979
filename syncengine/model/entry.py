"""An entry of the audit trail: one change of state, chained to the one before it in its strand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct, field

from syncengine.canonical import decode
from syncengine.clock import from_text
from syncengine.model.value import Json
from syncengine.vocabulary import EntryKind


class Entry(Struct, frozen=True, kw_only=True):
    """`facts` never hold payload values. The ids are the ledger's own numbers (0: not about one)."""

    kind: EntryKind
    at: datetime
    record: int = 0
    input: int = 0
    action: int = 0
    attempt: int = 0
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedEntry:
    """An entry as it stands in its strand: `body` are the canonical bytes that the hash covers, `kind` is the row's own
    word for what it is.
    """

    strand: int
    number: int
    kind: str
    body: bytes
    hash: bytes

    def read(self) -> Entry:
        """What the body says. Raises ValueError, LookupError, TypeError or AttributeError for one that is no entry."""
        said = decode(self.body)
        return Entry(
            kind=EntryKind(said["kind"]),
            at=from_text(said["at"]),
            record=said.get("record", 0),
            input=said.get("input", 0),
            action=said.get("action", 0),
            attempt=said.get("attempt", 0),
            facts=said["facts"],
        )
