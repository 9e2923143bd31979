"""What the ledger knows around some records and inputs: the raw material of a trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncengine.model.record import Record
from syncengine.model.switch import Switch
from syncengine.model.value import Json, Places
from syncengine.vocabulary import ActionKind, ActionState, AttemptState, Fate, InboxState, InputKind, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that an id names: an input, a linked record of theirs, an entity, an action or an attempt.

    `what` is one of input, link, entity, action, attempt, candidate (a record of theirs that might be an entity);
    `label` says it in words ("invoice.crm inv_1").
    """

    what: str
    label: str
    records: tuple[int, ...]
    inputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFacts:
    """`answered_by` is the place of the reading that this input waited for (0: it waited for none, or still waits).
    `erased_by` is the number of the entry that says that its body was erased (0: it is there, or was never kept).
    """

    seq: int
    kind: InputKind
    system: str
    event_id: str
    type: str
    at: datetime
    received_at: datetime
    trust: Trust
    state: InboxState
    fate: Fate | None
    why: str
    record: int
    file: str | None
    line: int | None
    repeats: int
    body: bytes | None
    answered_by: int = 0
    erased_by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    id: int
    action: int
    number: int
    state: AttemptState
    sent_at: datetime | None
    settled_at: datetime | None
    via: str
    detail: str
    request: Mapping[str, Json] | None
    before: Places | None
    after: Places | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    id: int
    key: str
    kind: ActionKind
    flow: str
    record: int
    sequence: int
    state: ActionState
    why: str
    cause: int
    write_set: str
    plan: str
    content: Places | None
    replaced_by: int
    decided_at: datetime
    attempts: tuple[AttemptFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    flow: str
    id: str
    record: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFacts:
    """`said_by` names the record of theirs that spoke of the need when it was judged, and its newest event."""

    action: int
    record: int
    flow: str
    gate: str
    need: str
    status: str
    next: str
    since: datetime
    released_at: datetime | None
    released_by: str
    said_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFacts:
    record: int
    flow: str
    field: str
    rule: str
    at: datetime
    winner: Json
    loser: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """`value` is what it is about, None where it is about none."""

    record: int
    flow: str
    field: str
    why: str
    at: datetime
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All lists are in the order of the ledger. `switches` are all that somebody ever set."""

    records: tuple[Record, ...]
    links: tuple[LinkFacts, ...]
    inputs: tuple[InputFacts, ...]
    actions: tuple[ActionFacts, ...]
    holds: tuple[HoldFacts, ...]
    conflicts: tuple[ConflictFacts, ...]
    reviews: tuple[ReviewFacts, ...]
    switches: tuple[Switch, ...] = ()
