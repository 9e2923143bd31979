"""A decide claim: many inputs judged together on one loaded state, committed in one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncengine.decide.decide import decide
from syncengine.decide.evolve import evolve
from syncengine.decide.gate import gate_subjects
from syncengine.decide.state import State
from syncengine.engine.batch import is_batched
from syncengine.engine.holds import Holds
from syncengine.engine.matching import Matching
from syncengine.model.decision import Conflict, FlowOutcome, Link, NeedReading, ReviewItem, Settled
from syncengine.model.event import Input
from syncengine.model.matching import Chosen
from syncengine.model.record import Record
from syncengine.model.switch import Switches
from syncengine.plan.lookups import Identity
from syncengine.plan.plan import Plan
from syncengine.store.protocol import DecidedAction, DecisionBatch, InputMark, Loaded, Recheck
from syncengine.vocabulary import HELD_ON, ActionState, Fate, FlowResult, InboxState


@dataclass(slots=True)
class Claim:
    """The working set of one claim. Loaded records stay as they are; `working` holds what the fold made of them."""

    plan: Plan
    switches: Switches
    now: datetime
    gated: frozenset[str]
    matching: Matching
    loaded: dict[str, Record] = field(default_factory=dict)
    working: dict[str, Record] = field(default_factory=dict)
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    translated: dict[tuple[str, str, str], str] = field(default_factory=dict)
    holds: Holds = field(default_factory=Holds)
    marks: list[InputMark] = field(default_factory=list)
    new_links: list[tuple[str, Link]] = field(default_factory=list)
    actions: list[DecidedAction] = field(default_factory=list)
    lanes: dict[tuple[str, str], int] = field(default_factory=dict)
    conflicts: list[tuple[str, Conflict]] = field(default_factory=list)
    reviews: list[tuple[str, int, ReviewItem]] = field(default_factory=list)
    wants: dict[tuple[str, str], str] = field(default_factory=dict)
    answers: dict[tuple[str, str], None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    sandbox: dict[tuple[str, str], FlowOutcome] = field(default_factory=dict)
    released: list[tuple[str, str, str]] = field(default_factory=list)
    rechecked: list[Recheck] = field(default_factory=list)
    tally: dict[FlowResult, int] = field(default_factory=dict)

    def know(self, found: Loaded) -> None:
        """Add loaded records; a record that the fold has moved on already stays as the fold left it."""
        for link, record in found.by_link.items():
            self.links.setdefault(link, record.entity)
            self._add(record)
        for record in found.by_entity.values():
            self._add(record)

    def _add(self, record: Record) -> None:
        if record.entity not in self.working:
            self.loaded[record.entity] = self.working[record.entity] = record

    def linked(self, link: tuple[str, str]) -> Record | None:
        entity = self.links.get(link)
        return None if entity is None else self.working.get(entity)

    def find(self, identity: Identity) -> Record | None:
        """The record that an input is about: by its link, else by the entity it would be."""
        found = self.linked((identity.flow, identity.id))
        if found is None and identity.entity is not None:
            found = self.working.get(identity.entity)
        chosen = self.matching.match_of(identity.link) if found is None else None
        return found if chosen is None else self.working.get(chosen.record.entity)

    def choose(self, found: Mapping[tuple[str, str], Chosen]) -> None:
        """Records of ours that were matched with theirs, and are not linked yet."""
        self.matching.chosen.update(found)
        for chosen in found.values():
            self._add(chosen.record)

    def missing_neighbours(self, record: Record) -> Iterable[tuple[str, str]]:
        """Links that the gates of a record's flows ask about and that are not loaded."""
        for name in self.plan.objects[record.object].flows:
            for link in gate_subjects(self.plan.flows[name], record):
                if link not in self.links:
                    yield link

    def judge(self, question: Input, record: Record | None, identity: Identity | None) -> None:
        """Judge one input on the state as the inputs before it left it."""
        state = State(
            record=record,
            neighbours=Neighbours(self),
            translated=self.translated,
            switches=self.switches,
            holds=() if record is None else self.holds.around(record.entity),
            pairs={} if record is None else self.matching.verdicts.get(record.entity, {}),
            named=self.matching.named,
            chosen=self._chosen(identity, record),
            secret=self.matching.secret,
        )
        decision = decide(question, state, self.plan, self.now)
        after = evolve(record, question, decision)
        if after is not None:
            self.working[after.entity] = after
        if isinstance(decision, NeedReading):
            self._await_reading(question, decision, after)
        else:
            self._settled(question, decision, record, after, identity)

    def _chosen(self, identity: Identity | None, record: Record | None) -> Chosen | None:
        """The match, where nothing else says that a record is the one that an input shows."""
        if identity is None or record is None or identity.link in self.links or identity.entity == record.entity:
            return None
        chosen = self.matching.chosen.get(identity.link)
        return chosen if chosen is not None and chosen.record.entity == record.entity else None

    def _await_reading(self, question: Input, decision: NeedReading, record: Record | None) -> None:
        wanted = (decision.flow, decision.id)
        self.wants.setdefault(wanted, decision.why)
        self.marks.append(
            InputMark(
                seq=question.seq, fate=Fate.READING, state=InboxState.READING, waits_for=wanted, why=decision.why,
                entity="" if record is None else record.entity,
            )
        )  # fmt: skip

    def _settled(
        self, question: Input, decision: Settled, before: Record | None, after: Record | None, identity: Identity | None
    ) -> None:
        unknown = after is None or decision.fate is Fate.UNLINKED
        entity = "" if after is None or unknown else after.entity
        if identity is not None:
            self._mark(question, decision, entity, identity)
        for link in decision.links:
            self.links[link.flow, link.id] = entity
            self.new_links.append((entity, link))
        linked = identity is not None and identity.link in self.links
        self.matching.settled(question, decision, before, after, linked=linked)
        if after is None or unknown:
            self._count(decision)
            self.reviews.extend(("", question.seq, r) for r in decision.reviews)
            return
        for link, why in decision.wants:
            self.wants.setdefault((link.flow, link.id), why)
        if after.object in self.gated:
            self.touched.update((link.name, None) for link in decision.links)
        self._release_readings(before, after)
        self.conflicts.extend((entity, c) for c in decision.conflicts)
        self.reviews.extend((entity, question.seq, r) for r in decision.reviews)
        if decision.changes and after.object in self.gated:
            self.touched[entity] = None
        self._outcomes(decision, before, entity)
        self._count(decision)

    def _mark(self, question: Input, decision: Settled, entity: str, identity: Identity) -> None:
        unlinked = decision.fate is Fate.UNLINKED
        self.marks.append(
            InputMark(
                seq=question.seq,
                fate=decision.fate,
                state=InboxState.UNLINKED if unlinked else InboxState.DONE,
                entity=entity,
                waits_for=(identity.birth or (identity.flow, identity.id)) if unlinked else None,
                why=decision.steps[-2] if len(decision.steps) > 1 else decision.steps[-1],
            )
        )

    def _release_readings(self, before: Record | None, after: Record) -> None:
        if before is None or not before.unsettled:
            return
        for flow, source in before.sources.items():
            if source.unsettled and not after.sources[flow].unsettled:
                self.answers[flow, source.id] = None
                self.wants.pop((flow, source.id), None)

    def _outcomes(self, decision: Settled, before: Record | None, entity: str) -> None:
        for outcome in decision.flows:
            if outcome.sandbox:
                self.sandbox[entity, outcome.flow] = outcome
            if outcome.action is None:
                continue
            target = None if before is None else before.targets.get(outcome.flow)
            if target is not None and target.held:
                goes_on = outcome.result is FlowResult.ACT
                why = (outcome.why or "every need passes") if goes_on else HELD_ON
                self.released.append((entity, outcome.flow, why))
            lane = (entity, outcome.flow)
            self.holds.decided(lane, outcome.holds)
            if lane in self.lanes:
                earlier = self.actions[self.lanes[lane]]
                self.actions[self.lanes[lane]] = DecidedAction(
                    action=earlier.action, state=ActionState.SUPERSEDED, holds=earlier.holds
                )
            self.lanes[lane] = len(self.actions)
            held = outcome.result is FlowResult.HELD
            state = ActionState.HELD if held else ActionState.READY
            batched = is_batched(self.plan.flows[outcome.flow], outcome.action.content)
            self.actions.append(
                DecidedAction(action=outcome.action, state=state, holds=outcome.holds, batched=batched)
            )

    def _count(self, decision: Settled) -> None:
        for outcome in decision.flows:
            self.tally[outcome.result] = self.tally.get(outcome.result, 0) + 1

    def batch(self) -> DecisionBatch:
        """What the claim commits: every record that the fold moved, and the revisions of all others it rested on."""
        moved = [r for e, r in self.working.items() if self.loaded.get(e) is not r]
        reads = [(r.id, r.revision) for e, r in self.working.items() if self.loaded.get(e) is r and r.id]
        return DecisionBatch(
            records=moved,
            reads=reads,
            marks=self.marks,
            links=self.new_links,
            actions=self.actions,
            conflicts=self.conflicts,
            reviews=self.reviews,
            wants=[(flow, id_, why) for (flow, id_), why in self.wants.items()],
            touched=list(self.touched),
            sandbox=[(entity, outcome) for (entity, _), outcome in self.sandbox.items()],
            released=self.released,
            rechecked=self.rechecked,
            answers=list(self.answers),
            ours=list(self.matching.ours.items()),
            theirs=list(self.matching.theirs.values()),
            pairs=self.matching.pairs,
            compared=self.matching.compared,
            chosen=self.matching.chosen,
            tally=self.tally,
        )


class Neighbours(Mapping[tuple[str, str], Record]):
    """The records of a claim by their links, as the fold has them now, without copying them for every input."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def __getitem__(self, link: tuple[str, str]) -> Record:
        found = self._claim.linked(link)
        if found is None:
            raise KeyError(link)
        return found

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._claim.links)

    def __len__(self) -> int:
        return len(self._claim.links)
