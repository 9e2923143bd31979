"""A judgement in the making: the one struct that every step takes, asks its question of, and passes on.

It is mutable inside one call of decide and never leaves it; what goes in stays untouched.
"""

from datetime import datetime

from syncengine.decide.state import State
from syncengine.model.action import Hold
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem, Settled
from syncengine.model.event import Input, Snapshot
from syncengine.model.matching import PairMark
from syncengine.model.record import FieldState, Record, SourceState, TargetState
from syncengine.model.struct import Struct, field
from syncengine.model.value import Json, Places, Value
from syncengine.plan.plan import FlowPlan, ObjectPlan, Plan
from syncengine.vocabulary import Fate, InputKind


class Proposal(Struct, kw_only=True):
    """What one flow should show, and how far that is from what stands there. `content` is what would be written,
    `hidden` what is spelled but not granted. `why`: the reason where nothing is to be written after all, and what is
    held or pending is taken back.
    """

    flow: FlowPlan
    target: TargetState
    content: dict[str, Json]
    hidden: dict[str, Json]
    create: bool
    why: str = ""
    holds: tuple[Hold, ...] = ()


class Draft(Struct, kw_only=True):
    """`values` are the mapped values of the snapshot, `spelled` its raw values at the places that were mapped,
    `previous` what stood there before, where the provider says so. `proposed` are the values of fields that the flow
    speaks of without owning them. `overtaken`: the snapshot is older than what is known, and only sets what is set
    once.
    `shown` are hashes of what is read for matching alone, `pairs` how far matching has come, `wants` what is to be read
    for it, and `kept_back` are flows that show nothing before it is done.
    `later` are flows whose turn comes when it is known what the gates hold, `held` what they hold now, by flow:
    nothing, where an action goes on.
    """

    input: Input
    state: State
    plan: Plan
    now: datetime
    object: ObjectPlan
    flow: FlowPlan | None
    record: Record | None
    fate: Fate = Fate.SETTLED
    overtaken: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    proposed: dict[str, Value] = field(default_factory=dict)
    spelled: dict[str, Json] = field(default_factory=dict)
    previous: dict[str, Json] = field(default_factory=dict)
    changes: dict[str, FieldState] = field(default_factory=dict)
    source: SourceState | None = None
    targets: dict[str, TargetState] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    reviews: list[ReviewItem] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    pairs: list[PairMark] = field(default_factory=list)
    wants: list[tuple[Link, str]] = field(default_factory=list)
    doubts: dict[str, str] = field(default_factory=dict)
    kept_back: dict[str, FlowOutcome] = field(default_factory=dict)
    later: list[FlowPlan] = field(default_factory=list)
    held: dict[str, tuple[Hold, ...]] = field(default_factory=dict)
    outcomes: list[FlowOutcome] = field(default_factory=list)
    gone: bool | None = None
    steps: list[str] = field(default_factory=list)

    @property
    def snapshot(self) -> Snapshot:
        assert self.input.snapshot is not None
        return self.input.snapshot

    @property
    def known(self) -> Record:
        """The record; only after `identity` has found or made it."""
        assert self.record is not None
        return self.record

    @property
    def has_news(self) -> bool:
        """Whether anything has changed that a flow might show, or everything is to be judged again."""
        news = self.changes or self.targets or self.links or self.shown or self.gone is not None
        return bool(news) or self.input.kind is InputKind.RECHECK

    def values_now(self) -> dict[str, Value]:
        """Every known field as it will be after this judgement."""
        return {name: state.value for name, state in (*self.known.fields.items(), *self.changes.items())}

    def target(self, flow: str) -> TargetState:
        found = self.targets.get(flow) or self.known.targets.get(flow)
        return found if found is not None else TargetState()

    def settle(self, fate: Fate, step: str) -> Settled:
        """The end of the judgement: everything that was gathered so far, with the step that ended it."""
        self.steps.append(step)
        return Settled(
            fate=fate,
            changes=self.changes,
            source=self.source,
            targets=self.targets,
            links=tuple(self.links),
            conflicts=tuple(self.conflicts),
            reviews=tuple(self.reviews),
            flows=tuple(self.outcomes),
            gone=self.gone,
            born=self.record if self.state.record is None else None,
            shown=self.shown,
            pairs=tuple(self.pairs),
            wants=tuple(self.wants),
            doubts=self.doubts,
            steps=tuple(self.steps),
        )


__all__ = ["Draft", "Places", "Proposal"]
