"""Two stores that are asked the same do the same: the memory store stands for the one on disk, in every simulation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from syncengine.canonical import encode
from syncengine.clock import ManualClock
from syncengine.errors import FenceLostError
from syncengine.evidence.verify import verify
from syncengine.model.action import Candidate, Wait
from syncengine.model.attempt import Send
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.record import FieldState, Record
from syncengine.store.memory import MemoryStore
from syncengine.store.open import open_store
from syncengine.store.protocol import (
    DecidedAction,
    DecisionBatch,
    InputMark,
    IntakeGroup,
    Intent,
    Move,
    Session,
    Settlement,
    Store,
)
from syncengine.vocabulary import ActionState, AttemptState, Fate, FlowResult, InboxState, OutcomeKind, Phase
from tests.store.scene import BORN, CRM, ERP, FLOWS, SECOND, action, delivery, hold, new_record, refused, settlement_of

T = TypeVar("T")

ENTITIES = ("a", "b", "c")
entities = st.sampled_from(ENTITIES)
flows = st.sampled_from(FLOWS)
pairs = st.tuples(st.sampled_from((BORN, CRM, ERP)), st.sampled_from(("1", "2", "3")))
events = st.builds(
    lambda number, other, reading: delivery(f"evt_{number}", {"n": number, "other": other}, reading=reading),
    st.integers(1, 12), st.sampled_from((0, 0, 0, 1)), st.booleans(),
)  # fmt: skip
places = st.integers(0, 9)
ANSWERS = (
    OutcomeKind.CONFIRMED, OutcomeKind.REJECTED, OutcomeKind.THROTTLED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT,
    OutcomeKind.MOVED,
)  # fmt: skip
PROBES = (
    (OutcomeKind.CONFIRMED, ActionState.CONFIRMED, AttemptState.CONFIRMED),
    (OutcomeKind.NOT_SENT, ActionState.PREPARED, AttemptState.ABSENT),
    (OutcomeKind.UNKNOWN, ActionState.UNKNOWN, AttemptState.UNKNOWN),
    (OutcomeKind.UNKNOWN, ActionState.PARKED, AttemptState.PARKED),
    (OutcomeKind.MOVED, ActionState.CANCELLED, AttemptState.OVERTAKEN),
)


class Alike(RuleBasedStateMachine):
    """Every rule asks both stores; what they answer, or raise, is the same. Old records, candidates and sends are kept,
    so that much of what is asked comes too late.
    """

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="alike"))
        copyfile(self.empty, self.folder / "state.db")
        self.clock = ManualClock()
        self.memory: Store = MemoryStore(Random(7).randbytes)
        self.randomness = Random(7).randbytes
        self.disk = self.open()
        self.sequence = 0
        self.known: list[Record] = []
        self.candidates: list[Candidate] = []
        self.sends: list[Send] = []

    def open(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'state.db'}", randomness=self.randomness)

    def teardown(self) -> None:
        self.disk.close()
        rmtree(self.folder)

    @property
    def now(self) -> Any:
        return self.clock.now()

    def both(self, ask: Callable[[Store], T]) -> T | None:
        """The same question to both; a lost fence is an answer too."""
        answers = []
        for store in (self.memory, self.disk):
            try:
                answers.append((ask(store), None))
            except FenceLostError:
                answers.append((None, FenceLostError))
        assert answers[0] == answers[1]
        return answers[0][0]

    def ask(self, question: Callable[[Store], Sequence[T]]) -> list[T]:
        found = self.both(lambda store: list(question(store)))
        assert found is not None
        return found

    # --- the story

    @initialize()
    def begin(self) -> None:
        self.session = self.new_session()

    def new_session(self) -> Session:
        made = self.both(lambda s: s.open_session(kind="run", actor="ada", project="shop", now=self.now))
        assert made is not None
        return made

    @rule(seconds=st.sampled_from((0.25, 1, 10, 100)))
    def time_passes(self, seconds: float) -> None:
        self.clock.wait(seconds)

    @rule(taken=st.lists(events, max_size=4), bad=st.integers(0, 1), answers=st.lists(pairs, max_size=2, unique=True))
    def accept(self, taken: list[Any], bad: int, answers: list[tuple[str, str]]) -> None:
        group = IntakeGroup(accepted=taken, refused=[refused()] * bad, answers=answers)
        self.both(lambda s: s.accept(self.session, group, self.now))

    @rule(entity=entities, fields=st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3)), stale=st.booleans(), data=st.data())
    def decide(self, entity: str, fields: dict[str, int], stale: bool, data: st.DataObject) -> None:
        """A batch of anything that a decide claim may hold."""
        record = self.record(entity, stale, data)
        changed = replace(record, fields={name: FieldState(value=v, seq=1) for name, v in fields.items()})
        batch = DecisionBatch(
            records=[changed],
            reads=self.reads(data),
            marks=self.marks(data),
            links=[(entity, Link(flow=flow, id=id_)) for flow, id_ in data.draw(st.lists(pairs, max_size=2))],
            actions=self.actions(entity, data),
            conflicts=[(entity, conflict())] * data.draw(st.integers(0, 1)),
            reviews=[(entity, 0, ReviewItem(flow=CRM, field="x", why="odd", value=v)) for v in fields.values()],
            wants=[(flow, id_, "tie") for flow, id_ in data.draw(st.lists(pairs, max_size=2, unique=True))],
            touched=data.draw(st.lists(entities, max_size=2, unique=True)),
            sandbox=[(entity, FlowOutcome(flow=CRM, result=FlowResult.OBSERVED, sandbox=fields))],
            released=[(entity, flow, "passes") for flow in data.draw(st.lists(flows, max_size=1))],
            rechecked=[record.id] * data.draw(st.integers(0, 1)) if record.id else [],
            answers=data.draw(st.lists(pairs, max_size=1)),
            tally={FlowResult.ACT: len(fields)} if fields else {},
        )
        self.both(lambda s: s.commit_decisions(self.session, batch, self.now))

    def record(self, entity: str, stale: bool, data: st.DataObject) -> Record:
        if stale and self.known:
            return data.draw(st.sampled_from(self.known))
        loaded = self.both(lambda s: s.load([], [entity]))
        assert loaded is not None
        record = loaded.by_entity.get(entity)
        if record is None:
            return new_record(entity)
        self.known.append(record)
        return record

    def reads(self, data: st.DataObject) -> list[tuple[int, int]]:
        chosen = data.draw(st.lists(st.sampled_from(self.known), max_size=1)) if self.known else []
        return [(record.id, record.revision) for record in chosen]

    def marks(self, data: st.DataObject) -> list[InputMark]:
        due = self.ask(lambda s: s.due_inputs(3))
        ends = st.sampled_from(
            ((InboxState.DONE, Fate.SETTLED), (InboxState.READING, Fate.READING), (InboxState.UNLINKED, Fate.UNLINKED))
        )
        marks = []
        for row in due[: data.draw(st.integers(0, 3))]:
            state, fate = data.draw(ends)
            waits_for = None if state is InboxState.DONE else data.draw(pairs)
            marks.append(InputMark(seq=row.seq, state=state, fate=fate, waits_for=waits_for, entity="a", why="so"))
        return marks

    def actions(self, entity: str, data: st.DataObject) -> list[DecidedAction]:
        """Some for each flow; of one flow all but the last are overtaken."""
        decided = []
        for flow in FLOWS:
            count = data.draw(st.integers(0, 2))
            for place in range(count):
                self.sequence += 1
                last = place == count - 1
                held = data.draw(st.booleans())
                state = (ActionState.HELD if held else ActionState.READY) if last else ActionState.SUPERSEDED
                holds = (hold(data.draw(entities)),) if held else ()
                decided.append(DecidedAction(action=action(entity, self.sequence, flow=flow), state=state, holds=holds))
        return decided

    @rule(why=st.sampled_from(("away", "slow")), most=st.integers(0, 2))
    def defer(self, why: str, most: int) -> None:
        wants = self.ask(lambda s: s.wanted_readings(self.now, most))
        self.both(lambda s: s.defer_readings(self.session, wants, self.now + 10 * SECOND, why))

    @rule()
    def look(self) -> None:
        self.candidates += self.ask(lambda s: s.candidates(FLOWS, self.now, 4))

    @precondition(lambda self: self.candidates)
    @rule(place=places, to=st.sampled_from(("waiting", "held", "cancelled", "confirmed")), data=st.data())
    def move(self, place: int, to: str, data: st.DataObject) -> None:
        candidate = self.candidates[place % len(self.candidates)]
        waits = data.draw(st.lists(st.builds(lambda p, t: Wait(flow=p[0], id=p[1], target=t), pairs, flows), max_size=2))
        move = Move(
            candidate=candidate,
            to=ActionState(to),
            why="so",
            waits=tuple(waits) or (Wait(flow=CRM, id="never", target=ERP),),
            holds=(hold("b"),) if to == "held" else (),
            record=self.store_record(candidate.record_id) if data.draw(st.booleans()) else None,
            link=Link(flow=candidate.flow, id=f"made{candidate.id}") if to == "confirmed" else None,
        )
        self.both(lambda s: s.move_actions(self.session, [move], self.now))

    def store_record(self, number: int) -> Record:
        found = self.both(lambda s: s.records([number]))
        assert found is not None
        return found[number]

    @precondition(lambda self: self.candidates)
    @rule(chosen=st.lists(places, min_size=1, max_size=3, unique=True))
    def send(self, chosen: list[int]) -> None:
        by_id = {c.id: c for c in (self.candidates[place % len(self.candidates)] for place in chosen)}
        intents = [
            Intent(
                candidate=c,
                reads=((c.record_id, self.store_record(c.record_id).revision),),
                frozen=encode({"write": c.key}),
                before={"status": "old"} if c.sequence % 2 else None,
                deadline=self.now + 30 * SECOND,
            )
            for c in by_id.values()
        ]
        switches = self.memory.switches()
        permits = self.ask(lambda s: [p.send for p in s.commit_intent(self.session, intents, switches, self.now)])
        self.sends += permits

    @precondition(lambda self: self.sends)
    @rule(place=places, kind=st.sampled_from(ANSWERS), later=st.booleans(), data=st.data())
    def settle(self, place: int, kind: OutcomeKind, later: bool, data: st.DataObject) -> None:
        send = self.sends[place % len(self.sends)]
        standing = {row["id"]: row for row in self.memory.standing()["attempts"]}
        if standing[send.attempt]["state"] != "sent" and standing[send.attempt]["fence"] == send.fence:
            return
        self.settle_one(
            settlement_of(
                send,
                kind,
                due_at=self.now + 15 * SECOND if later else None,
                recheck=kind is OutcomeKind.MOVED,
                detail=kind.value,
                **self.took_effect(send, kind, data),
            )
        )

    def took_effect(self, send: Send, kind: OutcomeKind, data: st.DataObject) -> dict[str, Any]:
        if kind is not OutcomeKind.CONFIRMED:
            return {}
        row = next(r for r in self.memory.standing()["actions"] if r["id"] == send.action)
        record = self.store_record(row["record"]) if data.draw(st.booleans()) else None
        link = Link(flow=row["flow"], id=f"made{send.action}")
        return {"record": record, "link": link, "after": {"status": "now"}, "remote_id": link.id}

    def settle_one(self, settlement: Settlement) -> None:
        self.both(lambda s: list(s.settle(self.session, [settlement], self.now)))

    @rule(end=st.sampled_from(PROBES), data=st.data())
    def probe(self, end: tuple[OutcomeKind, ActionState, AttemptState], data: st.DataObject) -> None:
        for doubt in self.ask(lambda s: s.doubts(FLOWS, self.now, 1)):
            kind, to, attempt_to = end
            effect = self.took_effect(doubt.send, kind, data)
            said = {"to": to, "attempt_to": attempt_to, "via": "probe", **effect}
            self.settle_one(settlement_of(doubt.send, kind, **said))

    @rule(phase=st.sampled_from(Phase), paused=st.booleans(), scope=st.sampled_from(("system:crm", "set:billing")))
    def switch(self, phase: Phase, paused: bool, scope: str) -> None:
        self.both(lambda s: s.set_phase(self.session, "billing", phase, "so", self.now))
        self.both(lambda s: s.set_pause(self.session, scope, paused, "so", self.now))

    @rule(dies=st.booleans())
    def restart(self, dies: bool) -> None:
        if not dies:
            self.both(lambda s: s.close_session(self.session, self.now))
        self.disk.close()
        self.disk = self.open()
        self.session = self.new_session()
        self.both(lambda s: s.recover(self.session, self.now))

    @rule()
    def checkpoint(self) -> None:
        self.both(lambda s: s.checkpoint(self.session, self.now))

    # --- what must be the same, whatever happened

    @invariant()
    def they_stand_alike(self) -> None:
        self.both(lambda s: without_hashes(s.standing()))
        self.both(lambda s: s.dump())
        self.both(lambda s: s.tally(self.session))
        self.both(lambda s: s.due_inputs(100))
        self.both(lambda s: s.due_rechecks(100))
        self.both(lambda s: s.wanted_readings(self.now, 100))
        self.both(lambda s: s.candidates(FLOWS, self.now, 100))
        self.both(lambda s: s.doubts(FLOWS, self.now, 100))
        self.both(lambda s: s.next_due(self.now))
        self.both(lambda s: s.switches())

    @invariant()
    def at_most_one_action_of_a_lane_is_in_flight(self) -> None:
        lanes = [(r["record"], r["flow"]) for r in self.memory.standing()["actions"] if r["state"] in BUSY]
        assert len(lanes) == len(set(lanes))

    @invariant()
    def both_trails_prove_it(self) -> None:
        for store in (self.memory, self.disk):
            assert verify(store.entries(), store.payloads(), store.standing()).places == ()


BUSY = ("prepared", "sent", "unknown", "probing", "parked", "dead_lettered")


def without_hashes(standing: Any) -> Any:
    kept = {name: rows for name, rows in standing.items() if name not in ("strands", "checkpoint")}
    return {**kept, "counts": [(row["strand"], row["count"]) for row in standing["strands"]]}


def conflict() -> Conflict:
    return Conflict(field="x", flow=CRM, rule="owner", winner=1, loser=None, winner_seq=2, loser_seq=1)


@pytest.mark.slow
def test_both_stores_do_the_same(empty_ledger: Path) -> None:
    Alike.empty = empty_ledger
    run_state_machine_as_test(
        Alike,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
