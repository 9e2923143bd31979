"""What decide answers: read the record first, or a settled judgement with one closed outcome per flow."""

from collections.abc import Mapping

from syncengine.model.action import Action, Hold
from syncengine.model.matching import PairMark
from syncengine.model.record import FieldState, Record, SourceState, TargetState
from syncengine.model.struct import Struct, field
from syncengine.model.value import Places, Value
from syncengine.vocabulary import Fate, FlowResult


class NeedReading(Struct, frozen=True, kw_only=True):
    """The order of two snapshots cannot be told: the record must be read back before anything is written.

    `flow` is the flow whose record is in doubt, `id` the record's id there.
    """

    flow: str
    id: str
    why: str
    steps: tuple[str, ...] = ()


class Conflict(Struct, frozen=True, kw_only=True):
    """A value that lost, kept under every rule. `field` is ours; values are in their spelling where `spelled`."""

    field: str
    flow: str
    rule: str
    winner: Value
    loser: Value
    winner_seq: int
    loser_seq: int


class ReviewItem(Struct, frozen=True, kw_only=True):
    """A question that only a person answers. `place` is theirs, `value` masked by whoever shows it."""

    flow: str
    field: str
    why: str
    value: Value = None


class Link(Struct, frozen=True, kw_only=True):
    """Their record `id` in `flow` is this entity."""

    flow: str
    id: str

    @property
    def name(self) -> str:
        """For whoever waits for it, in the place of an entity that nobody knows yet."""
        return f"{self.flow}:{self.id}"


class FlowOutcome(Struct, frozen=True, kw_only=True):
    """One closed outcome for one flow. ACT and HELD carry the action, HELD its holds, OBSERVED the sandbox places."""

    flow: str
    result: FlowResult
    why: str = ""
    action: Action | None = None
    holds: tuple[Hold, ...] = ()
    sandbox: Places | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """A whole judgement. `changes` are the fields that get a new value; `source` the new state of the record it came
    from; `targets` the new states of targets that a reading told us about; `born` the record that came into existence,
    as yet without fields. `gone`: the record went away in its system of record, or (False) is back there. `shown` are
    hashes of what the flow shows for matching alone, `pairs` how far matching has come, `wants` the records of theirs
    that are to be read for it, each with a reason. `doubts` are flows whose record of the entity has to be read before
    anything is written, each with a reason. `steps` say, in order, what decided.
    """

    fate: Fate
    changes: Mapping[str, FieldState]
    source: SourceState | None = None
    targets: Mapping[str, TargetState]
    links: tuple[Link, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    reviews: tuple[ReviewItem, ...] = ()
    flows: tuple[FlowOutcome, ...] = ()
    gone: bool | None = None
    born: Record | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[PairMark, ...] = ()
    wants: tuple[tuple[Link, str], ...] = ()
    doubts: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()


Decision = NeedReading | Settled
