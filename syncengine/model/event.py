"""What arrives: a delivery as bytes, its envelope, the snapshots in it, and the input that decide is asked about."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from syncengine.model.struct import Struct, field
from syncengine.model.value import Json
from syncengine.vocabulary import InputKind, Signature, Trust


class Delivery(Struct, frozen=True, kw_only=True):
    """What came to a door, exactly as it came. Header names are in lower case."""

    system: str
    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    trust: Trust
    file: str | None = None
    line: int | None = None


class Envelope(Struct, frozen=True, kw_only=True):
    """What intake needs to know of a delivery. `live` is the provider's mode flag, None where it has none.

    `subjects` are the ids of whom and what it is about, the owner (the customer) first, the record it shows (`record`,
    "" for none) last: that record hangs on all the others. `mentions` are further ids of persons and companies in it.
    """

    event_id: str
    type: str
    at: datetime
    live: bool | None = None
    subjects: tuple[str, ...] = ()
    record: str = ""
    mentions: tuple[str, ...] = ()


class Version(Struct, frozen=True, kw_only=True, array_like=True):
    """How new a snapshot is. `at` is somewhere in [at, at + resolution): a whole second is a resolution of 1 s.

    `sequence` is the provider's own version or sequence number, where it has one; it then decides alone.
    """

    at: datetime
    resolution: timedelta
    sequence: int | str | None = None


class Snapshot(Struct, frozen=True, kw_only=True):
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


class Accepted(Struct, frozen=True, kw_only=True):
    """A delivery that intake takes in: its bytes, what was understood of it, and the verdict on its signature.

    `reading` marks a body that we wrote ourselves (a record we read); `trouble` an input that may not be applied
    (a mode that does not fit the environment), with the reason.
    """

    delivery: Delivery
    envelope: Envelope
    signature: Signature
    reading: bool = False
    trouble: str = ""


class Refused(Struct, frozen=True, kw_only=True):
    """A line of a captured file that is no delivery. The bytes are kept, so that nothing is lost."""

    system: str
    body: bytes
    reason: str
    file: str | None
    line: int | None
    received_at: datetime


class InboxRow(Struct, frozen=True, kw_only=True):
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


class Input(Struct, frozen=True, kw_only=True):
    """What decide is asked about: a snapshot of one record in one flow, or (recheck) nothing but the record's state.

    `flow` is a flow id ("invoice.stripe"), empty for a recheck.
    """

    seq: int
    kind: InputKind
    event_id: str
    flow: str
    snapshot: Snapshot | None
