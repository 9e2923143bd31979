"""Batches: flows that are written on a schedule. A run opens such a flow when its schedule has fired since the flow was
last written to the end, and the first time at once; what is decided while it is closed waits for its next batch, unless
it is urgent.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from syncengine.engine.paused import stopping
from syncengine.engine.scan import next_fire
from syncengine.engine.world import World
from syncengine.model.value import Places
from syncengine.plan.plan import FlowPlan
from syncengine.store.protocol import IntakeGroup


def is_batched(flow: FlowPlan, content: Places) -> bool:
    """Whether an action of the flow waits for a batch. One urgent place makes all of it urgent, so that it is whole."""
    return flow.exports is not None and flow.urgent_places.isdisjoint(content)


def closed_flows(world: World, flows: Collection[str]) -> Mapping[str, datetime]:
    """Those of these flows whose next batch is still to come, with the moment of it."""
    now, found = world.clock.now(), {}
    for name in flows:
        schedule = world.plan.flows[name].exports
        last = None if schedule is None else world.store.cursor(_cursor(name))
        if schedule is not None and last is not None and (due := next_fire(schedule, last[1])) > now:
            found[name] = due
    return found


def note_batches(world: World, away: Collection[str]) -> None:
    """All that was to be written is written: flows that were open are closed until their schedule fires again, but for
    those of systems that are `away`, and those that are paused: what waits in them goes once they are resumed.
    """
    paused = world.switches().paused
    flows = [
        flow
        for flow in world.plan.flows.values()
        if flow.exports is not None and flow.system not in away and paused.isdisjoint(stopping(flow))
    ]
    closed = closed_flows(world, [flow.id for flow in flows])
    for flow in flows:
        if flow.id not in closed:
            now = world.clock.now()
            world.store.accept(world.session, IntakeGroup(cursor=(_cursor(flow.id), "", now)), now)
            world.boundary("batch.committed")


def next_batches(world: World) -> Mapping[str, datetime]:
    """When the next batch of each flow is due in which something waits to be written."""
    waiting = [name for name in world.store.waiting_flows() if name in world.plan.flows]
    return closed_flows(world, waiting)


def _cursor(flow: str) -> str:
    """Beside the cursor of a flow that is scanned too."""
    return f"batch:{flow}"
