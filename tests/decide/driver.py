"""Plays decide, evolve and confirm over a few dicts, as the engine does over a ledger.

An inbox keeps what waits for a reading or a link, each entity has one lane per flow, and people can edit the target
tables between two steps.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncengine.decide.confirm import confirm, expected, hold_back, withdraw
from syncengine.decide.decide import decide
from syncengine.decide.evolve import evolve
from syncengine.decide.rejudge import Rejudgement, Ruling, rejudge
from syncengine.decide.state import State
from syncengine.model.action import Action, Candidate, Hold, OpenHold
from syncengine.model.decision import Decision, NeedReading
from syncengine.model.event import Input, Snapshot, Version
from syncengine.model.record import Record, from_document, to_document
from syncengine.model.switch import Switches
from syncengine.model.value import Json, Places, Value, is_untranslated
from syncengine.plan.lookups import identify
from syncengine.plan.plan import FlowPlan, Plan
from syncengine.vocabulary import ActionState, Fate, FlowResult, InputKind, Phase
from tests.decide.plans import T0

LIVE = Switches(floor=Phase.AUTOMATED)
PATIENCE = 300
"""Judgements of one drain: a heart that keeps asking for readings is a bug, not a slow test."""


@dataclass(slots=True)
class Lane:
    """What one entity has on its way to one flow."""

    ready: Action | None = None
    held: bool = False
    unknown: Action | None = None


@dataclass(slots=True)
class Driver:
    plan: Plan
    switches: Switches = LIVE
    now: datetime = T0 + timedelta(days=1)
    records: dict[str, Record] = field(default_factory=dict)
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)
    holds: dict[tuple[str, str], tuple[Hold, ...]] = field(default_factory=dict)
    tables: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)
    wants: dict[tuple[str, str], None] = field(default_factory=dict)
    decisions: list[tuple[Input, Decision]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    rulings: list[Rejudgement] = field(default_factory=list)
    writes: list[tuple[str, str, Places]] = field(default_factory=list)
    _due: list[Input] = field(default_factory=list)
    _waiting: list[tuple[Input, tuple[str, str], Fate]] = field(default_factory=list)
    _again: dict[str, None] = field(default_factory=dict)
    _seq: int = 0

    # --- what comes in

    def deliver(self, snapshot: Snapshot, event: str) -> Decision:
        """One delivery, judged at once with all that it makes due. Returns its own first decision."""
        return self._take(snapshot, event, InputKind.DELIVERY)

    def read(self, snapshot: Snapshot) -> Decision:
        """A reading that came in, with all that waited for it."""
        flow = self._flow_of(snapshot)
        self.wants.pop((flow.id, snapshot.id), None)
        self._wake((flow.id, snapshot.id), Fate.READING)
        return self._take(snapshot, f"reading:{self._seq}", InputKind.READING)

    def read_back(self, truth: Callable[[str, str], Snapshot]) -> None:
        """Answer everything that is awaited, with what the owner's system shows now."""
        for flow, id_ in list(self.wants):
            self.read(truth(flow, id_))

    def recheck(self, entity: str) -> Decision:
        self._seq += 1
        return self._judge(Input(seq=self._seq, kind=InputKind.RECHECK, event_id="", flow="", snapshot=None), entity)

    def edit(self, flow: str, key: str, **places: Json) -> None:
        """Somebody changes a record in a target."""
        self.tables[flow][key].update(places)

    def _take(self, snapshot: Snapshot, event: str, kind: InputKind) -> Decision:
        self._seq += 1
        flow = self._flow_of(snapshot)
        question = Input(seq=self._seq, kind=kind, event_id=event, flow=flow.id, snapshot=snapshot)
        self._due.append(question)
        first = len(self.decisions)
        self._drain()
        return next(d for q, d in self.decisions[first:] if q.seq == question.seq)

    def _flow_of(self, snapshot: Snapshot) -> FlowPlan:
        return next(f for f in self.plan.flows.values() if f.record == snapshot.record)

    def _drain(self) -> None:
        for _ in range(PATIENCE):
            if not self._due:
                return
            self._due.sort(key=lambda q: (q.kind is not InputKind.READING, q.seq))
            question = self._due.pop(0)
            assert question.snapshot is not None
            identity = identify(self.plan, self.plan.flows[question.flow], question.snapshot)
            entity = self.links.get(identity.link) or identity.entity
            self._judge(question, entity if entity in self.records else None)
        raise AssertionError("it never comes to rest")

    # --- the judgement

    def _judge(self, question: Input, entity: str | None) -> Decision:
        before = None if entity is None else self.records[entity]
        state = State(
            record=before, neighbours=self.neighbours(), translated=self.translated(), switches=self.switches,
            holds=() if before is None else self.holds_around(before.entity),
        )  # fmt: skip
        decision = decide(question, state, self.plan, self.now)
        self.decisions.append((question, decision))
        after = evolve(before, question, decision)
        if after is not None:
            self._keep(after)
        if isinstance(decision, NeedReading):
            self.wants[decision.flow, decision.id] = None
            self._waiting.append((question, (decision.flow, decision.id), Fate.READING))
            return decision
        if decision.fate is Fate.UNLINKED:
            self._wait_for_link(question)
        for outcome in decision.flows:
            if outcome.action is not None:
                self.actions.append(outcome.action)
                held = outcome.result is FlowResult.HELD
                lane = self.lanes.setdefault((outcome.action.entity, outcome.flow), Lane())
                lane.ready, lane.held = outcome.action, held
                self._hold((outcome.action.entity, outcome.flow), outcome.holds)
        if after is not None:
            self._spread(decision.links, before, after)
        return decision

    def holds_around(self, entity: str) -> tuple[OpenHold, ...]:
        open_ = (OpenHold(entity=e, flow=flow, hold=hold) for (e, flow), holds in self.holds.items() for hold in holds)
        return tuple(one for one in open_ if entity in (one.entity, one.hold.about))

    def _hold(self, lane: tuple[str, str], holds: tuple[Hold, ...]) -> None:
        """As the store does: whoever may show a hold that begins or ends is judged again."""
        moved = (*self.holds.get(lane, ()), *holds)
        self.holds[lane] = holds
        self._again.update(dict.fromkeys(e for hold in moved for e in (lane[0], hold.about) if e in self.records))

    def _keep(self, record: Record) -> None:
        """As the store does: what comes back is what JSON can say."""
        self.records[record.entity] = from_document(
            to_document(record), object=record.object, entity=record.entity, id=1, revision=1
        )  # fmt: skip

    def _spread(self, links: Iterable[object], before: Record | None, after: Record) -> None:
        for link in links:
            self.links[link.flow, link.id] = after.entity  # type: ignore[attr-defined]
            self._wake((link.flow, link.id), Fate.UNLINKED)  # type: ignore[attr-defined]
        for flow, source in after.sources.items():
            was = before.sources.get(flow) if before is not None else None
            if was is not None and was.unsettled and not source.unsettled:
                self.wants.pop((flow, source.id), None)
                self._wake((flow, source.id), Fate.READING)

    def _wait_for_link(self, question: Input) -> None:
        assert question.snapshot is not None
        identity = identify(self.plan, self.plan.flows[question.flow], question.snapshot)
        self._waiting.append((question, identity.birth or identity.link, Fate.UNLINKED))

    def _wake(self, link: tuple[str, str], why: Fate) -> None:
        self._due += [q for q, waits_for, fate in self._waiting if (waits_for, fate) == (link, why)]
        self._waiting = [w for w in self._waiting if (w[1], w[2]) != (link, why)]

    def neighbours(self) -> Mapping[tuple[str, str], Record]:
        return {link: self.records[entity] for link, entity in self.links.items()}

    def translated(self) -> Mapping[tuple[str, str, str], str]:
        return {
            (flow, id_, other): other_id
            for (flow, id_), entity in self.links.items()
            for (other, other_id), same in self.links.items()
            if entity == same and flow != other
        }

    # --- delivery

    def send(self, *, lose_answer: bool = False) -> int:
        """Take up whatever is ready, once. Returns how many requests went out, or were judged anew before they did."""
        before = len(self.writes) + len(self.decisions)
        for (entity, flow), lane in list(self.lanes.items()):
            if lane.ready is not None and not lane.held and lane.unknown is None:
                self._deliver(entity, self.plan.flows[flow], lane, lane.ready, lose_answer=lose_answer)
        return len(self.writes) + len(self.decisions) - before

    def settle(self) -> None:
        """Send, probe and judge again until nothing moves any more."""
        for _ in range(PATIENCE):
            if not self.send() and not self.probe() and not self._recheck_held() and not self._judge_again():
                return
        raise AssertionError("it never comes to rest")

    def _judge_again(self) -> bool:
        due = list(self._again)
        self._again.clear()
        for entity in due:
            self.recheck(entity)
        return bool(due)

    def _recheck_held(self) -> bool:
        moved = False
        for (entity, _), lane in self.lanes.items():
            if lane.held:
                self.recheck(entity)
                moved = moved or not lane.held
        return moved

    def candidate(self, action: Action) -> Candidate:
        return Candidate(
            id=1, key=action.key, kind=action.kind, flow=action.flow, state=ActionState.READY, record_id=1, fence=1,
            sequence=action.sequence, content=action.content, write_set=action.write_set,
        )  # fmt: skip

    def _deliver(self, entity: str, flow: FlowPlan, lane: Lane, action: Action, *, lose_answer: bool) -> None:
        record = self.records[entity]
        ruling = rejudge(self.candidate(action), record, self.neighbours(), self.switches, self.plan, self.now)
        self.rulings.append(ruling)
        if ruling.ruling is Ruling.CANCEL:
            lane.ready = None
            self._keep(withdraw(record, flow.id))
        elif ruling.ruling is Ruling.HOLD:
            lane.held = True
            self._keep(hold_back(record, flow.id, ruling.holds))
            self._hold((entity, flow.id), ruling.holds)
        elif ruling.ruling is Ruling.SEND and None not in (ids := self._in_their_ids(action.content)).values():
            self._write(record, flow, lane, ids, lose_answer=lose_answer)

    def _in_their_ids(self, places: Places) -> dict[str, Json]:
        """None for a ref that is not linked there yet; other empty places are spelled as an empty text here."""
        known = self.translated()
        return {
            p: known.get((v["flow"], v["id"], v["in"])) if is_untranslated(v) else ("" if v is None else v)
            for p, v in places.items()
        }

    def _write(
        self, record: Record, flow: FlowPlan, lane: Lane, content: dict[str, Json], *, lose_answer: bool
    ) -> None:
        assert lane.ready is not None
        key, table = self._key(record), self.tables.setdefault(flow.id, {})
        row, expects = table.get(key), expected(record, flow)
        granted = {p for s in flow.shows if s.field in flow.granted for p in s.places}
        before = None if row is None else {p: row.get(p, "") for p in sorted(granted)}
        if _differs(before, None if expects is None else self._in_their_ids(expects)):
            self._take(self._image(flow, record, row, before), f"before:{self._seq}", InputKind.READING)
            return
        fixed = {flow.key, *flow.on_create} if row is not None else set()
        left = {p: v for p, v in content.items() if p not in fixed and (row is None or row.get(p, "") != v)}
        if left:
            table.setdefault(key, {"id": f"{flow.name}-{key}"}).update(left)
            self.writes.append((flow.id, key, left))
            if lose_answer:
                lane.unknown, lane.ready = lane.ready, None
                return
        action, lane.ready = lane.ready, None
        self._confirm(record, flow, action)

    def _image(
        self, flow: FlowPlan, record: Record, row: Mapping[str, Json] | None, before: Mapping[str, Json] | None
    ) -> Snapshot:  # fmt: skip
        key, target = self._key(record), record.targets.get(flow.id)
        content = {} if before is None else {p: None if v == "" else v for p, v in before.items()}
        return Snapshot(
            record=flow.record,
            id=str(row["id"]) if row is not None else ("" if target is None else target.id),
            version=Version(at=self.now, resolution=timedelta(0)),
            content={**content, **({flow.key: key} if row is not None else {})},
            complete=False,
            gone=row is None,
        )

    def _key(self, record: Record) -> str:
        return self.plan.objects[record.object].key_of(record.birth)

    def probe(self) -> int:
        """Look what became of writes whose answer was lost."""
        probed = 0
        for (entity, flow_id), lane in self.lanes.items():
            if lane.unknown is None:
                continue
            probed += 1
            action, lane.unknown = lane.unknown, None
            record, flow = self.records[entity], self.plan.flows[flow_id]
            row = self.tables[flow_id].get(self._key(record), {})
            content = self._in_their_ids(action.content)
            if all(row.get(p) == v for p, v in content.items() if p not in flow.on_create):
                self._confirm(record, flow, action)
            else:
                self._keep(withdraw(record, flow_id))
                self.recheck(entity)
        return probed

    def _confirm(self, record: Record, flow: FlowPlan, action: Action) -> None:
        remote_id = str(self.tables[flow.id][self._key(record)]["id"])
        self._keep(confirm(record, flow, action.content, remote_id))
        if (flow.id, remote_id) not in self.links and flow.id in self.plan.object_of(flow).shows_ids:
            self._again[record.entity] = None
        self.links[flow.id, remote_id] = record.entity

    # --- what there is

    def record(self, flow: str, id_: str) -> Record:
        return self.records[self.links[flow, id_]]

    def values(self, flow: str, id_: str) -> dict[str, Value]:
        return {name: state.value for name, state in self.record(flow, id_).fields.items()}

    def row(self, flow: str, key: str) -> dict[str, Json]:
        """What a target shows, empty places left out."""
        row = self.tables.get(flow, {}).get(key, {})
        return {p: v for p, v in row.items() if v != "" and p != "id"}

    @property
    def waiting(self) -> int:
        return len(self._waiting)


def _differs(before: Mapping[str, Json] | None, expects: Mapping[str, Json] | None) -> bool:
    if before is None or expects is None:
        return (before is None) != (expects is None)
    return any(before.get(p, "") != v for p, v in expects.items())


def paused(driver: Driver, *scopes: str) -> None:
    driver.switches = replace(driver.switches, paused=frozenset(scopes))
