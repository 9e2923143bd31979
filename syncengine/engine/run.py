"""run: do what is due, and end. Steps in a loop; each cycle takes in, judges, reads back and delivers one batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syncengine.connectors.protocol import Writer
from syncengine.engine import tell
from syncengine.engine.batch import next_batches, note_batches
from syncengine.engine.crew import Crew
from syncengine.engine.intake import Report, UnreadableFileError, drop_files, take_file
from syncengine.engine.judge import judge
from syncengine.engine.orphans import cancel_orphans
from syncengine.engine.pairing import Pairing
from syncengine.engine.read import ReadBack
from syncengine.engine.scan import due_scans, scan
from syncengine.engine.world import World
from syncengine.errors import BusyError, FenceLostError, PermanentError, TemporaryError

BATCH = 1000
"""Inputs judged in one transaction, at most."""
READINGS = 50
TRIES = 10
"""Times that a batch is judged again because somebody else moved a record of it."""
PATIENCE = 10.0
"""Seconds that a run waits for work that falls due by itself (the settle window of an unknown outcome)."""
PATIENCE_IN_ALL = 60.0
"""And no more than that altogether: a target that never says yes is tried again by the next run."""
LOOK_UP = 0.5
"""Seconds between two looks whether somebody asked to stop, while waiting."""


@dataclass(slots=True)
class Done:
    """What a run could not count from the ledger: files, who was away, and when the next batch is due of flows in which
    something waits for it.
    """

    intake: Report = field(default_factory=Report)
    away: dict[str, str] = field(default_factory=dict)
    batches: dict[str, datetime] = field(default_factory=dict)
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
    dealt with, and how many there are. A bug of a target's adapter is raised when all others are done.

    The caller holds the proof that no other engine works on this ledger.
    """
    done, readings, pairing = Done(), ReadBack(world), Pairing(world)
    world.store.recover(world.session, world.clock.now())
    world.boundary("recover.committed")
    cancel_orphans(world)
    pairing.doubt()
    crew = Crew(world, writers)
    files = _files(folders, done)
    total = sum(_size(path) for _, path in files)
    source = _arrivals(world, files, done)
    waited = 0.0
    while not stop():
        worked = next(source, 0)
        worked += _insist(lambda: judge(world, BATCH))
        worked += readings.round(READINGS)
        worked += crew.round()
        if not worked:
            worked = _insist(pairing.round)
        progress(done.intake.bytes, total)
        if not worked:
            seconds = _until_due(world, crew)
            waited += seconds
            if not seconds or waited > PATIENCE_IN_ALL:
                break
            _wait(world, seconds, stop)
    done.stopped = stop()
    done.away.update({**readings.away, **pairing.away, **crew.troubles})
    if not done.stopped:
        note_batches(world, {*done.away, *crew.bugs})
    done.batches.update(next_batches(world))
    tell.away(world, done.away)
    for bug in crew.bugs.values():
        raise bug
    return done


def _insist(judgement: Callable[[], int]) -> int:
    """When somebody else moved a record, nothing was kept: it is judged on what is there now."""
    for _ in range(TRIES):
        with suppress(FenceLostError):
            return judgement()
    raise BusyError(
        "somebody else keeps changing the records that this run judges", remedy="end the other process; then run again"
    )


def _files(folders: Mapping[str, Path], done: Done) -> list[tuple[str, Path]]:
    """What lies in the drop folders; one that cannot be read is a system that is away."""
    found: list[tuple[str, Path]] = []
    for system, folder in folders.items():
        try:
            found.extend((system, path) for path in drop_files(folder))
        except BusyError as error:
            done.away[system] = error.message
    return found


def _size(path: Path) -> int:
    """In bytes; 0 for a file that was moved away since."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _arrivals(world: World, files: Sequence[tuple[str, Path]], done: Done) -> Iterator[int]:
    """What lies in the drop folders and what the due scans bring, one group at a time."""
    for system, path in files:
        try:
            yield from take_file(world, system, path, done.intake)
        except UnreadableFileError as error:
            done.away[system] = error.message
    for flow in due_scans(world):
        try:
            yield from scan(world, flow)
        except (TemporaryError, PermanentError) as error:
            done.away[flow.system] = str(error)


def _until_due(world: World, crew: Crew) -> float:
    """Seconds until something falls due by itself, soon enough to wait for it; else 0."""
    now = world.clock.now()
    due = world.store.next_due(now)
    if due is None or crew.rests:
        return 0.0
    seconds = (due - now).total_seconds()
    return max(seconds, 0.0) + 0.001 if seconds <= PATIENCE else 0.0


def _wait(world: World, seconds: float, stop: Callable[[], bool]) -> None:
    while seconds > 0 and not stop():
        world.clock.wait(min(seconds, LOOK_UP))
        seconds -= LOOK_UP
