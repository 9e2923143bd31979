"""Scans: flows whose system does not push are read on their schedule, from where the last scan ended."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from syncengine.canonical import digest, encode
from syncengine.clock import to_text
from syncengine.engine.reading import as_input, storable
from syncengine.engine.world import World
from syncengine.errors import TemporaryError
from syncengine.model.event import Accepted, Snapshot
from syncengine.plan.plan import FlowPlan, Schedule
from syncengine.store.protocol import IntakeGroup

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a flow was last scanned to its end, while its first scan is under way."""


def is_due(world: World, flow: FlowPlan) -> bool:
    """Whether a flow's schedule has fired since it was last scanned to the end; one that never was is due at once, and
    one that each run asks always is.
    """
    if flow.schedule is None or not flow.schedule.cron:
        return flow.schedule is not None
    last = world.store.cursor(flow.id)
    return last is None or next_fire(flow.schedule, last[1]) <= world.clock.now()


def next_fire(schedule: Schedule, after: datetime) -> datetime:
    """The next moment of a schedule, in its own zone."""
    return next(CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.zone))))


def scan(world: World, flow: FlowPlan) -> Iterator[int]:
    """Take in what changed since the cursor, page by page; yields how many records each page had.

    The flow stays due until the last page is in: a scan that was broken off goes on from its cursor with the next run.
    Raises TemporaryError and PermanentError of the system.
    """
    reader = world.adapters[flow.system].reader
    if reader is None:
        raise TemporaryError(f"{flow.system} cannot be read")
    started = world.clock.now()
    cursor, before = world.store.cursor(flow.id) or ("", NEVER)
    for page in reader.scan(flow.record, version=flow.version, cursor=cursor):
        cursor = page.cursor
        _take(world, flow, cursor, before, page.snapshots)
        yield len(page.snapshots)
    _take(world, flow, cursor, started, ())


def _take(world: World, flow: FlowPlan, cursor: str, when: datetime, snapshots: Sequence[Snapshot]) -> None:
    accepted = [_input(flow, snapshot) for snapshot in snapshots]
    group = IntakeGroup(accepted=accepted, cursor=(flow.id, cursor, when))
    world.store.accept(world.session, group, world.clock.now())
    world.boundary("scan.committed")


def _input(flow: FlowPlan, snapshot: Snapshot) -> Accepted:
    """Scans overlap: the same version with the same content is the same reading. Where nothing but the moment of the
    look tells versions apart, every look counts: a value that went and came back has come back.
    """
    version = snapshot.version
    shown = to_text(version.at) if version.sequence is None else version.sequence
    name = f"{shown}:{digest(encode(storable(snapshot.content))).hex()[:16]}"
    return as_input(flow, snapshot, name=name)
