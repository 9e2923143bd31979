"""Scans: flows whose system does not push are read on their schedule, from where the last scan ended."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from syncengine.canonical import digest, encode
from syncengine.engine.reading import as_input
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError
from syncengine.plan.plan import FlowPlan, Schedule
from syncengine.store.protocol import IntakeGroup


def due_scans(world: World) -> list[FlowPlan]:
    """Flows whose schedule has fired since they were last scanned; one that never was is due at once."""
    now = world.clock.now()
    found = []
    for flow in world.plan.flows.values():
        if flow.schedule is None or not (flow.reads or flow.born):
            continue
        last = world.store.cursor(flow.id)
        if last is None or next_fire(flow.schedule, last[1]) <= now:
            found.append(flow)
    return found


def next_fire(schedule: Schedule, after: datetime) -> datetime:
    """The next moment of a schedule, in its own zone."""
    return next(CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.zone))))


def scan(world: World, flow: FlowPlan) -> str:
    """Take in what changed since the cursor, page by page. Returns why it could not be read, or an empty text."""
    reader = world.adapters[flow.system].reader
    if reader is None:
        return f"{flow.system} cannot be read"
    known = world.store.cursor(flow.id)
    started = world.clock.now()
    cursor = known[0] if known is not None else ""
    try:
        for page in reader.scan(flow.record, version=flow.version, cursor=cursor):
            accepted = [
                as_input(
                    system=flow.system, flow=flow.id, snapshot=s,
                    name=f"{s.version.sequence}:{digest(encode(_plain(s.content))).hex()[:16]}",
                )
                for s in page.snapshots
            ]  # fmt: skip
            cursor = page.cursor
            world.store.accept(
                world.session, IntakeGroup(accepted=accepted, cursor=(flow.id, cursor, started)), world.clock.now()
            )
            world.boundary("scan.committed")
    except (TemporaryError, PermanentError) as error:
        return str(error)
    if known is None or known[1] != started:
        world.store.accept(world.session, IntakeGroup(cursor=(flow.id, cursor, started)), world.clock.now())
    return ""


def _plain(content: object) -> object:
    """Content in a form that has canonical bytes: whatever is not JSON as its text."""
    if isinstance(content, dict):
        return {str(k): _plain(v) for k, v in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(v) for v in content]
    return content if content is None or isinstance(content, str | int | bool) else str(content)
