"""What is paused, and how much waits there: said at the end of every run, so that no pause is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncengine.engine.world import World
from syncengine.model.switch import Switch, scopes
from syncengine.plan.plan import FlowPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A pause that goes on. `waiting`: the actions that would go if it ended, and no other stopped them too."""

    switch: Switch
    waiting: int


def pauses(world: World) -> tuple[Paused, ...]:
    """By scope."""
    return tuple(_pauses(world))


def _pauses(world: World) -> Iterator[Paused]:
    for switch in world.store.switchboard():
        if switch.paused:
            flows = [flow.id for flow in world.plan.flows.values() if switch.scope in stopping(flow)]
            yield Paused(switch=switch, waiting=sum(world.store.waiting(flows).values()))


def stopping(flow: FlowPlan) -> tuple[str, ...]:
    """The scopes whose pause stops a flow."""
    return tuple(scopes(write_set=flow.write_set, flow=flow.id, object_name=flow.object, system=flow.system))
