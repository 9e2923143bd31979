"""Delivery to one system: select, look, judge again, commit the intent, send, settle. The only holder of a Writer.

A delivery is a generator: it yields what has to be asked of the target, so that the loop can let several targets work
at once while one thread owns the ledger. Each stretch between two yields is one step.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from syncengine.connectors.protocol import Adapter, Inspector, Writer
from syncengine.decide.confirm import confirm, hold_back, withdraw
from syncengine.decide.gate import gate_subjects
from syncengine.decide.rejudge import Ruling, rejudge
from syncengine.engine import tell
from syncengine.engine.ask import ask
from syncengine.engine.look import Looked, look
from syncengine.engine.paused import stopping
from syncengine.engine.prepare import Found, Images, Selection, is_failed, match, missed, queries, select
from syncengine.engine.reading import as_input
from syncengine.engine.settle import failed_whole, settle_outcomes, settle_probes, shows_id
from syncengine.engine.trouble import Trouble
from syncengine.engine.unread import unread_flows
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.action import Candidate
from syncengine.model.attempt import Outcome, Probe
from syncengine.model.decision import Link
from syncengine.model.permit import Permit
from syncengine.model.struct import replace
from syncengine.model.switch import Switches
from syncengine.store.protocol import IntakeGroup, Intent, Move
from syncengine.vocabulary import ActionState, OutcomeKind, ProbeResult

Ask = Callable[[], Any]
"""Something to ask of a target, away from the thread that owns the ledger."""

Steps = Generator[Ask, Any, int]
"""Yields what to ask, is sent the answer (or has the error thrown in), returns how many actions it moved."""

DEADLINE = timedelta(seconds=30)
MARGIN = timedelta(seconds=5)
MAX_LOOKS = 3
"""Times that a record may turn out to have been changed by somebody else in one run; who edits faster is left for the
next run.
"""

ALONE = 10
"""Requests of one action each in one round."""
MAX_UNANSWERED = 3
"""Requests in a row that may fail as a whole, before the fault is the system's and no message's."""

Lane = tuple[int, str]
"""A record in a flow: at most one action of it is on its way."""


class Delivery:
    """Everything that is on its way to one system. `trouble` is what cannot be looked at there, while the rest can;
    `bug` the first one that its adapter met while it wrote.
    """

    def __init__(self, world: World, system: str, writer: Writer) -> None:
        adapter = world.adapters[system]
        assert adapter.inspector is not None, "the compiler refuses to write where nothing can be looked at"
        self.system = system
        self.flows = [f.id for f in world.plan.flows.values() if f.system == system]
        self._scopes = {f.id: stopping(f) for f in world.plan.flows.values() if f.system == system}
        self._world = world
        self._adapter: Adapter = adapter
        self._inspector: Inspector = adapter.inspector
        self._writer = writer
        self._kept = 0
        self._tired: set[Lane] = set()
        self._looks: Counter[Lane] = Counter()
        self._unanswered: list[frozenset[int]] = []
        self.trouble = Trouble()
        self.bug: BaseException | None = None

    @property
    def batch(self) -> int:
        return max(op.batch for op in self._adapter.description.operations.values())

    @property
    def window(self) -> timedelta:
        """How long after its deadline a write of unknown outcome may still take effect."""
        return max(op.settle for op in self._adapter.description.operations.values())

    def round(self) -> Steps:
        """Probe what is in doubt, then take up one batch."""
        moved = yield from self._probe()
        moved += yield from self._deliver()
        return moved

    # --- unknown outcomes

    def _probe(self) -> Steps:
        world = self._world
        doubts = world.store.doubts(self.flows, world.clock.now(), self.batch)
        if not doubts:
            return 0
        world.boundary("probe.chosen")
        probes = yield partial(self._look, [d.send.frozen for d in doubts])
        world.boundary("probe.answered")
        settle_probes(world, doubts, probes, self.window)
        world.boundary("probe.committed")
        failed = [p.detail for p in probes if p.result is ProbeResult.FAILED]
        if failed and self.system not in self.trouble:
            self.trouble.away[self.system] = failed[0]
        return len(doubts) - len(failed)

    def _look(self, frozen: Sequence[bytes]) -> Sequence[Probe]:
        return [self._probed(each) for each in frozen]

    def _probed(self, frozen: bytes) -> Probe:
        try:
            return ask(self.system, lambda: self._inspector.probe(frozen))
        except (TemporaryError, PermanentError) as error:
            self.trouble.note(self.system, error)
            return Probe(result=ProbeResult.FAILED, detail=str(error))

    # --- one batch

    def _deliver(self) -> Steps:
        world = self._world
        switches = world.switches()
        selection, going, moves = self._select(switches)
        moved = self._move(moves)  # at once: a gate may open while the target is looked at
        images, ready = yield from self._look_up(selection, going)
        world.boundary("prepare.looked")
        found = match(selection, ready, world.plan, images)
        differing: list[Found] = []
        deadline = world.clock.now() + DEADLINE
        intents = list(self._again(selection, going, deadline))
        stand: list[Move] = []
        for each in found:
            if each.differs(selection):
                differing.append(each)
            else:
                self._prepare(selection, each, deadline, intents, stand)
        moved += self._move(stand) + self._reread(differing)
        for window in self._windows(intents):
            moved += yield from self._send(selection, window, switches)
        return moved

    def _look_up(
        self, selection: Selection, going: Sequence[Candidate]
    ) -> Generator[Ask, Any, tuple[Images, list[Candidate]]]:
        """The before-images, and whose they are; what cannot be looked at is left alone for this run."""
        plan, ready = self._world.plan, [c for c in going if c.state is ActionState.READY]
        looked: dict[tuple[str, str], Looked] = {}
        for flow, query in queries(plan, selection, ready):
            looked[flow.id, query.key] = yield partial(look, self._inspector, query, self.system)
        images = {at: each.images for at, each in looked.items()}
        for flow, query in missed(plan, selection, ready, images):
            by_key = looked.get((flow.id, query.key), Looked({}, {}))
            again: Looked = yield partial(look, self._inspector, query, self.system)
            both = Looked({**by_key.images, **again.images}, {**by_key.failed, **again.failed})
            looked[flow.id, query.key] = both
        failed = {at: each.failed for at, each in looked.items()}
        for fault in (fault for each in failed.values() for fault in each.values()):
            self.trouble.faults.setdefault(self.system, fault)
        stuck = [c for c in ready if is_failed(failed, plan, selection.record(c), plan.flows[c.flow])]
        self._tired.update(map(_lane, stuck))
        return {at: each.images for at, each in looked.items()}, [c for c in ready if c not in stuck]

    def _select(self, switches: Switches) -> tuple[Selection, list[Candidate], list[Move]]:
        """At most one batch of what may go, and what moves without being sent. What has to stay where it is makes no
        batch full: behind it is looked for more.
        """
        while True:
            limit = self.batch + self._kept + len(self._tired)
            selection = select(self._world, self.system, limit, switches)
            full = len(selection.candidates) >= limit
            selection.candidates = [c for c in selection.candidates if _lane(c) not in self._tired]
            going, moves = self._judge(selection, switches)
            self._kept = len(selection.candidates) - len(going) - len(moves)
            if going or moves or not full:
                return selection, going[: self.batch], moves

    def _judge(self, selection: Selection, switches: Switches) -> tuple[list[Candidate], list[Move]]:
        """The second judgement: who goes on, and who moves without being sent. The others stay where they are."""
        world, now = self._world, self._world.clock.now()
        unread = unread_flows(world, {candidate.flow for candidate in selection.candidates})
        going: list[Candidate] = []
        moves: list[Move] = []
        for candidate in selection.candidates:
            record = selection.record(candidate)
            answer = rejudge(candidate, record, selection.neighbours, switches, world.plan, now, unread)
            if answer.ruling is Ruling.CANCEL:
                moves.append(
                    Move(
                        candidate=candidate, to=ActionState.CANCELLED, why=answer.why, recheck=True,
                        record=withdraw(record, candidate.flow),
                    )
                )  # fmt: skip
            elif answer.ruling is Ruling.HOLD:
                moves.append(
                    Move(
                        candidate=candidate, to=ActionState.HELD, why=answer.why, holds=answer.holds,
                        record=hold_back(record, candidate.flow, answer.holds),
                    )
                )  # fmt: skip
            elif answer.ruling is Ruling.SEND and (waits := selection.waits(candidate)):
                why = "; ".join(f"{w.flow} {w.id} is not in {w.target} yet" for w in waits)
                moves.append(Move(candidate=candidate, to=ActionState.WAITING, why=why, waits=waits))
            elif answer.ruling is Ruling.SEND:
                going.append(candidate)
        return going, moves

    def _prepare(
        self, selection: Selection, found: Found, deadline: datetime, intents: list[Intent], moves: list[Move]
    ) -> None:
        request = found.request(selection)
        if not request.places:
            moves.append(self._stands(found))
            return
        try:
            frozen = ask(self.system, lambda: self._writer.prepare(request))
        except PermanentError as error:
            moves.append(
                Move(candidate=found.candidate, to=ActionState.DEAD_LETTERED, why=f"cannot be prepared: {error}")
            )
            return
        intents.append(
            Intent(
                candidate=found.candidate,
                reads=self._reads(selection, found.candidate),
                frozen=frozen,
                before=found.before,
                deadline=deadline,
                scopes=self._scopes[found.flow.id],
            )
        )

    def _stands(self, found: Found) -> Move:
        """Nothing is left to write: what was decided stands there already."""
        remote_id = "" if found.image is None else found.image.remote_id
        return Move(
            candidate=found.candidate,
            to=ActionState.CONFIRMED,
            why="it stands there already",
            record=confirm(found.record, found.flow, found.candidate.content, remote_id),
            link=Link(flow=found.flow.id, id=remote_id) if remote_id else None,
            recheck=shows_id(self._world, found.record, found.flow, remote_id),
        )

    def _again(self, selection: Selection, going: Iterable[Candidate], deadline: datetime) -> Iterable[Intent]:
        """The next attempt of actions whose bytes are frozen."""
        for candidate in going:
            if candidate.state is ActionState.PREPARED:
                yield Intent(
                    candidate=candidate,
                    reads=self._reads(selection, candidate),
                    frozen=None,
                    before=None,
                    deadline=deadline,
                    scopes=self._scopes[candidate.flow],
                )

    def _reads(self, selection: Selection, candidate: Candidate) -> tuple[tuple[int, int], ...]:
        """The revisions that the second judgement rested on."""
        record, flow = selection.record(candidate), self._world.plan.flows[candidate.flow]
        if not flow.gates:
            return ((record.id, record.revision),)
        asked = gate_subjects(flow, record)
        about = (selection.neighbours[link] for link in asked if link in selection.neighbours)
        return ((record.id, record.revision), *((r.id, r.revision) for r in about))

    def _move(self, moves: Sequence[Move]) -> int:
        if not moves:
            return 0
        world = self._world
        untouched = world.store.move_actions(world.session, moves, world.clock.now())
        world.boundary("move.committed")
        tell.moved(world, moves, untouched)
        return len(moves)

    def _reread(self, differing: Sequence[Found]) -> int:
        """A before-image that is not what we left there becomes a reading: the action waits for its judgement."""
        world, taken = self._world, []
        for found in differing:
            if self._is_tiring(found.candidate):
                continue
            name = f"before#{world.randomness.getrandbits(40):010x}"
            taken.append(as_input(found.flow, found.reading(world), name=name))
        if taken:
            world.store.accept(world.session, IntakeGroup(accepted=taken), world.clock.now())
            world.boundary("reread.committed")
        return len(taken)

    def _is_tiring(self, candidate: Candidate) -> bool:
        """Count that somebody else was there before us; too often, and the record is left alone for this run."""
        lane = _lane(candidate)
        self._looks[lane] += 1
        if self._looks[lane] > MAX_LOOKS:
            self._tired.add(lane)
        return lane in self._tired

    def _windows(self, intents: Sequence[Intent]) -> Iterable[Sequence[Intent]]:
        """What goes in one request each: whoever was in one that failed as a whole goes alone, after all others."""
        again = [i.candidate.id for i in intents if i.candidate.state is ActionState.PREPARED]
        failures = self._world.store.failures(again) if again else {}
        alone = {number for number, known in failures.items() if known.alone}
        together = [i for i in intents if i.candidate.id not in alone]
        if together:
            yield together
        for intent in [i for i in intents if i.candidate.id in alone][:ALONE]:
            yield [replace(intent, deadline=self._world.clock.now() + DEADLINE)]

    def _send(self, selection: Selection, intents: Sequence[Intent], switches: Switches) -> Steps:
        """The intent, the write, and what became of it.

        A worker that has lost its claims hears so from `commit_intent`, in its very transaction, and sends nothing.
        Whoever takes over waits for that transaction first, and so knows of every attempt in it. Claims may also be
        lost between the commit and the last byte. Then this worker goes on: it begins no later than MARGIN before the
        deadline, adapters begin nothing after it, and what it hears from the target falls on a fence that is gone. The
        other one asks the target only once the deadline is over, and a while more, unless this process is known to
        have ended; and it sends again only what the target does not show, under the condition of the first write.
        """
        world = self._world
        if not intents:
            return 0
        world.boundary("intent.ready")
        permits = world.store.commit_intent(world.session, intents, switches, world.clock.now())
        world.boundary("intent.committed")
        if not permits:
            return len(intents)
        late = world.clock.now() > min(p.send.deadline for p in permits) - MARGIN
        error: Exception | None = None
        outcomes: Sequence[Outcome] = []
        try:
            outcomes = [] if late else (yield partial(self._write, permits))
        except Exception as raised:  # noqa: BLE001 - whatever it is, the bytes may have taken effect
            error, outcomes = raised, self._in_doubt(permits, raised)
        world.boundary("write.answered")
        candidates = {i.candidate.id: i.candidate for i in intents}
        settle_outcomes(
            world, selection, candidates, permits, outcomes, self.window, answering=self._answers(candidates)
        )  # fmt: skip
        world.boundary("settle.committed")
        self._learn(permits, candidates, outcomes, error)
        return len(permits)

    def _answers(self, asked: Iterable[int]) -> bool:
        """Whether nothing but these actions failed since the target answered last."""
        return all(failed <= set(asked) for failed in self._unanswered)

    def _in_doubt(self, permits: Sequence[Permit], error: Exception) -> Sequence[Outcome]:
        """A writer that raised may have sent all of it. What a bug says may hold values, so only its kind is kept."""
        if isinstance(error, TemporaryError | PermanentError):
            detail = str(error)
        else:
            detail, self.bug = f"a bug in the connector of {self.system}: {type(error).__name__}", self.bug or error
        return [Outcome(attempt=p.send.attempt, kind=OutcomeKind.UNKNOWN, detail=detail) for p in permits]

    def _learn(
        self, permits: Sequence[Permit], candidates: Mapping[int, Candidate], outcomes: Sequence[Outcome],
        error: Exception | None,
    ) -> None:  # fmt: skip
        """Raises TemporaryError when not one byte got through, or too many requests in a row failed as a whole: the
        system is not asked again in this run. So it is when its writer says so itself.
        """
        actions = {permit.send.attempt: permit.send.action for permit in permits}
        for outcome in outcomes:
            if outcome.kind is OutcomeKind.MOVED:
                self._is_tiring(candidates[actions[outcome.attempt]])
        if all(outcome.kind is OutcomeKind.NOT_SENT for outcome in outcomes):
            raise TemporaryError(outcomes[0].detail if outcomes else "the time for a write is over before it begins")
        self._unanswered = [*self._unanswered, frozenset(candidates)] if failed_whole(outcomes) else []
        if isinstance(error, TemporaryError | PermanentError):
            raise error
        if len(self._unanswered) >= MAX_UNANSWERED:
            raise TemporaryError(outcomes[0].detail)

    def _write(self, permits: Sequence[Permit]) -> Sequence[Outcome]:
        return self._writer.write([(p, p.send.frozen) for p in permits])


def _lane(candidate: Candidate) -> Lane:
    return candidate.record_id, candidate.flow
