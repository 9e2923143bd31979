"""The nouns of a trace: what is told around an id. Every value in here has passed the mask; ids are text."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from syncengine.clock import to_text
from syncengine.evidence.view import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSeen:
    field: str
    value: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place of theirs. `before` is None where no before-image was taken, or no record was there."""

    place: str
    field: str
    before: Seen | None
    after: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTold:
    id: str
    number: int
    state: str
    via: str
    sent_at: datetime | None
    settled_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTold:
    """`status` has passed the mask of what the gate asks. `said_by`: whose record spoke of it, by which event."""

    flow: str
    gate: str
    need: str
    status: str
    next: str
    since: datetime
    released_at: datetime | None
    released_by: str
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTold:
    """What a person stopped an action with: a pause of `scope`, or the phase observe of its write set (`how`)."""

    scope: str
    how: str
    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTold:
    """`cause` is the id of the input that led to it, `superseded_by` the key of the action that took its place.
    `consequences`: what its flow's writes mean, by the map of today. `stops`: why it does not go, where it would.
    """

    id: str
    key: str
    kind: str
    flow: str
    state: str
    why: str
    decided_at: datetime
    write_set: str
    plan: str
    cause: str
    content_erased: bool
    changes: tuple[Change, ...]
    attempts: tuple[AttemptTold, ...]
    holds: tuple[HoldTold, ...]
    superseded_by: str
    consequences: tuple[str, ...]
    stops: tuple[StopTold, ...]
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputTold:
    """An event or a reading. `fields` are those whose present value it brought. `answered_by` is the event id of the
    reading that it waited for, `answers` are the event ids that waited for this reading. `erased_by` is the number of
    the entry that says that it was erased, 0 while its body is there.
    """

    id: str
    kind: str
    system: str
    type: str
    event_id: str
    happened_at: datetime
    received_at: datetime
    trust: str
    file: str
    line: int | None
    repeats: int
    state: str
    fate: str
    why: str
    fields: tuple[FieldSeen, ...]
    erased_by: int
    answered_by: str
    answers: tuple[str, ...]
    actions: tuple[ActionTold, ...]
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTold:
    flow: str
    id: str
    since: datetime
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictTold:
    flow: str
    field: str
    rule: str
    at: datetime
    winner: Seen
    loser: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTold:
    """`value` is None where the question is about none."""

    flow: str
    field: str
    why: str
    at: datetime
    value: Seen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTold:
    """One entity: `erased` names the entry that says that nothing is known of it any more; `unsettled` says which of
    its records await a reading, and why. `actions` have a cause that is not among the inputs; `holds` an action that is
    not told.
    """

    object: str
    entity: str
    gone: bool
    erased: str
    unsettled: tuple[str, ...]
    known_as: tuple[LinkTold, ...]
    inputs: tuple[InputTold, ...]
    actions: tuple[ActionTold, ...]
    holds: tuple[HoldTold, ...]
    conflicts: tuple[ConflictTold, ...]
    reviews: tuple[ReviewTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitTold:
    """What answers to the id, and the entities and inputs that it leads to."""

    what: str
    label: str
    records: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`inputs` are those that belong to no record: of types that no flow reads, or about a record not known yet."""

    hits: tuple[HitTold, ...]
    records: tuple[RecordTold, ...]
    inputs: tuple[InputTold, ...]


def to_json(told: Any) -> Any:
    """The story as plain JSON data; keys are the names of the fields."""
    if is_dataclass(told) and not isinstance(told, type):
        return {f.name: to_json(getattr(told, f.name)) for f in fields(told)}
    if isinstance(told, tuple):
        return [to_json(item) for item in told]
    return to_text(told) if isinstance(told, datetime) else told
