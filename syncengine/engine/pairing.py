"""The pairing step: where records are matched by what they say, list all that a flow holds, and compare.

It takes its turn when nothing else is left to do, so that everybody who has arrived is compared. A listing that was
broken off begins anew with the next run: until one is complete, nothing is created in that flow.

Several workers compare at once, each whom it has in its share: who rested on what has moved by then is told so by the
commit. A flow is listed, and an object keyed, by one of them, which claims it until it leaves: what it listed is not
doubted by others meanwhile.
"""

from collections.abc import Iterator

from syncengine.engine.ask import ask
from syncengine.engine.judge import compare
from syncengine.engine.trouble import Trouble
from syncengine.engine.world import World
from syncengine.errors import FenceLostError, PermanentError, TemporaryError
from syncengine.model.event import Snapshot
from syncengine.model.matching import Theirs
from syncengine.plan.matching import our_keys, their_keys
from syncengine.plan.plan import FlowPlan, MatchPlan, ObjectPlan
from syncengine.vocabulary import PairState

BATCH = 1000
"""Entities compared in one transaction, at most."""


class Pairing:
    """The matching of one run. `trouble` says, per system, why it could not be listed; it is not asked again."""

    def __init__(self, world: World) -> None:
        self.trouble = Trouble()
        self._world = world
        self._matched = [subject for subject in world.plan.objects.values() if subject.match is not None]
        self._flows = {name for subject in self._matched for name in _match(subject).flows}
        unpaired = world.store.unpaired()
        self._questions = {flow for flow, state in unpaired if state is not PairState.WAITING}
        self._stale = sorted({flow for flow, _ in unpaired} - self._flows)
        self._steps = self._all_steps()

    def doubt(self) -> None:
        """What an earlier run matched and did not read any more rests on a listing of back then: it is made anew."""
        world = self._world
        for flow in sorted({flow for flow, state in world.store.unpaired() if state is PairState.READING}):
            if self._claims(f"listing:{flow}"):
                world.store.begin_listing(world.session, flow, "", world.clock.now())
                world.boundary("listing.doubted")

    def _claims(self, name: str) -> bool:
        return self._world.store.claim(self._world.session, name)

    def round(self) -> int:
        """One step, of whatever is next. Returns how many records it was about; 0 when nothing is left."""
        try:
            return next(self._steps, 0) or self._from_the_start()
        except FenceLostError:
            self._steps = self._all_steps()
            raise

    def _from_the_start(self) -> int:
        """What was done already may be to do again, since others have moved."""
        self._steps = self._all_steps()
        return next(self._steps, 0)

    def _all_steps(self) -> Iterator[int]:
        yield from self._give_up()
        for subject in self._matched:
            yield from self._key(subject)
            if self._world.store.keyed(subject.name) != _match(subject).digest:
                continue  # another worker is at it: who is not keyed yet cannot be compared
            for flow, digest in _match(subject).flows.items():
                yield from self._pair(subject, self._world.plan.flows[flow], digest)

    def _give_up(self) -> Iterator[int]:
        """Flows that the present map does not match any more: whatever waited for it is judged without it."""
        world = self._world
        for flow in self._stale:
            if self._claims(f"listing:{flow}"):
                number = world.store.begin_listing(world.session, flow, "", world.clock.now())
                world.store.end_listing(world.session, flow, number, world.clock.now())
            while worked := compare(world, flow, BATCH):
                yield worked
        self._stale = []

    def _key(self, subject: ObjectPlan) -> Iterator[int]:
        """Under other rules every entity says something else."""
        world, match, after = self._world, _match(subject), 0
        if world.store.keyed(subject.name) == match.digest or not self._claims(f"keying:{subject.name}"):
            return
        secret = world.store.secret()
        while records := world.store.records_of(subject.name, after, BATCH):
            after = records[-1].id
            keys = [(record.id, our_keys(subject, record, secret)) for record in records if not record.erased]
            world.store.keep_ours(world.session, keys, list(match.flows), world.clock.now())
            world.boundary("keying.committed")
            yield len(records)
        world.store.end_keying(world.session, subject.name, match.digest, world.clock.now())
        world.boundary("keying.ended")

    def _pair(self, subject: ObjectPlan, flow: FlowPlan, digest: str) -> Iterator[int]:
        """Only where somebody is not matched yet is there a reason to look."""
        world = self._world
        if not any(name == flow.id for name, _ in world.store.unpaired()):
            return
        wanted = flow.id in self._questions or not _is_listed(world, flow, digest)
        if wanted and flow.system not in self.trouble and self._claims(f"listing:{flow.id}"):
            yield from self._list(subject, flow, digest)
        while _is_listed(world, flow, digest) and (worked := compare(world, flow.id, BATCH)):
            yield worked

    def _list(self, subject: ObjectPlan, flow: FlowPlan, digest: str) -> Iterator[int]:
        try:
            yield from self._pages(subject, flow, digest)
            self._questions.discard(flow.id)
        except (TemporaryError, PermanentError) as error:
            self.trouble.note(flow.system, error)

    def _pages(self, subject: ObjectPlan, flow: FlowPlan, digest: str) -> Iterator[int]:
        world, secret = self._world, self._world.store.secret()
        reader = world.adapters[flow.system].reader
        if reader is None:
            raise PermanentError(f"the {flow.record} of {flow.system} cannot be listed: there is nothing to read from")
        number = world.store.begin_listing(world.session, flow.id, digest, world.clock.now())
        world.boundary("listing.begun")
        pages = reader.scan(flow.record, version="", cursor="")
        while (page := ask(flow.system, lambda: next(pages, None))) is not None:
            theirs = [_shown(subject, flow, snapshot, secret) for snapshot in page.snapshots]
            world.store.keep_listed(world.session, number, theirs, world.clock.now())
            world.boundary("listing.committed")
            yield len(theirs) or 1  # an empty page is a step all the same
        world.store.end_listing(world.session, flow.id, number, world.clock.now())
        world.boundary("listing.ended")


def _match(subject: ObjectPlan) -> MatchPlan:
    assert subject.match is not None, f"{subject.name} is matched by nothing"
    return subject.match


def _is_listed(world: World, flow: FlowPlan, digest: str) -> bool:
    known = world.store.listing(flow.id)
    return known is not None and known.complete and known.digest == digest


def _shown(subject: ObjectPlan, flow: FlowPlan, snapshot: Snapshot, secret: bytes) -> Theirs:
    keys = their_keys(subject, flow, snapshot, secret)
    return Theirs(flow=flow.id, id=snapshot.id, at=snapshot.version.at, keys=keys)
