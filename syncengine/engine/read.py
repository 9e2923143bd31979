"""The read step: records whose order could not be told are read back, once each; the reading is an input like any."""

from collections import Counter
from datetime import timedelta

from syncengine.clock import to_text
from syncengine.engine import tell
from syncengine.engine.ask import ask
from syncengine.engine.reading import as_input
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError, UnfitError
from syncengine.model.event import Accepted
from syncengine.store.protocol import IntakeGroup, Want

AGAIN = timedelta(minutes=5)
"""When a record that could not be read is tried again, unless its system says otherwise. One whose system was away, or
not as the map needs it, is tried by the next run, whenever that is.
"""


MAX_READINGS = 3
"""Readings of one record in one run: one that settles nothing (a replica that lags, a value nobody can read) is tried
again later, and not at once for ever.
"""


class ReadBack:
    """The readings of one run. `away` says, per system, why it could not be reached; it is not asked again."""

    def __init__(self, world: World) -> None:
        self.away: dict[str, str] = {}
        self._world = world
        self._times: Counter[tuple[str, str]] = Counter()
        self._next: dict[str, dict[tuple[str, str], Want]] = {}
        self._told_when: set[str] = set()

    def round(self, limit: int) -> int:
        """Read what is awaited. Returns how many readings came in; what cannot be read stays listed as unsettled."""
        world = self._world
        taken: list[Accepted] = []
        answers: list[tuple[str, str]] = []
        for want in world.store.wanted_readings(world.clock.now(), limit):
            accepted = self._read(want)
            if accepted is not None:
                taken.append(accepted)
                answers.append((want.flow, want.id))
        if taken:
            world.boundary("reading.read")
            world.store.accept(world.session, IntakeGroup(accepted=taken, answers=answers), world.clock.now())
            world.boundary("reading.committed")
        return len(taken)

    def end(self) -> None:
        """The run is over: the next one asks again where this one found nobody, or nothing that it could read."""
        world, now = self._world, self._world.clock.now()
        for why, wants in self._next.items():
            world.store.defer_readings(world.session, list(wants.values()), now, why, now)
        self._next.clear()

    def _read(self, want: Want) -> Accepted | None:
        """The reading as an input; None when there is none now, and it is to be tried again later."""
        world, system = self._world, _system(self._world, want)
        delay, why = AGAIN, self.away.get(system, "")
        known = bool(why)
        self._times[want.flow, want.id] += 1
        if not why and self._times[want.flow, want.id] > MAX_READINGS:
            why = "it was read, and is still in doubt"
        if not why:
            try:
                return _read(world, want)
            except TemporaryError as error:
                delay, why = error.delay or AGAIN, str(error)
                self.away[system] = why
                if error.delay is not None:
                    self._told_when.add(system)
            except UnfitError as error:
                why = str(error)
                self._next.setdefault(why, {})[want.flow, want.id] = want
            except PermanentError as error:
                why = str(error)
        if system in self.away and system not in self._told_when:
            self._next.setdefault(why, {})[want.flow, want.id] = want
        world.store.defer_readings(world.session, [want], (now := world.clock.now()) + delay, why, now)
        if not known:
            tell.not_read(world, system, want, why)
        return None


def _system(world: World, want: Want) -> str:
    flow = world.plan.flows.get(want.flow)
    return "" if flow is None else flow.system


def _read(world: World, want: Want) -> Accepted:
    flow = world.plan.flows.get(want.flow)
    if flow is None:
        raise PermanentError("the map has no such flow any more")
    reader = world.adapters[flow.system].reader
    if reader is None:
        raise PermanentError(f"{flow.system} cannot be read: no address or snapshots are configured")
    snapshot = ask(flow.system, lambda: reader.read(flow.record, want.id, version=flow.version))
    if snapshot is None:
        raise PermanentError(f"{flow.system} shows no {flow.record} {want.id}")
    name = f"{to_text(snapshot.version.at)}#{world.randomness.getrandbits(40):010x}"
    return as_input(flow, snapshot, name=name)
