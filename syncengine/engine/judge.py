"""The decide step: take what is due, load what it needs with a few queries, judge it, commit it all at once."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from syncengine.decide.wanted import wanted
from syncengine.engine import tell
from syncengine.engine.ask import ask
from syncengine.engine.claim import Claim
from syncengine.engine.matching import Matching
from syncengine.engine.reading import from_input
from syncengine.engine.world import World
from syncengine.errors import PermanentError
from syncengine.model.event import InboxRow, Input, Snapshot
from syncengine.model.record import Record
from syncengine.model.struct import Struct
from syncengine.model.value import Json, is_untranslated
from syncengine.plan.lookups import Identity, compared, identify, refs
from syncengine.plan.plan import FlowPlan, Plan, UnreadableError
from syncengine.store.protocol import InputMark, Recheck
from syncengine.vocabulary import Fate, InboxState, InputKind


class _Question(Struct, frozen=True):
    question: Input
    flow: FlowPlan
    snapshot: Snapshot
    identity: Identity


def judge(world: World, limit: int) -> int:
    """Judge at most `limit` inputs, then records that are to be judged again. Returns how many were judged."""
    rows = world.store.due_inputs(limit)
    if rows:
        _judge_inputs(world, rows)
        return len(rows)
    asked = world.store.due_rechecks(limit)
    if asked:
        _judge_again(world, asked)
    return len(asked)


def _claim(world: World) -> Claim:
    gated = frozenset(_gate_objects(world.plan))
    matching = Matching.of(world.plan, world.store)
    return Claim(plan=world.plan, switches=world.switches(), now=world.clock.now(), gated=gated, matching=matching)


def _gate_objects(plan: Plan) -> set[str]:
    """Objects whose fields some gate asks about."""
    found: set[str] = set()
    for flow in plan.flows.values():
        fields = plan.objects[flow.object].fields
        found.update(fields[gate.about].ref if gate.about else flow.object for gate in flow.gates)
    return found


def _judge_inputs(world: World, rows: Sequence[InboxRow]) -> None:
    claim = _claim(world)
    questions: list[_Question] = []
    for row in rows:
        question = _understand(world, claim, row)
        if question is not None:
            questions.append(question)
    _load(world, claim, questions)
    questions = _kept(world, claim, questions, rows)
    questions.sort(key=lambda each: each.identity.link in claim.matching.chosen)  # whoever else has come is heard first
    for each in questions:
        claim.judge(each.question, claim.find(each.identity), each.identity)
    _commit(world, claim, rows)


def _kept(
    world: World, claim: Claim, questions: list[_Question], rows: Sequence[InboxRow]
) -> list[_Question]:  # fmt: skip
    """Without what turns out to be about somebody who was erased, though it does not name them: nothing of it is kept,
    and nothing that says its name later.
    """
    if not questions or not world.store.has_forgotten():
        return questions
    named = [refs(each.flow, each.snapshot) for each in questions]
    claim.know(world.store.load({ref for found in named for ref in found if ref not in claim.links}, ()))
    systems = {row.seq: row.system for row in rows}
    gone = {
        each.question.seq: (":".join(each.identity.link), f"{systems[each.question.seq]}:{each.snapshot.id}")
        for each, found in zip(questions, named, strict=True)
        if any(r is not None and r.erased for r in (claim.find(each.identity), *map(claim.linked, found)))
    }
    if gone:
        world.store.forget_inputs(world.session, gone, world.clock.now())
        world.boundary("erasure.forgotten")
    return [each for each in questions if each.question.seq not in gone]


def compare(world: World, flow: str, limit: int) -> int:
    """Judge at most `limit` entities that are to be compared with all that a flow holds. Returns how many they were."""
    records = world.store.to_pair(flow, limit)
    if records:
        claim = _claim(world)
        claim.matching.compare(world.store, flow, records)
        _judge_records(world, claim, records)
    return len(records)


def _judge_again(world: World, asked: Sequence[Recheck]) -> None:
    claim = _claim(world)
    claim.rechecked.extend(asked)
    _judge_records(world, claim, [one.record for one in asked])


def _judge_records(world: World, claim: Claim, records: Sequence[Record]) -> None:
    """A record of an object that the present map does not have is done with, and so is one that was erased."""
    known = [record for record in records if record.object in world.plan.objects and not record.erased]
    for record in known:
        claim.loaded[record.entity] = claim.working[record.entity] = record
    _load_neighbours(world, claim, known)
    _load_holds(world, claim, known)
    for record in known:
        again = Input(seq=_latest(record), kind=InputKind.RECHECK, event_id="", flow="", snapshot=None)
        claim.judge(again, claim.working[record.entity], None)
    _commit(world, claim)


def _latest(record: Record) -> int:
    """The newest input that the record rests on: the cause of whatever a recheck leads to."""
    return max((state.seq for state in record.fields.values()), default=0)


def _commit(world: World, claim: Claim, rows: Sequence[InboxRow] = ()) -> None:
    world.boundary("decide.judged")
    world.store.commit_decisions(world.session, claim.batch(), world.clock.now())
    world.boundary("decide.committed")
    tell.decided(world, claim, rows)


def _understand(world: World, claim: Claim, row: InboxRow) -> _Question | None:
    """The question that an input asks; one that asks none is marked at once."""
    try:
        flow, snapshot = _snapshot(world, row)
    except PermanentError as error:
        _mark(claim, row, Fate.FAILED, str(error))
        return None
    if snapshot is None or flow is None:
        _mark(claim, row, Fate.UNMAPPED, f"no flow of the map reads {row.type}")
        return None
    question = Input(seq=row.seq, kind=row.kind, event_id=row.event_id, flow=flow.id, snapshot=snapshot)
    return _Question(question, flow, snapshot, identify(world.plan, flow, snapshot))


def _snapshot(world: World, row: InboxRow) -> tuple[FlowPlan | None, Snapshot | None]:
    if row.trouble:
        raise PermanentError(row.trouble)
    if row.kind is InputKind.READING:
        name, reading = from_input(row.body)
        return world.plan.flows.get(name), reading
    adapter = world.adapters.get(row.system)
    if adapter is None or adapter.intake is None:
        return None, None
    parse = adapter.intake.parse
    recent = world.recent
    snapshot = ask(row.system, lambda: parse(recent.content(row.system, row.event_id, row.body)))
    if snapshot is None:
        return None, None
    return world.plan.flow_for(row.system, snapshot.record), snapshot


def _mark(claim: Claim, row: InboxRow, fate: Fate, why: str) -> None:
    claim.marks.append(InputMark(seq=row.seq, fate=fate, state=InboxState.DONE, why=why))


def _load(world: World, claim: Claim, questions: Sequence[_Question]) -> None:
    identities = [q.identity for q in questions]
    claim.know(
        world.store.load(
            {(i.flow, i.id) for i in identities if i.id}, {i.entity for i in identities if i.entity is not None}
        )
    )
    if claim.matching.flows:
        unknown = {i.link for i in identities if i.flow in claim.matching.flows and i.link not in claim.links}
        claim.choose(world.store.chosen(unknown))
    if claim.gated:
        known = [r for i in identities if (r := claim.find(i)) is not None]
        _load_neighbours(world, claim, known)
        named = {ref for q in questions for ref in refs(q.flow, q.snapshot) if ref not in claim.links}
        claim.know(world.store.load(named, ()))
        _load_holds(world, claim, known)
    _load_compared(world, claim, questions)
    _translate(world, claim, questions)


def _load_compared(world: World, claim: Claim, questions: Sequence[_Question]) -> None:
    """What refs lead to that are the same where they lead to one record."""
    asked: set[tuple[str, str]] = set()
    for each in questions:
        asked.update(compared(world.plan, each.flow, each.snapshot, claim.find(each.identity)))
    asked.difference_update(claim.links)
    if asked:
        claim.know(world.store.load(asked, ()))


def _load_holds(world: World, claim: Claim, records: Sequence[Record]) -> None:
    """Of the records that show holds, or have some. Nothing is held about a record that nobody knows yet."""
    objects = world.plan.objects
    entities = {
        record.entity
        for record in records
        if objects[record.object].shows_holds or any(target.held for target in record.targets.values())
    }
    if entities:
        claim.holds.know(world.store.open_holds(entities))


def _load_neighbours(world: World, claim: Claim, records: Sequence[Record]) -> None:
    wanted = {link for record in records for link in claim.missing_neighbours(record)}
    if wanted:
        claim.know(world.store.load(wanted, ()))


def _translate(world: World, claim: Claim, questions: Sequence[_Question]) -> None:
    """What a target shows is in its own ids: to compare it with the base, the base's refs are translated first."""
    refs_there = set()
    for each in questions:
        record = claim.find(each.identity) if each.flow.shows else None
        for value in () if record is None else _spelled(record, each.flow):
            if is_untranslated(value):
                refs_there.add((value["flow"], value["id"], value["in"]))
    if refs_there:
        claim.translated.update(world.store.translate(refs_there))


def _spelled(record: Record, flow: FlowPlan) -> Iterator[Json]:
    """Everything that we left in a target, or would leave there now."""
    target = record.targets.get(flow.id)
    if target is not None and target.base is not None:
        yield from target.base.values()
    with suppress(UnreadableError):
        yield from wanted(flow, {name: state.value for name, state in record.fields.items()}).values()
