"""Actions of flows that the present map no longer has: nobody would take them up, so they are cancelled by name."""

from syncengine.decide.confirm import withdraw
from syncengine.engine import tell
from syncengine.engine.world import World
from syncengine.store.protocol import Move
from syncengine.vocabulary import ActionState

BATCH = 500


def cancel_orphans(world: World) -> int:
    """Cancel what was decided for a flow that nothing grants any more. Returns how many actions that were."""
    cancelled = 0
    written = {flow.id for flow in world.plan.flows.values() if flow.writes}
    for flow in world.store.waiting_flows():
        while flow not in written:
            candidates = world.store.candidates([flow], world.clock.now(), BATCH)
            if not candidates:
                break
            records = world.store.records({c.record_id for c in candidates})
            moves = [
                Move(
                    candidate=candidate,
                    to=ActionState.CANCELLED,
                    why=f"the present map does not let {flow} be written",
                    record=withdraw(records[candidate.record_id], flow),
                )
                for candidate in candidates
            ]
            untouched = world.store.move_actions(world.session, moves, world.clock.now())
            world.boundary("orphans.committed")
            tell.moved(world, moves, untouched)
            cancelled += len(moves)
    return cancelled
