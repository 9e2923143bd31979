"""A field is urgent in a flow that does not write it.

Why: whoever reads the line believes that late news cannot happen there; nothing of the field ever arrives.
Remedy: spell and grant the field in that flow, or take the flow out of `urgent`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import Severity

ID: Final = "urgent/not-spelled"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
fields: {status: {urgent: [crm]}}
"""
FAILS: Final = """
# objects/account.yaml
fields: {legal_form: {urgent: [crm]}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        flows = {flow.name: flow for flow in context.flows_of(subject.object)}
        for name, field in subject.fields.items():
            for index, urgent in enumerate(field.urgent):
                flow = flows.get(urgent)
                if flow is None or (name in flow.granted and name in flow.spec.fields and not flow.owns(name)):
                    continue
                path = ("fields", name, "urgent", index)
                what = "does not spell it" if name not in flow.spec.fields else "does not write it"
                message = f"{name} is urgent in {flow.id}, which {what}"
                remedy = f"Spell and grant {name} in {flow.id}, or remove {urgent} here."
                yield found(ID, message, remedy, context.spec.place(object_file(subject.object), path), path)
