"""A name leads nowhere: no such team, role, system, connector, record type, flow, table, object or field.

Why: a typo in a name is a rule that holds for nothing.
Remedy: correct the name; the nearest known one is named.
"""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView, GateView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.built_in import built_ins
from syncengine.spec.map import environment_file, object_file
from syncengine.spec.marks import Path
from syncengine.spec.near import GUESSES, did_you_mean
from syncengine.spec.object import ObjectSpec
from syncengine.spec.unbuilt import UNBUILT_FIELDS
from syncengine.vocabulary import Severity

ID: Final = "ownership/unknown-name"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
owner: finance
"""
FAILS: Final = """
# objects/invoice.yaml
owner: finanse
"""


class Reference(NamedTuple):
    """A name that stands for something of `known`. `kind` says for what."""

    file: str
    path: Path
    kind: str
    name: str
    known: Collection[str]
    key: bool = False


def check(context: Context) -> Iterator[Finding]:
    unknown = (reference for reference in references(context) if reference.name not in reference.known)
    for number, reference in enumerate(unknown):
        file, path = reference.file, reference.path
        place = context.spec.key_place(file, path) if reference.key else context.spec.place(file, path)
        message = f"there is no {reference.kind} {reference.name}"
        known = reference.known if number < GUESSES else ()
        remedy = did_you_mean(reference.name, known, otherwise="Correct the name.")
        yield found(ID, message, remedy, place, path)


def references(context: Context) -> Iterator[Reference]:
    """Every name in the map that stands for something else in it, but for the fields of a grant."""
    yield from _people(context)
    yield from _systems(context)
    yield from _classes(context)
    for subject in context.spec.objects.values():
        yield from _object(context, subject)
    for flow in context.flows:
        yield from _flow(context, flow)
    yield from _authority(context)
    for gate in context.gates:
        yield from _gate(context, gate)
    yield from _environments(context)


def _people(context: Context) -> Iterator[Reference]:
    people = context.spec.people
    for index, role in enumerate(people.finance_roles):
        yield Reference("people.yaml", ("finance_roles", index), "role", role, people.roles)
    for name, approval in people.approvals.items():
        for index, role in enumerate(approval.roles):
            yield Reference("people.yaml", ("approvals", name, "roles", index), "role", role, people.roles)


def _systems(context: Context) -> Iterator[Reference]:
    for name, system in context.spec.systems.items():
        yield Reference("systems.yaml", (name, "connector"), "connector", system.connector, context.descriptions)
        yield Reference("systems.yaml", (name, "owner"), "team", system.owner, context.spec.people.teams)


def _classes(context: Context) -> Iterator[Reference]:
    kind, known = "sensitivity class", context.classes
    for name, system in context.spec.systems.items():
        for index, klass in enumerate(system.cleared_for):
            yield Reference("systems.yaml", (name, "cleared_for", index), kind, klass, known)
    for view, cells in (context.spec.sensitivity.views or {}).items():
        for klass in cells:
            yield Reference("sensitivity.yaml", ("views", view, klass), kind, klass, known, key=True)
    for subject in context.spec.objects.values():
        file = object_file(subject.object)
        yield Reference(file, ("class",), kind, subject.klass, known)
        for name, field in subject.fields.items():
            if field.klass is not None:
                yield Reference(file, ("fields", name, "class"), kind, field.klass, known)


def _object(context: Context, subject: ObjectSpec) -> Iterator[Reference]:
    spec, file = context.spec, object_file(subject.object)
    yield Reference(file, ("system_of_record",), "system", subject.system_of_record, spec.systems)
    yield Reference(file, ("owner",), "team", subject.owner, spec.people.teams)
    for index, name in enumerate(subject.born_in):
        yield Reference(file, ("born_in", index), "flow", name, subject.flows)
    for index, rule in enumerate(subject.matched_by):
        for place, name in enumerate(rule):
            kind = f"field of {subject.object} named"
            yield Reference(file, ("matched_by", index, place), kind, name, subject.fields)
    for name, field in subject.fields.items():
        path = ("fields", name)
        if field.ref is not None:
            yield Reference(file, (*path, "ref"), "object", field.ref, spec.objects)
        if field.owner is not None:
            yield Reference(file, (*path, "owner"), "system", field.owner, spec.systems)
        for index, flow in enumerate(field.urgent):
            kind = f"flow of {subject.object} named"
            yield Reference(file, (*path, "urgent", index), kind, flow, subject.flows)
        if field.approved_by is not None:
            yield Reference(file, (*path, "approved_by"), "role", field.approved_by, spec.people.roles)


def _flow(context: Context, flow: FlowView) -> Iterator[Reference]:
    named = flow.spec.system is not None
    path = (*flow.path, "system") if named else flow.path
    yield Reference(flow.file, path, "system", flow.system_name, context.spec.systems, key=not named)
    if flow.description is not None and not flow.description.open_ended:
        kind, known = f"record type in {flow.description.connector}", flow.description.records
        yield Reference(flow.file, (*flow.path, "record"), kind, flow.spec.record, known)
    kind, fields = f"field of {flow.object.object} named", {*flow.object.fields, *built_ins(flow.object)}
    for name in flow.spec.fields:
        if name not in fields and name.partition(".")[0] not in UNBUILT_FIELDS:
            yield Reference(flow.file, (*flow.path, "fields", name), kind, name, fields, key=True)
    yield from _spellings(context, flow)


def _spellings(context: Context, flow: FlowView) -> Iterator[Reference]:
    for _, field, spelling, path in flow.spelled():
        if spelling.words is not None and spelling.words.name is not None:
            yield Reference(flow.file, (*path, "words"), "table", spelling.words.name, context.spec.words)
        if spelling.reading is not None and flow.record is not None:
            kind = f"reading of {flow.spec.record}"
            yield Reference(flow.file, (*path, "reading"), kind, spelling.reading, flow.record.readings)
        other = context.spec.objects.get(field.ref or "")
        if spelling.ids_of is not None and other is not None:
            kind = f"flow of {other.object} named"
            yield Reference(flow.file, (*path, "ids_of"), kind, spelling.ids_of, other.flows)


def _authority(context: Context) -> Iterator[Reference]:
    people = context.spec.people
    for name, write_set in context.spec.authority.items():
        yield Reference(AUTHORITY_FILE, (name, "owner"), "team", write_set.owner, people.teams)
        for index, role in enumerate(write_set.approved_by):
            yield Reference(AUTHORITY_FILE, (name, "approved_by", index), "role", role, people.roles)
    for view in context.grants:
        path = (*view.path, "object")
        yield Reference(AUTHORITY_FILE, path, "object", view.grant.object, context.spec.objects)
        subject = context.spec.objects.get(view.grant.object)
        if subject is not None:
            kind = f"flow of {subject.object} named"
            yield Reference(AUTHORITY_FILE, (*view.path, "in"), kind, view.grant.flow, subject.flows)


def _gate(context: Context, view: GateView) -> Iterator[Reference]:
    gate, path = view.gate, view.path
    yield Reference("gates.yaml", (*path, "owner"), "team", gate.owner, context.spec.people.teams)
    yield Reference("gates.yaml", (*path, "stops", "object"), "object", gate.stops.object, context.spec.objects)
    stopped = context.spec.objects.get(gate.stops.object)
    if stopped is None:
        return
    kind = f"flow of {stopped.object} named"
    yield Reference("gates.yaml", (*path, "stops", "in"), kind, gate.stops.flow, stopped.flows)
    refs = [name for name, field in stopped.fields.items() if field.ref is not None]
    kind = f"ref field of {stopped.object} named"
    yield Reference("gates.yaml", (*path, "about"), kind, gate.about, ["self", *refs])
    if view.about is not None:
        kind = f"field of {view.about.object} named"
        for name in gate.needs:
            yield Reference("gates.yaml", (*path, "needs", name), kind, name, view.about.fields, key=True)


def _environments(context: Context) -> Iterator[Reference]:
    for name, environment in context.spec.environments.items():
        for system in environment.systems:
            yield Reference(environment_file(name), (system,), "system", system, context.spec.systems, key=True)
