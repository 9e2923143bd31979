"""The tables of the memory store: the same ones as the SQL schema has, as dictionaries of frozen rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncengine.model.action import Hold, Wait
from syncengine.model.decision import Conflict, ReviewItem
from syncengine.model.entry import ChainedEntry
from syncengine.model.erasure import LegalHold, Name
from syncengine.model.letter import Failures, Message
from syncengine.model.matching import Keys, Listing
from syncengine.model.payload import PayloadRow
from syncengine.model.record import Record
from syncengine.model.switch import Switch
from syncengine.store.memory.table import Journal, Table
from syncengine.store.protocol import FileProgress, Session
from syncengine.store.strands import Strand
from syncengine.vocabulary import (
    ActionKind,
    ActionState,
    AttemptState,
    Fate,
    FlowResult,
    InboxState,
    InputKind,
    OutcomeKind,
    PairState,
    Trust,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    seq: int
    kind: InputKind
    system: str
    event_id: str
    type: str
    at: datetime
    received_at: datetime
    trust: Trust
    payload: int
    digest: bytes
    file: str | None
    line: int | None
    trouble: str
    state: InboxState = InboxState.DUE
    fate: Fate | None = None
    why: str = ""
    record: int = 0
    waits_for: tuple[str, str] | None = None
    answered_by: int = 0
    judged_by: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    flow: str
    id: str
    record: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    id: int
    key: str
    kind: ActionKind
    flow: str
    record: int
    sequence: int
    write_set: str
    cause: int
    plan: str
    content: int
    decided_at: datetime
    state: ActionState
    fence: int = 0
    why: str = ""
    replaced_by: int = 0
    due_at: datetime | None = None
    frozen: int = 0
    moved_by: int = 0
    batched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    id: int
    action: int
    number: int
    state: AttemptState
    fence: int
    session: int
    deadline: datetime
    sent_at: datetime
    request: int
    before: int = 0
    after: int = 0
    settled_at: datetime | None = None
    due_at: datetime | None = None
    via: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    id: int
    action: int
    record: int
    flow: str
    hold: Hold
    released_at: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantRow:
    flow: str
    id: str
    why: str
    due_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    id: int
    session: int
    system: str
    payload: int
    reason: str
    file: str | None
    line: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRow:
    """A delivery that came again; `payload` (else 0) keeps the other body of a collision."""

    id: int
    session: int
    input: int
    payload: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    id: int
    session: int
    record: int
    conflict: Conflict
    winner: int
    loser: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    id: int
    session: int
    record: int
    input: int
    item: ReviewItem
    payload: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirRow:
    """The match keys of a record that is linked to nobody, as it was shown `at`; the listing it was seen in last."""

    keys: Keys
    at: datetime
    listing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    state: PairState
    id: str = ""
    suspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """The closed outcomes of one committed batch."""

    id: int
    session: int
    counts: Mapping[FlowResult, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """One outcome that was settled, however often its attempt is."""

    id: int
    session: int
    action: int
    kind: OutcomeKind
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """How often a message has failed, when and why last."""

    failures: Failures
    at: datetime
    error: str


class Ledger:
    """Every table, with the indexes that the store's own queries go by. `last` holds the last number of each kind."""

    def __init__(self) -> None:
        journal = self.journal = Journal()
        self.meta = Table[str, str](journal)
        self.last = Table[str, int](journal)
        self.sessions = Table[int, Session](journal)
        self.strands = Table[int, Strand](journal)
        self.entries = Table[tuple[int, int], ChainedEntry](journal)
        self.payloads = Table[int, PayloadRow](journal)

        self.files = Table[tuple[str, str], FileProgress](journal)
        self.cursors = Table[str, tuple[str, datetime]](journal)
        self.inputs = Table[int, InputRow](journal)
        self.by_event = Table[tuple[str, str], int](journal)
        self.due = Table[int, InputKind](journal)
        self.waiting_inputs = Table[int, tuple[str, str]](journal)
        self.refused = Table[int, RefusedRow](journal)
        self.repeats = Table[int, RepeatRow](journal)

        self.records = Table[int, Record](journal)
        self.by_entity = Table[str, int](journal)
        self.rechecks = Table[int, int](journal)
        self.links = Table[tuple[str, str], LinkRow](journal)
        self.links_of = Table[tuple[int, str], str](journal)
        self.wants = Table[tuple[str, str], WantRow](journal)
        self.conflicts = Table[int, ConflictRow](journal)
        self.reviews = Table[int, ReviewRow](journal)
        self.sandbox = Table[tuple[int, str], int](journal)
        self.tallies = Table[int, TallyRow](journal)

        self.ours = Table[int, Keys](journal)
        self.theirs = Table[tuple[str, str], TheirRow](journal)
        self.pairings = Table[tuple[int, str], PairRow](journal)
        self.listings = Table[str, Listing](journal)
        self.keyed = Table[str, str](journal)

        self.actions = Table[int, ActionRow](journal)
        self.keys = Table[str, int](journal)
        self.lanes = Table[tuple[int, str], tuple[int, ...]](journal)
        self.ready = Table[int, None](journal)
        self.waits = Table[int, tuple[Wait, ...]](journal)
        self.attempts = Table[int, AttemptRow](journal)
        self.attempts_of = Table[int, tuple[int, ...]](journal)
        self.on_the_way = Table[int, None](journal)
        self.unknown = Table[int, None](journal)
        self.settled = Table[int, SettledRow](journal)
        self.holds = Table[int, HoldRow](journal)
        self.holds_of = Table[int, tuple[int, ...]](journal)
        self.open_holds = Table[int, None](journal)

        self.subjects = Table[Name, tuple[tuple[int, Name], ...]](journal)
        self.erased = Table[str, None](journal)
        self.erasing = Table[tuple[int, str, int], None](journal)
        self.legal_holds = Table[str, LegalHold](journal)

        self.failures = Table[tuple[Message, int], FailureRow](journal)
        self.switches = Table[str, Switch](journal)

    def number(self, kind: str) -> int:
        """The next number of a kind, from 1."""
        found = (self.last.get(kind) or 0) + 1
        self.last.put(kind, found)
        return found
