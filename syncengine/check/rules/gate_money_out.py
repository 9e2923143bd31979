"""A grant creates something that moves money, and no gate stands before it.

Why: money that has left does not come back; whoever is paid must have been checked, and a gate is the only place where
the engine asks.
Remedy: add a gate to gates.yaml that stops this creation, and say what has to be verified.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Consequence, Severity

ID: Final = "gate/money-out-ungated"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# gates.yaml
payout-release: {stops: {may: [create], object: payout, in: billing}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {moves_money: true}}
"""


def check(context: Context) -> Iterator[Finding]:
    stopped = _stopped(context)
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None or "create" not in view.grant.may or _record(flow) in stopped:
            continue
        if Consequence.MOVES_MONEY in flow.consequences:
            path = (*view.path, "may")
            message = f"creating {flow.object.object} in {flow.name} moves money, and no gate stops it"
            remedy = f"Add a gate: stops: {{may: [create], object: {flow.object.object}, in: {flow.name}}}."
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)


def _stopped(context: Context) -> frozenset[tuple[str, str]]:
    """Records before which some gate stands, or is meant to stand: gate/bypass and gate/unreachable say the rest."""
    ids = {f"{view.gate.stops.object}.{view.gate.stops.flow}" for view in context.gates}
    lost = {view.gate.stops.object for view in context.gates if not _reached(context, view)}
    return frozenset(_record(flow) for flow in context.flows if flow.id in ids or flow.object.object in lost)


def _reached(context: Context, view: GateView) -> bool:
    flow = context.flow_ids.get(f"{view.gate.stops.object}.{view.gate.stops.flow}")
    return flow is not None and flow.may_create


def _record(flow: FlowView) -> tuple[str, str]:
    return flow.system_name, flow.spec.record
