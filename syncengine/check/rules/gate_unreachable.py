"""A gate stops a grant that does not exist: it guards nothing.

Why: whoever reads gates.yaml believes that something is held back which in fact goes out another way, or not at all.
Remedy: name the object, the flow and the power of a grant in authority.yaml, or remove the gate.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "gate/unreachable"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# gates.yaml
payout-release: {stops: {may: [create], object: payout, in: billing}}
"""
FAILS: Final = """
# gates.yaml
payout-release: {stops: {may: [create], object: payout, in: crm}}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.gates:
        stops = view.gate.stops
        flow = context.flow_ids.get(f"{stops.object}.{stops.flow}")
        if flow is None or (flow.may_create and "create" in stops.may):
            continue
        path = (*view.path, "stops")
        message = f"no grant lets anything create {stops.object} in {stops.flow}, so this gate guards nothing"
        remedy = "Name a grant of authority.yaml, or remove the gate."
        yield found(ID, message, remedy, context.spec.place("gates.yaml", path), path)
