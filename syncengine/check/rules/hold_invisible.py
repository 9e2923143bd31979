"""The hold of a gate is not shown in the CRM or in the support system.

Why: whoever talks to the customer has to see that something is held, why, and what is to be done about it; else the
hold is taken for a fault, and worked around.
Remedy: spell and grant hold.open, hold.reason and hold.next_action there, for the object that the gate stops or for the
one that it asks about.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import HoldField, Severity

ID: Final = "hold/invisible"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
"""
FAILS: Final = """
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason]}
"""
_KINDS: Final = ("crm", "support")
_SHOWN: Final = frozenset({HoldField.OPEN, HoldField.REASON, HoldField.NEXT_ACTION})


def check(context: Context) -> Iterator[Finding]:
    for view in context.gates:
        stopped = context.flow_ids.get(f"{view.gate.stops.object}.{view.gate.stops.flow}")
        if view.about is None or stopped is None or not stopped.may_create:
            continue  # it holds nothing: gate/unreachable and ownership/unknown-name say so
        yield from _unseen(context, view, stopped, view.about)


def _unseen(context: Context, view: GateView, stopped: FlowView, about: ObjectSpec) -> Iterator[Finding]:
    """What is held does not exist in the flow that is stopped; where nothing else can show it, nobody misses it."""
    objects = tuple(dict.fromkeys((stopped.object.object, about.object)))
    flows = [flow for name in objects for flow in context.flows_of(name) if flow.id != stopped.id]
    for name, system in context.spec.systems.items():
        own = [flow for flow in flows if flow.system_name == name]
        seen = any(flow.may_update and flow.granted >= _SHOWN for flow in own)
        alone = not own and name == stopped.system_name and len(objects) == 1
        if system.kind not in _KINDS or seen or alone:
            continue
        message = f"the hold of {view.name} is not shown in {name}, which is of kind {system.kind}"
        place = context.spec.key_place("gates.yaml", view.path)
        yield found(ID, message, _remedy(name, objects, own), place, view.path)


def _remedy(system: str, objects: tuple[str, ...], flows: list[FlowView]) -> str:
    if not flows:
        wanted = ", ".join(field for field in HoldField if field in _SHOWN)
        return f"Add a flow of {system} to {' or '.join(objects)}, and spell and grant {wanted} in it."
    missing = ", ".join(field for field in HoldField if field in _SHOWN - flows[0].granted)
    return f"Spell and grant {missing} in {flows[0].id}." if missing else f"Grant `update` in {flows[0].id}."
