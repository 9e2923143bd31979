"""run: do what is due, and end. Steps in a loop; each cycle takes in, judges, reads back and delivers one batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syncengine.connectors.protocol import Writer
from syncengine.engine.crew import Crew
from syncengine.engine.intake import Report, drop_files, take_file
from syncengine.engine.judge import judge
from syncengine.engine.orphans import cancel_orphans
from syncengine.engine.read import read_wanted
from syncengine.engine.scan import due_scans, scan
from syncengine.engine.world import World
from syncengine.errors import BusyError, FenceLostError

BATCH = 1000
"""Inputs judged in one transaction, at most."""
READINGS = 50
PATIENCE = 10.0
"""Seconds that a run waits for work that falls due by itself (the settle window of an unknown outcome)."""


@dataclass(slots=True)
class Done:
    """What a run could not count from the ledger: files, and who was away."""

    intake: Report = field(default_factory=Report)
    away: dict[str, str] = field(default_factory=dict)
    stopped: bool = False


def run(
    world: World,
    writers: Mapping[str, Writer],
    folders: Mapping[str, Path],
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Done:
    """Do everything that is due. `folders` are the drop folders by system; `progress` hears how many bytes of them are
    dealt with, and how many there are.

    The caller holds the proof that no other engine works on this ledger.
    """
    done = Done()
    world.store.recover(world.session, world.clock.now())
    world.boundary("recover.committed")
    cancel_orphans(world)
    crew = Crew(world, writers)
    files = _files(folders, done)
    total = sum(path.stat().st_size for _, path in files)
    source = _arrivals(world, files, done)
    while not stop():
        worked = next(source, 0)
        worked += _judge(world)
        worked += read_wanted(world, READINGS)
        worked += crew.round()
        progress(done.intake.bytes, total)
        if not worked and not _wait(world, crew):
            break
    done.stopped = stop()
    done.away.update(crew.away)
    return done


def _judge(world: World) -> int:
    try:
        return judge(world, BATCH)
    except FenceLostError:
        return 1  # somebody else moved a record: nothing was kept, the next cycle judges on what is there now


def _files(folders: Mapping[str, Path], done: Done) -> list[tuple[str, Path]]:
    """What lies in the drop folders; one that is not there is a system that is away."""
    found: list[tuple[str, Path]] = []
    for system, folder in folders.items():
        try:
            found.extend((system, path) for path in drop_files(folder))
        except BusyError as error:
            done.away[system] = error.message
    return found


def _arrivals(world: World, files: Sequence[tuple[str, Path]], done: Done) -> Iterator[int]:
    """What lies in the drop folders and what the due scans bring, one group at a time."""
    for system, path in files:
        yield from take_file(world, system, path, done.intake)
    for flow in due_scans(world):
        trouble = scan(world, flow)
        if trouble:
            done.away[flow.system] = trouble
        yield 1


def _wait(world: World, crew: Crew) -> bool:
    """Whether something falls due soon enough to wait for it; waits."""
    now = world.clock.now()
    due = world.store.next_due(now)
    if due is None or len(crew.away) == crew.size:
        return False
    seconds = (due - now).total_seconds()
    if seconds > PATIENCE:
        return False
    world.clock.wait(max(seconds, 0.0) + 0.001)
    return True
