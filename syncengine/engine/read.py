"""The read step: records whose order could not be told are read back, once each; the reading is an input like any."""

from collections.abc import MutableMapping
from datetime import timedelta

from syncengine.clock import to_text
from syncengine.engine.ask import ask
from syncengine.engine.reading import as_input
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.event import Accepted
from syncengine.store.protocol import IntakeGroup, Want

AGAIN = timedelta(minutes=5)
"""When a record that could not be read is tried again, unless its system says otherwise."""


def read_wanted(world: World, limit: int, away: MutableMapping[str, str]) -> int:
    """Read what is awaited. Returns how many readings came in; what cannot be read stays listed as unsettled.

    `away` says, per system, why it could not be reached; it is not asked again for as long as it stands there.
    """
    wants = world.store.wanted_readings(world.clock.now(), limit)
    taken: list[Accepted] = []
    answers: list[tuple[str, str]] = []
    for want in wants:
        system = _system(world, want)
        if system in away:
            _defer(world, want, AGAIN, away[system])
            continue
        try:
            taken.append(_read(world, want))
        except TemporaryError as error:
            away[system] = str(error)
            _defer(world, want, error.delay or AGAIN, str(error))
        except PermanentError as error:
            _defer(world, want, AGAIN, str(error))
        else:
            answers.append((want.flow, want.id))
    if taken:
        world.boundary("reading.read")
        world.store.accept(world.session, IntakeGroup(accepted=taken, answers=answers), world.clock.now())
        world.boundary("reading.committed")
    return len(taken)


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
    return as_input(system=flow.system, flow=flow.id, snapshot=snapshot, name=name)


def _defer(world: World, want: Want, delay: timedelta, why: str) -> None:
    world.store.defer_readings(world.session, [want], world.clock.now() + delay, why)
