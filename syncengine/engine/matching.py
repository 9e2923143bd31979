"""The matching of a claim: who was matched with whom, what came of comparing, and which keys have moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncengine.decide.pair import Alone, Several, Verdict, pair
from syncengine.decide.steps.correlate import MOST_NAMED
from syncengine.model.decision import Settled
from syncengine.model.event import Input, Snapshot
from syncengine.model.matching import KEY, Chosen, Compared, Keys, PairMark, Theirs
from syncengine.model.record import Record
from syncengine.plan.matching import our_keys, rule_name, their_keys
from syncengine.plan.plan import Plan
from syncengine.store.protocol import Store
from syncengine.vocabulary import InputKind, PairState

Link = tuple[str, str]
"""(flow id, their id)."""


@dataclass(slots=True)
class Matching:
    """`secret` is the key of every hash; `flows` are those whose records are compared. `chosen` are entities by the
    records of theirs that they were matched with, and that are read before they are linked. `heard` are hashes that
    somebody says only since this claim, entities and (flow id, their id).
    """

    plan: Plan
    secret: bytes = b""
    flows: frozenset[str] = frozenset()
    chosen: dict[Link, Chosen] = field(default_factory=dict)
    verdicts: dict[str, Mapping[str, Verdict]] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    ours: dict[str, Keys] = field(default_factory=dict)
    theirs: dict[Link, Theirs] = field(default_factory=dict)
    pairs: list[PairMark] = field(default_factory=list)
    heard: dict[bytes, set[str | Link]] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan, store: Store) -> "Matching":
        """Where the map matches nothing, nothing is asked."""
        flows = frozenset(name for subject in plan.objects.values() if subject.match for name in subject.match.flows)
        return cls(plan, store.secret() if flows else b"", flows)

    def compare(self, store: Store, flow: str, records: Sequence[Record]) -> None:
        """Judge these entities against all that the flow holds. A flow that the map does not match any more is done
        with.
        """
        if flow not in self.flows:
            self.pairs.extend(PairMark(entity=record.entity, flow=flow, state=None) for record in records)
            return
        match = self.plan.objects[self.plan.flows[flow].object].match
        assert match is not None, f"{flow} is of an object that is matched"
        numbers = tuple(record.id for record in records)
        around = store.neighbourhood(flow, numbers)
        self.compared.append(Compared(flow=flow, records=numbers, around=around))
        found = pair((KEY, *map(rule_name, match.rules)), around)
        self.verdicts = {record.entity: {flow: found.get(record.entity, Alone())} for record in records}
        self._name(store, [found[record.entity] for record in records if record.entity in found])

    def _name(self, store: Store, verdicts: Iterable[Verdict]) -> None:
        """What people know the entities by that a question is about: where they were born, under which id."""
        several = (verdict for verdict in verdicts if isinstance(verdict, Several))
        asked = dict.fromkeys(entity for verdict in several for entity in verdict.ours[:MOST_NAMED])
        for entity, record in (store.load((), asked).by_entity if asked else {}).items():
            self.named[entity] = f"{record.birth[0].partition('.')[2]} {record.birth[1]}"

    def settled(
        self, question: Input, decision: Settled, before: Record | None, after: Record | None, *, linked: bool
    ) -> None:
        """What a judgement means for matching. `linked`: the record that the input shows is linked now."""
        self.pairs.extend(decision.pairs)
        if after is not None and _has_moved(self.plan, decision, before, after):
            subject = self.plan.objects[after.object]
            self.ours[after.entity] = our_keys(subject, after, self.secret)
            known = {} if before is None else our_keys(subject, before, self.secret)
            self._hear(after.entity, set(self.ours[after.entity].values()).difference(known.values()))
        if question.flow in self.flows and question.snapshot is not None:
            self._seen(question, question.snapshot, after, linked=linked)

    def _seen(self, question: Input, snapshot: Snapshot, after: Record | None, *, linked: bool) -> None:
        flow = self.plan.flows[question.flow]
        link = (flow.id, snapshot.id)
        chosen, at = self.chosen.get(link), snapshot.version.at
        if chosen is not None and not (linked and after is not None and after.entity == chosen.record.entity):
            self.pairs.append(PairMark(entity=chosen.record.entity, flow=flow.id, state=PairState.WAITING))
            if chosen.at is not None and question.kind is InputKind.READING:
                at = max(at, chosen.at)  # a look of our own, however old they say their record is
        if linked or not (snapshot.complete or snapshot.gone):
            return
        known = self.theirs.get(link)
        if known is None or known.at <= at:
            keys = their_keys(self.plan.object_of(flow), flow, snapshot, self.secret)
            self.theirs[link] = Theirs(flow=flow.id, id=snapshot.id, at=at, keys=keys)
            self._hear(link, keys.values())

    def _hear(self, who: str | Link, hashes: Iterable[bytes]) -> None:
        for said in hashes:
            self.heard.setdefault(said, set()).add(who)

    def match_of(self, link: Link) -> Chosen | None:
        """Whom a record of theirs was matched with; None too where somebody else says the same since they were
        compared.
        """
        chosen = self.chosen.get(link)
        if chosen is None:
            return None
        said = {*chosen.ours.values(), *chosen.theirs.values()}
        others = {who for one in said for who in self.heard.get(one, ())} - {chosen.record.entity, link}
        return None if any(isinstance(who, str) or who[0] == link[0] for who in others) else chosen


def _has_moved(plan: Plan, decision: Settled, before: Record | None, after: Record) -> bool:
    match = plan.objects[after.object].match
    if match is None:
        return False
    told = before is None or decision.shown or decision.gone is not None
    return bool(told) or not match.fields.isdisjoint(decision.changes)
