"""A field is read from no flow of its owner, or from two.

Why: with none nobody ever says the value; with two the one that arrives last wins, and the order of arrival is chance.
Remedy: spell the field in exactly one flow of its owner.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import Severity

ID: Final = "ownership/two-owners"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
fields: {number: {type: text, optional: true, because: Auditors ask for it., approved_by: cfo}}
flows: {billing: {fields: {number: number}}}
"""
FAILS: Final = """
# objects/invoice.yaml
fields: {number: {type: text, optional: true}}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        flows = context.flows_of(subject.object)
        for name in subject.fields:
            yield from _readers(context, subject, name, flows)
        if not subject.birth_flows:
            message = f"no flow of {subject.system_of_record} brings {subject.object} into existence"
            place = context.spec.place(object_file(subject.object), ("system_of_record",))
            remedy = f"Add a flow of {subject.system_of_record}."
            yield found(ID, message, remedy, place, ("system_of_record",))


def _readers(context: Context, subject: ObjectSpec, name: str, flows: tuple[FlowView, ...]) -> Iterator[Finding]:
    owner = subject.owner_of(name)
    readers = [flow for flow in flows if flow.owns(name) and name in flow.spec.fields]
    path = ("fields", name)
    if not readers and owner in context.spec.systems:
        place = context.spec.key_place(object_file(subject.object), path)
        message = f"{owner} owns {name}, and no flow of {owner} reads it"
        yield found(ID, message, f"Spell {name} in a flow of {owner}.", place, path)
    for flow in readers[1:]:
        at = _spelled_at(context, flow, name)
        message = f"{name} is read here and at {_spelled_at(context, readers[0], name)}, both from {owner}"
        yield found(ID, message, "Keep one of the two.", at, (*flow.path, "fields", name))


def _spelled_at(context: Context, flow: FlowView, name: str) -> Place:
    return context.spec.key_place(flow.file, (*flow.path, "fields", name))
