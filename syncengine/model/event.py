"""What arrives: a delivery as bytes, its envelope, the snapshots in it, and the input that decide is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct

from syncengine.model.value import Json
from syncengine.vocabulary import InputKind, Signature, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came to a door, exactly as it came. Header names are in lower case."""

    system: str
    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    trust: Trust
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What intake needs to know of a delivery. `live` is the provider's mode flag, None where it has none."""

    event_id: str
    type: str
    at: datetime
    live: bool | None = None


class Version(Struct, frozen=True, kw_only=True, array_like=True):
    """How new a snapshot is. `at` is somewhere in [at, at + resolution): a whole second is a resolution of 1 s.

    `sequence` is the provider's own version or sequence number, where it has one; it then decides alone.
    """

    at: datetime
    resolution: timedelta
    sequence: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One record of theirs as one delivery or reading shows it.

    `previous` holds the old values of what this change changed, in their spelling, where the provider says so.
    `complete`: a missing key means empty; otherwise it means unchanged. `gone`: deleted there, content may be bare.
    """

    record: str
    id: str
    version: Version
    content: Mapping[str, Json]
    previous: Mapping[str, Json] = field(default_factory=dict)
    complete: bool = True
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A delivery that intake takes in: its bytes, what was understood of it, and the verdict on its signature.

    `reading` marks a body that we wrote ourselves (a record we read); `trouble` an input that may not be applied
    (a mode that does not fit the environment), with the reason.
    """

    delivery: Delivery
    envelope: Envelope
    signature: Signature
    reading: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line of a captured file that is no delivery. The bytes are kept, so that nothing is lost."""

    system: str
    body: bytes
    reason: str
    file: str | None
    line: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One input that is due, as the store hands it out. `seq` is its place in the ledger."""

    seq: int
    kind: InputKind
    system: str
    event_id: str
    type: str
    at: datetime
    trust: Trust
    body: bytes
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What decide is asked about: a snapshot of one record in one flow, or (recheck) nothing but the record's state.

    `flow` is a flow id ("invoice.stripe"), empty for a recheck.
    """

    seq: int
    kind: InputKind
    event_id: str
    flow: str
    snapshot: Snapshot | None
