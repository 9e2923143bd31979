"""What gates ask and nobody has read for too long: a status that may have changed meanwhile is not trusted."""

from collections.abc import Collection

from syncengine.engine.world import World


def unread_flows(world: World, flows: Collection[str]) -> frozenset[str]:
    """The flows that the gates of these ask, that are read by scanning, and that were not for longer than makes an
    incident. What pushes is not asked whether it is still there.
    """
    gates = (gate for flow in flows if flow in world.plan.flows for gate in world.plan.flows[flow].gates)
    asked = {need.flow for gate in gates for need in gate.needs}
    return frozenset(name for name in asked if _is_unread(world, name))


def _is_unread(world: World, name: str) -> bool:
    flow = world.plan.flows[name]
    if flow.schedule is None or flow.pushed:
        return False
    last = world.store.cursor(name)
    return last is None or world.clock.now() - last[1] > flow.incident
