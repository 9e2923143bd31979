"""An entry of the audit trail: one change of state, chained to the one before it in its strand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncengine.model.value import Json
from syncengine.vocabulary import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
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
    """An entry as it stands in its strand. `body` are the canonical bytes that the hash covers, `entry` what they say
    (None: nothing that could be read). `kind` is the row's own word for what it is, as far as rows have one.
    """

    strand: int
    number: int
    body: bytes
    hash: bytes
    entry: Entry | None
    kind: str = ""
