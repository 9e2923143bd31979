"""A flow has a consequence class that cannot be true of it: nothing is written there, or what moves money there is not
a financial object.

Why: incidents and freezes go by these classes; a class that holds for nothing hides the flow that should have it.
Remedy: remove the class, or grant the flow; make the object financial.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Consequence, Severity

ID: Final = "flow/consequence"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {essential: true, contacts_customer: true}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {billing: {essential: true}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name in Consequence:
            message, remedy = _problem(flow, name) if getattr(flow.spec, name) else ("", "")
            if message:
                path = (*flow.path, str(name))
                yield found(ID, message, remedy, context.spec.key_place(flow.file, path), path)


def _problem(flow: FlowView, name: Consequence) -> tuple[str, str]:
    if not flow.grants:
        return f"`{name}` has no effect: nothing may be written in {flow.id}", f"Remove `{name}`, or grant the flow."
    if name is Consequence.MOVES_MONEY and flow.object.kind != "financial":
        subject = flow.object
        return f"{subject.object} moves money here, and is {subject.kind}", "Write `kind: financial` for the object."
    return "", ""
