"""Two stores that are asked the same do the same: the memory store stands for the one on disk, in every simulation.

Each story is told by a seed. Old records, candidates and sends are kept and used again, so that much of what is asked
comes too late, as it does when several workers share a ledger.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any, Final, TypeVar

import pytest

from syncengine.canonical import encode
from syncengine.clock import ManualClock
from syncengine.errors import BusyError, FenceLostError, UserError
from syncengine.evidence.verify import verify
from syncengine.model.action import Candidate, Wait
from syncengine.model.attempt import Send
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.erasure import Reach
from syncengine.model.event import Accepted
from syncengine.model.matching import PairMark, Theirs
from syncengine.model.record import FieldState, Record
from syncengine.model.record import replace as changed_record
from syncengine.store.memory import MemoryStore
from syncengine.store.open import open_store
from syncengine.store.protocol import (
    DecidedAction,
    DecisionBatch,
    InputMark,
    IntakeGroup,
    Intent,
    Move,
    Recheck,
    Session,
    Store,
)
from syncengine.store.sql import settling
from syncengine.vocabulary import (
    IN_FLIGHT,
    ActionState,
    AttemptState,
    EntryKind,
    Fate,
    FlowResult,
    InboxState,
    OutcomeKind,
    PairState,
    Phase,
)
from tests.postgres import PostgresServer, new_database
from tests.store.scene import BORN, CRM, ERP, FLOWS, SECOND, action, delivery, hold, new_record, refused, settlement_of

T = TypeVar("T")

ENTITIES: Final = ("a", "b", "c")
STEPS: Final = 110
SEEDS: Final = range(12)
SEEDS_ON_POSTGRESQL: Final = 3
ANSWERS: Final = (
    OutcomeKind.CONFIRMED, OutcomeKind.CONFIRMED, OutcomeKind.REJECTED, OutcomeKind.THROTTLED, OutcomeKind.UNKNOWN,
    OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT, OutcomeKind.MOVED,
)  # fmt: skip
PROBED: Final = (
    (OutcomeKind.CONFIRMED, ActionState.CONFIRMED, AttemptState.CONFIRMED),
    (OutcomeKind.NOT_SENT, ActionState.PREPARED, AttemptState.ABSENT),
    (OutcomeKind.UNKNOWN, ActionState.UNKNOWN, AttemptState.UNKNOWN),
    (OutcomeKind.UNKNOWN, ActionState.PARKED, AttemptState.PARKED),
    (OutcomeKind.MOVED, ActionState.CANCELLED, AttemptState.OVERTAKEN),
)
MARKS: Final = (
    (InboxState.DONE, Fate.SETTLED),
    (InboxState.DONE, Fate.UNMAPPED),
    (InboxState.READING, Fate.READING),
    (InboxState.UNLINKED, Fate.UNLINKED),
)


class Story:
    """Every deed asks both stores; what they answer, or that they refuse, is the same."""

    def __init__(self, seed: int, url: str) -> None:
        self.random = Random(seed)
        self.fate = Random(seed + 1000)
        self.clock = ManualClock()
        self.memory: Store = MemoryStore(Random(seed).randbytes)
        self.salts = Random(seed).randbytes
        self.url = url
        self.disk = open_store(self.url, randomness=self.salts)
        self.sequence = 0
        self.refusals = 0
        self.session = self.new_session()
        self.known: list[Record] = []
        self.candidates: list[Candidate] = []
        self.sends: list[Send] = []

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def some(self, most: int, *, of: Callable[[], T]) -> list[T]:
        return [of() for _ in range(self.random.randint(0, most))]

    def rarely(self) -> bool:
        return self.random.random() < 0.1

    def often(self) -> bool:
        return self.random.random() < 0.6

    def both(self, ask: Callable[[Store], T]) -> T | None:
        """The same question to both; None when both lost a fence."""
        answers: list[tuple[T | None, bool]] = []
        for store in (self.memory, self.disk):
            try:
                answers.append((ask(store), False))
            except FenceLostError:
                answers.append((None, True))
        assert answers[0] == answers[1] or unnumbered(answers[0]) == unnumbered(answers[1])
        answer, lost = answers[0]
        self.refusals += lost
        return answer

    def ask(self, question: Callable[[Store], Sequence[T]]) -> list[T]:
        return self.both(lambda store: list(question(store))) or []

    # --- what happens

    def happen(self) -> None:
        deeds = {
            self.decide: 8, self.deliver: 5, self.accept: 3, self.move: 4, self.settle: 2, self.probe: 2, self.send: 1,
            self.defer: 1, self.switch: 1, self.restart: 1, self.checkpoint: 1, self.wait: 2, self.enlist: 1,
            self.key: 1,
        }  # fmt: skip
        (deed,) = self.random.choices(list(deeds), list(deeds.values()))
        deed()

    def wait(self) -> None:
        self.clock.wait(self.random.choice((0.25, 1, 10, 100)))

    def new_session(self) -> Session:
        made = self.both(lambda s: s.open_session(kind="run", actor="ada", project="shop", now=self.now))
        assert made is not None
        return made

    def accept(self) -> None:
        group = IntakeGroup(
            accepted=self.some(4, of=self.arrival),
            refused=[refused()] if self.rarely() else [],
            answers=list(dict.fromkeys(self.some(2, of=self.pair))),
        )
        self.both(lambda s: s.accept(self.session, group, self.now))

    def arrival(self) -> Accepted:
        number, other = self.random.randint(1, 40), self.rarely()
        said: dict[str, Any] = {"n": number, "other": other}
        name = f"of_{number % 3}"
        owned = self.fate.random() < 0.2
        about: dict[str, Any] = {"subjects": ("evt_owner", name), "record": name} if owned else {}
        return delivery(f"evt_{number}", said, reading=self.rarely(), **about)

    def pair(self) -> tuple[str, str]:
        """Somebody's record in some flow."""
        return self.random.choice((BORN, CRM, ERP)), self.random.choice(ENTITIES)

    def decide(self) -> None:
        """A batch of anything that a decide claim may hold."""
        record = self.record()
        entity = record.entity
        fields = {name: self.random.randint(0, 3) for name in self.some(3, of=lambda: self.random.choice("xyz"))}
        changed = changed_record(record, fields={name: FieldState(value=v, seq=1) for name, v in fields.items()})
        batch = DecisionBatch(
            records=[changed],
            reads=[(r.id, r.revision) for r in self.known if self.random.random() < 0.01],
            marks=self.marks(),
            links=self.links(entity),
            actions=self.actions(entity),
            conflicts=[(entity, conflict())] if self.rarely() else [],
            reviews=[(entity, 0, ReviewItem(flow=CRM, field="x", why="odd", value=v)) for v in fields.values()],
            wants=[(flow, id_, "tie") for flow, id_ in dict.fromkeys(self.some(1, of=self.pair))],
            touched=list(dict.fromkeys(self.some(1, of=lambda: self.random.choice(ENTITIES)))),
            sandbox=[(entity, FlowOutcome(flow=CRM, result=FlowResult.OBSERVED, sandbox=fields))],
            released=[(entity, flow, "passes") for flow in FLOWS if self.rarely()],
            answers=self.some(1, of=self.pair) if self.rarely() else [],
            ours=[(entity, self.said())] if self.often() else [],
            theirs=self.some(2, of=self.theirs),
            pairs=self.some(2, of=lambda: self.pair_mark(entity)),
            tally={FlowResult.ACT: len(fields)} if fields else {},
        )
        done = {record.id} if record.id and self.often() else set()
        self.both(lambda s: s.commit_decisions(self.session, replace(batch, rechecked=asked(s, done)), self.now))

    def said(self) -> dict[str, bytes]:
        return {rule: self.random.choice((b"x", b"y", b"z")) for rule in ("", "email", "name") if self.often()}

    def theirs(self) -> Theirs:
        flow, id_ = self.pair()
        return Theirs(flow=flow, id=id_, at=self.now - self.random.randint(0, 3) * SECOND, keys=self.said())

    def pair_mark(self, entity: str) -> PairMark:
        state = self.random.choice((*PairState, None))
        id_ = self.pair()[1] if state is PairState.READING else ""
        suspects = self.some(3, of=lambda: self.pair()[1]) if state is PairState.REVIEW else ()
        return PairMark(entity=entity, flow=self.pair()[0], state=state, id=id_, suspects=tuple(suspects))

    def enlist(self) -> None:
        """A listing, broken off (rarely) before its end."""
        flow = self.pair()[0]
        number = self.both(lambda s: s.begin_listing(self.session, flow, "d", self.now))
        assert number is not None
        page = [replace(self.theirs(), flow=flow) for _ in range(self.random.randint(0, 3))]
        self.both(lambda s: s.keep_listed(self.session, number, page, self.now))
        if not self.rarely():
            self.both(lambda s: s.end_listing(self.session, flow, number, self.now))

    def key(self) -> None:
        keys = [(record.id, self.said()) for record in self.ask(lambda s: s.records_of("invoice", 0, 3))]
        self.both(lambda s: s.keep_ours(self.session, keys, (CRM, ERP), self.now))
        self.both(lambda s: s.end_keying(self.session, "invoice", "d", self.now))

    def record(self) -> Record:
        """As it is now, or (rarely) as it once was."""
        if self.known and self.rarely():
            return self.random.choice(self.known)
        entity = self.random.choice(ENTITIES)
        loaded = self.both(lambda s: s.load([], [entity]))
        assert loaded is not None
        record = loaded.by_entity.get(entity, new_record(entity))
        self.known.append(record)
        return record

    def links(self, entity: str) -> list[tuple[str, Link]]:
        """Its own ids, or (rarely) one that may be another record's."""
        flow, id_ = self.pair()
        return [(entity, Link(flow=flow, id=id_ if self.rarely() else entity))] * self.random.randint(0, 2)

    def marks(self) -> list[InputMark]:
        marks = []
        for row in self.ask(lambda s: s.due_inputs(3)):
            state, fate = self.random.choice(MARKS)
            waits_for = None if state is InboxState.DONE else self.pair()
            marks.append(InputMark(seq=row.seq, state=state, fate=fate, waits_for=waits_for, entity="a", why="so"))
        return marks

    def actions(self, entity: str) -> list[DecidedAction]:
        """Some for each flow; of one flow all but the last are overtaken."""
        return [one for flow in FLOWS for one in self.lane(entity, flow, self.random.randint(0, 2))]

    def lane(self, entity: str, flow: str, count: int) -> list[DecidedAction]:
        decided = []
        for place in range(count):
            self.sequence += 1
            held = self.rarely() or self.rarely()
            last = ActionState.HELD if held else ActionState.READY
            state = last if place == count - 1 else ActionState.SUPERSEDED
            holds = (hold(self.random.choice(ENTITIES)),) if held else ()
            one = action(entity, self.sequence, flow=flow)
            decided.append(DecidedAction(action=one, state=state, holds=holds, batched=self.sequence % 2 == 0))
        return decided

    def defer(self) -> None:
        wants = self.ask(lambda s: s.wanted_readings(self.now, 2))
        self.both(lambda s: s.defer_readings(self.session, wants, self.now + 10 * SECOND, "away", self.now))

    def look(self) -> list[Candidate]:
        found = self.ask(lambda s: s.candidates(FLOWS, self.now, 3))
        self.candidates += found
        return found

    def move(self) -> None:
        """What could be taken up now, or could be once, goes another way."""
        found = self.look() if self.often() else self.candidates
        if not found:
            return
        candidate = self.random.choice(found)
        to = self.random.choice((ActionState.WAITING, ActionState.HELD, ActionState.CANCELLED, ActionState.CONFIRMED))
        waits = self.some(2, of=lambda: Wait(flow=BORN, id=self.random.choice(ENTITIES), target=CRM))
        made = Link(flow=candidate.flow, id=f"made{candidate.id}")
        move = Move(
            candidate=candidate,
            to=to,
            why="so",
            waits=tuple(waits) or (Wait(flow=CRM, id="a", target=ERP),),
            holds=(hold("b"),) if to is ActionState.HELD else (),
            record=self.stored(candidate.record_id) if self.often() else None,
            link=made if to is ActionState.CONFIRMED else None,
        )
        self.both(lambda s: s.move_actions(self.session, [move], self.now))

    def stored(self, number: int) -> Record:
        (found,) = self.ask(lambda s: list(s.records([number]).values()))
        return found

    def deliver(self) -> None:
        """What can be taken up goes out, and answers come."""
        for send in self.send_out(self.look()):
            if self.often():
                self.settle_with(send)

    def send(self) -> None:
        """Somebody sends what he saw some time ago."""
        by_id = {c.id: c for c in self.candidates if self.rarely()}
        self.send_out(list(by_id.values()))

    def send_out(self, candidates: Sequence[Candidate]) -> list[Send]:
        intents = [
            Intent(
                candidate=c,
                reads=((c.record_id, self.stored(c.record_id).revision),),
                frozen=encode({"write": c.key}),
                before={"status": "old"} if c.sequence % 2 else None,
                deadline=self.now + 30 * SECOND,
            )
            for c in candidates
        ]
        switches = self.memory.switches()
        sent = self.ask(lambda s: [p.send for p in s.commit_intent(self.session, intents, switches, self.now)])
        self.sends += sent
        return sent

    def settle(self) -> None:
        """An answer to something that was sent at some time."""
        if self.sends:
            self.settle_with(self.random.choice(self.sends))

    def settle_with(self, send: Send) -> None:
        attempt = next(row for row in self.memory.standing()["attempts"] if row["id"] == send.attempt)
        if attempt["state"] == AttemptState.SENT or attempt["fence"] != send.fence:
            kind = self.random.choice(ANSWERS)
            self.settle_as(send, kind, due_at=self.now + 15 * SECOND if self.often() else None)

    def settle_as(self, send: Send, kind: OutcomeKind, **said: Any) -> None:
        row = next(row for row in self.memory.standing()["actions"] if row["id"] == send.action)
        if kind is OutcomeKind.CONFIRMED:
            said |= {"link": Link(flow=row["flow"], id=f"made{send.action}"), "after": {"status": "now"}}
            said["remote_id"] = said["link"].id
        record = self.random.choice(self.known) if self.rarely() else self.stored(row["record"])
        same = record if record.id == row["record"] else None
        settlement = settlement_of(
            send, kind, record=same, recheck=kind is OutcomeKind.MOVED, detail=kind.value, **said
        )
        self.both(lambda s: list(s.settle(self.session, [settlement], self.now)))

    def probe(self) -> None:
        for doubt in self.ask(lambda s: s.doubts(FLOWS, self.now, 1)):
            kind, to, attempt_to = self.random.choice(PROBED)
            self.settle_as(doubt.send, kind, to=to, attempt_to=attempt_to, via="probe")

    def switch(self) -> None:
        phase, paused = self.random.choice(tuple(Phase)), self.often()
        scope = self.random.choice(("system:crm", "set:billing"))
        self.both(lambda s: s.set_phase(self.session, "billing", phase, "so", self.now))
        self.both(lambda s: s.set_pause(self.session, scope, paused, "so", self.now))

        held, subject = self.fate.random() < 0.5, self.fate.choice(ENTITIES)
        self.both(lambda s: s.set_legal_hold(self.session, subject, held, "so", self.now))
        self.both(lambda s: s.legal_holds())

    def erase(self) -> None:
        """Somebody is forgotten, to the end or not, unless something stands in the way."""
        subject = self.fate.choice((*ENTITIES, *("evt_owner", "of_1", "made1") * 3))
        found = self.both(lambda s: _reach(s, subject))
        if found is not None and not found.held and not found.busy:
            self.both(lambda s: s.begin_erasure(self.session, found, "so", self.now))
        if found is None or not found.busy:
            for _ in range(self.fate.randint(0, 4)):
                self.both(self._erase_some)
        self.both(lambda s: s.has_forgotten())

    def _erase_some(self, store: Store) -> Any:
        """None where what was to be erased is on its way again."""
        try:
            return store.erase_some(self.session, 2, self.now)
        except BusyError:
            return None

    def restart(self) -> None:
        """The session ends, or dies; another one takes over."""
        if self.often():
            self.both(lambda s: s.close_session(self.session, self.now))
        self.disk.close()
        self.disk = open_store(self.url, randomness=self.salts)
        self.session = self.new_session()
        self.both(lambda s: s.share(self.session, self.now))

    def checkpoint(self) -> None:
        self.both(lambda s: s.checkpoint(self.session, self.now))
        self.erase()

    # --- what holds, whatever happened

    def compare(self) -> None:
        for question in (
            without_hashes,
            lambda s: s.dump(),
            lambda s: s.tally(self.session),
            lambda s: s.due_inputs(100),
            lambda s: [r.record for r in s.due_rechecks(100)],
            lambda s: list(s.open_holds(ENTITIES)),
            lambda s: s.wanted_readings(self.now, 100),
            lambda s: s.candidates(FLOWS, self.now, 100),
            lambda s: s.candidates(FLOWS, self.now, 2, FLOWS[:1]),
            lambda s: s.doubts(FLOWS, self.now, 100),
            lambda s: (s.next_due(self.now), s.switches()),
            lambda s: (s.unpaired(), s.keyed("invoice"), [s.listing(flow) for flow in FLOWS]),
            lambda s: [s.to_pair(flow, 100) for flow in (BORN, *FLOWS)],
            lambda s: [s.neighbourhood(flow, [1, 2, 3]) for flow in (BORN, *FLOWS)],
            lambda s: s.chosen([(flow, id_) for flow in (BORN, *FLOWS) for id_ in ENTITIES]),
        ):
            self.both(question)
        busy = [(r["record"], r["flow"]) for r in self.memory.standing()["actions"] if r["state"] in IN_FLIGHT]
        assert len(busy) == len(set(busy)), "two actions of one lane are in flight"

    def compare_at_the_end(self) -> None:
        records = [row["record"] for row in self.memory.standing()["actions"]]
        self.both(lambda s: s.dossier(records, range(1, 60)))
        for text in ("evt_1", "a", "made1", "action:1", "attempt:1", f"{CRM}:a", "crm:invoice:a"):
            self.both(lambda s, text=text: s.find(text))  # type: ignore[misc]
        for store in (self.memory, self.disk):
            assert verify(store.book()).places == ()


def _reach(store: Store, subject: str) -> Reach | None:
    """None where an id means nobody, or several."""
    try:
        return store.reach(subject)
    except UserError:
        return None


def unnumbered(answer: Any) -> str:
    """Which entry told of an erasure is another one where seals of rows have entries of their own."""
    return re.sub(r"strand \d+ entry \d+|erased_by=\d+", "somewhere", repr(answer))


def without_hashes(store: Store) -> Any:
    """Seals are of rows on a disk: who else could write the other ones?"""
    kept = {name: rows for name, rows in store.standing().items() if name not in ("strands", "checkpoint")}
    counts = Counter(entry.strand for entry in store.entries() if entry.kind != EntryKind.WRITTEN)
    return {**kept, "counts": sorted(counts.items())}


def asked(store: Store, records: Collection[int]) -> list[Recheck]:
    """The rechecks of these records, as this store has them."""
    return [one for one in store.due_rechecks(100) if one.record.id in records]


def conflict() -> Conflict:
    return Conflict(field="x", flow=CRM, rule="owner", winner=1, loser=None, winner_seq=2, loser_seq=1)


SEEN: Counter[str] = Counter()
"""What the stories told so far have led to."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_both_stores_tell_the_same_story(seed: int, empty_ledger: Path, tmp_path: Path) -> None:
    told(Story(seed, f"sqlite:///{copyfile(empty_ledger, tmp_path / 'state.db')}"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[:SEEDS_ON_POSTGRESQL])
def test_so_does_the_one_on_postgresql(
    seed: int, postgres_server: PostgresServer, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """There, what a dead session left is due at once only where its process is known to have ended."""
    monkeypatch.setattr(settling, "is_gone", bool)
    name = new_database(postgres_server, empty_database)
    told(Story(seed, postgres_server.url(name)))
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(story: Story) -> None:
    for _ in range(STEPS):
        story.happen()
        story.compare()
    story.compare_at_the_end()
    for entry in story.memory.entries():
        facts = entry.read().facts
        SEEN[entry.kind] += 1
        SEEN[f"{entry.kind} {facts.get('from')} {facts.get('to')}"] += 1
        SEEN["late"] += "late" in facts
    SEEN["refused"] += story.refusals
    story.disk.close()


@pytest.mark.slow
def test_the_stories_were_worth_telling() -> None:
    """Told after the stories: nothing that can happen in a ledger was left out of them."""
    if SEEN[EntryKind.SESSION_OPENED] < len(SEEDS):
        pytest.skip("not all stories were told in this run")
    for kind in set(EntryKind) - {EntryKind.ERASED}:
        assert SEEN[kind] > 5, kind
    for move in (
        "action.moved ready waiting", "action.moved waiting ready", "action.moved held superseded",
        "action.moved ready held", "action.moved ready cancelled", "action.moved ready confirmed",
        "attempt.moved  sent", "attempt.moved sent confirmed", "attempt.moved sent rejected",
        "attempt.moved sent throttled", "attempt.moved throttled sent", "attempt.moved prepared sent",
        "attempt.moved sent overtaken", "attempt.moved unknown absent", "attempt.moved unknown parked",
        "attempt.moved unknown confirmed", "late", "refused",
    ):  # fmt: skip
        assert SEEN[move] > 0, move
