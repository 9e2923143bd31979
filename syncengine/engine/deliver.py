"""Delivery to one system: select, look, judge again, commit the intent, send, settle. The only holder of a Writer.

A delivery is a generator: it yields what has to be asked of the target, so that the loop can let several targets work
at once while one thread owns the ledger. Each stretch between two yields is one step.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from syncengine.connectors.protocol import Adapter, Inspector, Writer
from syncengine.decide.confirm import confirm, hold_back, withdraw
from syncengine.decide.rejudge import Ruling, rejudge
from syncengine.engine.prepare import Found, Selection, match, queries, select
from syncengine.engine.reading import as_input
from syncengine.engine.settle import settle_outcomes, settle_probes
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.action import Candidate
from syncengine.model.attempt import Outcome, Probe
from syncengine.model.decision import Link
from syncengine.model.permit import Permit
from syncengine.store.protocol import IntakeGroup, Intent, Move
from syncengine.vocabulary import ActionState, ProbeResult

Ask = Callable[[], Any]
"""Something to ask of a target, away from the thread that owns the ledger."""

Steps = Generator[Ask, Any, int]
"""Yields what to ask, is sent the answer (or has the error thrown in), returns how many actions it moved."""

DEADLINE = timedelta(seconds=30)
MARGIN = timedelta(seconds=5)


class Delivery:
    """Everything that is on its way to one system."""

    def __init__(self, world: World, system: str, writer: Writer) -> None:
        adapter = world.adapters[system]
        assert adapter.inspector is not None, "the compiler refuses to write where nothing can be looked at"
        self.system = system
        self.flows = [f.id for f in world.plan.flows.values() if f.system == system]
        self._world = world
        self._adapter: Adapter = adapter
        self._inspector: Inspector = adapter.inspector
        self._writer = writer
        self._kept: set[int] = set()
        self._tired: set[int] = set()
        self._looks: dict[int, int] = {}

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
        if all(p.result is ProbeResult.FAILED for p in probes):
            raise TemporaryError(probes[0].detail)
        return len(doubts)

    def _look(self, frozen: Sequence[bytes]) -> Sequence[Probe]:
        return [self._inspector.probe(each) for each in frozen]

    # --- one batch

    def _deliver(self) -> Steps:
        world = self._world
        selection = select(world, self.system, self.batch + len(self._kept) + len(self._tired))
        if selection is None:
            return 0
        selection.candidates = [c for c in selection.candidates if c.id not in self._tired]
        self._kept = set()
        going, moves = self._judge(selection)
        going = going[: self.batch]
        images = {}
        for flow, query in list(queries(world, selection, going)):
            images[flow.id] = yield partial(self._inspector.images, query)
        world.boundary("prepare.looked")
        ready = [c for c in going if c.state is ActionState.READY]
        found = match(selection, ready, world.plan.flows, images)
        differing = [f for f in found if f.differs(selection)]
        intents = list(self._again(selection, going))
        for each in found:
            if each not in differing:
                self._prepare(selection, each, intents, moves)
        moved = self._move(moves) + self._reread(differing)
        moved += yield from self._send(selection, intents)
        return moved

    def _judge(self, selection: Selection) -> tuple[list[Candidate], list[Move]]:
        """The second judgement: who goes on, and who moves without being sent."""
        world, going, moves = self._world, [], []
        switches, now = world.switches(), world.clock.now()
        for candidate in selection.candidates:
            record = selection.record(candidate)
            answer = rejudge(candidate, record, selection.neighbours, switches, world.plan, now)
            waits = selection.waits(candidate)
            if answer.ruling is Ruling.KEEP:
                self._kept.add(candidate.id)
            elif answer.ruling is Ruling.CANCEL:
                moves.append(
                    Move(
                        candidate=candidate, to=ActionState.CANCELLED, why=answer.why,
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
            elif waits:
                why = "; ".join(f"{w.flow} {w.id} is not in {w.target} yet" for w in waits)
                moves.append(Move(candidate=candidate, to=ActionState.WAITING, why=why, waits=waits))
            else:
                going.append(candidate)
        return going, moves

    def _prepare(self, selection: Selection, found: Found, intents: list[Intent], moves: list[Move]) -> None:
        request = found.request(selection)
        if not request.places:
            moves.append(self._stands(found))
            return
        try:
            frozen = self._writer.prepare(request)
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
                deadline=self._world.clock.now() + DEADLINE,
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
        )

    def _again(self, selection: Selection, going: Iterable[Candidate]) -> Iterable[Intent]:
        """The next attempt of actions whose bytes are frozen."""
        for candidate in going:
            if candidate.state is ActionState.PREPARED:
                yield Intent(
                    candidate=candidate,
                    reads=self._reads(selection, candidate),
                    frozen=None,
                    before=None,
                    deadline=self._world.clock.now() + DEADLINE,
                )

    def _reads(self, selection: Selection, candidate: Candidate) -> tuple[tuple[int, int], ...]:
        """The revisions that the second judgement rested on."""
        record = selection.record(candidate)
        subjects = self._world.plan.flows[candidate.flow].gates
        about = selection.neighbours.values() if subjects else ()
        return ((record.id, record.revision), *((r.id, r.revision) for r in about))

    def _move(self, moves: Sequence[Move]) -> int:
        if not moves:
            return 0
        world = self._world
        world.store.move_actions(world.session, moves, world.clock.now())
        world.boundary("move.committed")
        return len(moves)

    def _reread(self, differing: Sequence[Found]) -> int:
        """A before-image that is not what we left there becomes a reading: the action waits for its judgement."""
        world, taken = self._world, []
        for found in differing:
            looks = self._looks[found.candidate.id] = self._looks.get(found.candidate.id, 0) + 1
            if looks > MAX_LOOKS:
                self._tired.add(found.candidate.id)
                continue
            name = f"before#{world.randomness.getrandbits(40):010x}"
            taken.append(
                as_input(system=self.system, flow=found.flow.id, snapshot=found.reading(world), name=name)
            )
        if taken:
            world.store.accept(world.session, IntakeGroup(accepted=taken), world.clock.now())
            world.boundary("reread.committed")
        return len(taken)

    def _send(self, selection: Selection, intents: Sequence[Intent]) -> Steps:
        world = self._world
        if not intents:
            return 0
        world.boundary("intent.ready")
        permits = world.store.commit_intent(world.session, intents, world.store.switches(), world.clock.now())
        world.boundary("intent.committed")
        if not permits:
            return len(intents)
        late = world.clock.now() > min(p.send.deadline for p in permits) - MARGIN
        outcomes = [] if late else (yield partial(self._write, permits))
        world.boundary("write.answered")
        candidates = {i.candidate.id: i.candidate for i in intents}
        settle_outcomes(world, selection, candidates, permits, outcomes, self.window)
        world.boundary("settle.committed")
        return len(permits)

    def _write(self, permits: Sequence[Permit]) -> Sequence[Outcome]:
        return self._writer.write([(p, p.send.frozen) for p in permits])


MAX_LOOKS = 3
"""Before-images of one action that may differ in one run; somebody who edits faster is left for the next run."""

