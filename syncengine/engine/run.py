"""run: do what is due, and end. Steps in a loop; each cycle takes in, judges, reads back and delivers one batch.

Several runs may work on one PostgreSQL ledger. Each does what is in its share, and takes in what it has claimed by
name. Nothing that is written down rests on either: of two that did the same, one would find the revision moved, the
lane taken or the fence gone, and have wasted its time.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syncengine.connectors.protocol import Writer
from syncengine.engine import tell
from syncengine.engine.arrivals import Arrivals
from syncengine.engine.batch import next_batches, note_batches
from syncengine.engine.crew import Crew
from syncengine.engine.intake import Report
from syncengine.engine.judge import judge
from syncengine.engine.orphans import cancel_orphans
from syncengine.engine.pairing import Pairing
from syncengine.engine.patience import Patience
from syncengine.engine.paused import Paused, pauses
from syncengine.engine.read import ReadBack
from syncengine.engine.trouble import Fault, Trouble
from syncengine.engine.world import World
from syncengine.errors import BusyError, FenceLostError
from syncengine.store.protocol import Leaving

BATCH = 1000
"""Inputs judged in one transaction, at most."""
READINGS = 50
TRIES = 10
"""Times that a batch is judged again because somebody else moved a record of it; each time half as many at once."""
LOOK_UP = 0.5
"""Seconds between two looks whether somebody asked to stop, while waiting."""


@dataclass(slots=True)
class Done:
    """What a run could not count from the ledger: files, who was away, what is wrong until somebody mends it, what is
    paused, when the next batch is due of flows in which something waits for it, and whether it left the rest to others
    that go on.
    """

    intake: Report = field(default_factory=Report)
    away: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    paused: tuple[Paused, ...] = ()
    batches: dict[str, datetime] = field(default_factory=dict)
    stopped: bool = False
    others: bool = False


def run(
    world: World,
    writers: Mapping[str, Writer],
    folders: Mapping[str, Path],
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Done:
    """Do everything that is due. `folders` are the drop folders by system; `progress` hears how many bytes of them are
    dealt with, and how many there are. A bug of a target's adapter is raised when all others are done.

    The caller holds the proof that no other engine works on a ledger that is a file.
    """
    done, readings, pairing = Done(), ReadBack(world), Pairing(world)
    _begin_round(world)
    cancel_orphans(world)
    pairing.doubt()
    crew, patience = Crew(world, writers), Patience(world)
    arrivals = Arrivals(world, folders, done.intake)
    left = Leaving.AGAIN
    while not stop() and left is Leaving.AGAIN:
        worked = arrivals.round()
        worked += _insist(lambda most: judge(world, most))
        worked += readings.round(READINGS)
        worked += crew.round()
        if not worked:
            worked = _insist(lambda _: pairing.round())
        progress(done.intake.bytes, arrivals.total)
        if worked:
            patience.worked()
        elif seconds := patience.seconds(elsewhere=_is_promised(world, arrivals), rests=crew.rests):
            _wait(world, seconds, stop)
        else:
            left = world.store.leave(world.session)
        if left is Leaving.AGAIN:
            _begin_round(world)
    readings.end()
    done.stopped, done.others = stop(), left is Leaving.OTHERS
    trouble = Trouble(away=dict(readings.away))
    for part in (arrivals.trouble, pairing.trouble, crew.trouble):
        trouble.add(part)
    done.away.update(trouble.away)
    done.faults.update(trouble.faults)
    if left is Leaving.LAST and not done.stopped:
        note_batches(world, {*done.away, *done.faults, *crew.bugs})
    done.paused = pauses(world)
    done.batches.update(next_batches(world))
    tell.away(world, {**{system: fault.why for system, fault in done.faults.items()}, **done.away})
    for bug in crew.bugs.values():
        raise bug
    return done


def _begin_round(world: World) -> None:
    """Nothing is on its way here: what is ours to do may change hands."""
    world.store.share(world.session, world.clock.now())
    world.boundary("share.taken")


def _is_promised(world: World, arrivals: Arrivals) -> bool:
    """Whether others are about to bring work: they take something in, or let go of what they have too much of."""
    return arrivals.elsewhere or world.store.owed(world.session)


def _insist(judgement: Callable[[int], int]) -> int:
    """When somebody else moved a record, nothing was kept: it is judged on what is there now, with fewer others beside
    it each time.
    """
    for tried in range(TRIES):
        with suppress(FenceLostError):
            return judgement(max(BATCH >> tried, 1))
    raise BusyError(
        "somebody else keeps changing the records that this run judges", remedy="end the other process; then run again"
    )


def _wait(world: World, seconds: float, stop: Callable[[], bool]) -> None:
    while seconds > 0 and not stop():
        world.clock.wait(min(seconds, LOOK_UP))
        seconds -= LOOK_UP
