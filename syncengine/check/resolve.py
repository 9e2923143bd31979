"""A map that broke no rule, with every name resolved and every default filled in."""

from collections.abc import Mapping
from typing import Any

from syncengine.check.checked import (
    Checked,
    CheckedField,
    CheckedFlow,
    CheckedGate,
    CheckedGrant,
    CheckedNeed,
    CheckedObject,
    CheckedSpelling,
    CheckedSystem,
    Passing,
)
from syncengine.check.context import Context, FlowView, GateView
from syncengine.check.reads import spelled_class, spelled_type
from syncengine.spec.built_in import built_in
from syncengine.spec.expression import Expression
from syncengine.spec.gates import Need
from syncengine.spec.map import MapSpec
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.parse import parse
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, VerificationStatus


def resolve(context: Context) -> Checked:
    """Call it only for a map without errors: what a rule would have found shows here as an assertion."""
    spec = context.spec
    systems = _systems(context)
    gates = {view.name: _gate(view) for view in context.gates}
    fields = {name: _fields(context, subject) for name, subject in spec.objects.items()}
    flows = {flow.id: _flow(context, flow, systems, fields, gates) for flow in context.flows}
    return Checked(
        project=spec.project.name,
        time_zone=spec.project.time_zone,
        first_wait=spec.project.deliveries.first_wait,
        longest_wait=spec.project.deliveries.longest_wait,
        max_receive_count=spec.project.deliveries.max_receive_count,
        systems=systems,
        objects={name: _object(subject, fields[name], flows) for name, subject in spec.objects.items()},
        flows=flows,
        gates=gates,
        classes=context.classes,
        views=spec.sensitivity.shown,
        meaning=meaning(spec),
        environment=spec.environments.get(context.environment) if context.environment else None,
    )


def meaning(spec: MapSpec) -> Mapping[str, Any]:
    """The map as plain JSON data, defaults filled in; environments say where things are, not what the map means."""
    return {
        "project": spec.project.meaning(),
        "people": spec.people.meaning(),
        "systems": {name: system.meaning() for name, system in spec.systems.items()},
        "words": {name: {ours: list(theirs) for ours, theirs in table.items()} for name, table in spec.words.items()},
        "objects": {name: subject.meaning() for name, subject in spec.objects.items()},
        "authority": {name: write_set.meaning() for name, write_set in spec.authority.items()},
        "gates": {name: gate.meaning() for name, gate in spec.gates.items()},
        "sensitivity": spec.sensitivity.meaning(),
    }


def _systems(context: Context) -> dict[str, CheckedSystem]:
    return {
        name: CheckedSystem(name=name, spec=system, description=context.descriptions[system.connector])
        for name, system in context.spec.systems.items()
    }


def _object(subject: ObjectSpec, fields: Mapping[str, CheckedField], flows: Mapping[str, CheckedFlow]) -> CheckedObject:
    return CheckedObject(
        name=subject.object,
        kind=subject.kind,
        system_of_record=subject.system_of_record,
        owner=subject.owner,
        fields=fields,
        flows={name: flows[f"{subject.object}.{name}"] for name in subject.flows},
        born_in=tuple(f"{subject.object}.{name}" for name in subject.birth_flows),
        matched_by=subject.matched_by,
    )


def _fields(context: Context, subject: ObjectSpec) -> dict[str, CheckedField]:
    """Declared fields, and those built-in ones that some flow spells."""
    fields = {name: _field(context, subject, name, field) for name, field in subject.fields.items()}
    spelled = dict.fromkeys(name for flow in subject.flows.values() for name in flow.fields)
    for name in spelled:
        field = built_in(subject, name)
        if field is not None:
            fields[name] = _built_in(context, subject, name, field)
    return fields


def _built_in(context: Context, subject: ObjectSpec, name: str, field: FieldSpec) -> CheckedField:
    """A field that the engine itself owns and no flow reads."""
    return CheckedField(
        name=name,
        type=field.field_type,
        owner="",
        flow="",
        klass=context.class_spelled(subject, name, field),
        optional=True,
        words=(),
        ref="",
        moves={},
        if_edited=subject.if_edited,
    )


def _field(context: Context, subject: ObjectSpec, name: str, field: FieldSpec) -> CheckedField:
    readers = [f.id for f in context.flows_of(subject.object) if f.owns(name) and name in f.spec.fields]
    return CheckedField(
        name=name,
        type=field.field_type,
        owner=subject.owner_of(name),
        flow=readers[0],
        klass=context.class_of(subject, field),
        optional=field.optional,
        words=field.one_of or (),
        ref=field.ref or "",
        moves=field.moves,
        if_edited=field.if_edited or subject.if_edited,
        fixed=field.fixed,
        urgent=tuple(f"{subject.object}.{flow}" for flow in field.urgent),
    )


def _flow(
    context: Context,
    view: FlowView,
    systems: Mapping[str, CheckedSystem],
    fields: Mapping[str, Mapping[str, CheckedField]],
    gates: Mapping[str, CheckedGate],
) -> CheckedFlow:
    spec, record = view.spec, view.record
    assert record is not None, f"{view.id}: no such record type"
    assert spec.fresh is not None, f"{view.id}: no consistency contract"
    own = fields[view.object.object]
    spelled = [(name, _spelling(context, view, own[name], field, s)) for name, field, s, _ in view.spelled()]
    condition = None if spec.only is None else parse(spec.only)
    return CheckedFlow(
        id=view.id,
        name=view.name,
        object=view.object.object,
        system=systems[view.system_name],
        record=record,
        key=spec.key or "",
        born=view.born,
        reads=tuple(spelling for name, spelling in spelled if view.owns(name)),
        shows=tuple(spelling for name, spelling in spelled if not view.owns(name) and not view.proposes(name)),
        proposes=tuple(spelling for name, spelling in spelled if view.proposes(name)),
        grant=_grant(view),
        gates=_gates_of(context, view, gates),
        fresh=spec.fresh,
        **_conditions(view, condition),
        consequences=view.consequences,
        on_create=spec.on_create,
        cron=spec.sync.cron or "",
        zone=(spec.sync.zone or context.spec.project.time_zone) if spec.sync.cron else "",
        each_run=spec.sync.each_run,
        version=spec.version or "",
        purpose=spec.purpose or "",
    )


def _conditions(view: FlowView, condition: Expression | None) -> dict[str, Expression | None]:
    """With a grant `only` says what is created there; without one, which of their records are taken in."""
    return {"only_create": condition} if view.grants else {"only_read": condition}


def _spelling(
    context: Context, view: FlowView, field: CheckedField, spec: FieldSpec, spelling: Spelling
) -> CheckedSpelling:
    description = view.description
    assert description is not None, f"{view.id}: no such connector"
    of, text = view.object.fields, spelling.from_ or spelling.to
    kind = spelled_type(of, spec, spelling)
    ref_flow = context.ref_flow(view, spec, spelling)
    return CheckedSpelling(
        field=field,
        spec=spelling,
        table=context.table(spelling),
        unit=(spelling.unit or description.money) if kind is FieldType.MONEY else "",
        zone=(spelling.zone or context.spec.project.time_zone) if spelling.as_ is not None else "",
        ref_flow=f"{field.ref}.{ref_flow}" if ref_flow else "",
        expression=None if text is None else parse(text),
        type=kind,
        klass=spelled_class(context, view.object, spec, spelling),
    )


def _grant(view: FlowView) -> CheckedGrant | None:
    if not view.grants:
        return None
    first = view.grants[0]
    return CheckedGrant(
        write_set=first.write_set,
        ceiling=first.spec.highest,
        may_create=view.may_create,
        may_update=view.may_update,
        fields=tuple(name for granted in view.grants for name in granted.grant.fields),
    )


def _gates_of(context: Context, view: FlowView, gates: Mapping[str, CheckedGate]) -> tuple[CheckedGate, ...]:
    stops = ((gate.name, gate.gate.stops) for gate in context.gates)
    return tuple(gates[name] for name, stop in stops if f"{stop.object}.{stop.flow}" == view.id)


def _gate(view: GateView) -> CheckedGate:
    assert view.about is not None, f"{view.name}: nobody is asked"
    return CheckedGate(
        name=view.name,
        owner=view.gate.owner,
        about="" if view.gate.about == "self" else view.gate.about,
        about_object=view.about.object,
        needs=tuple(_need(name, need) for name, need in view.gate.needs.items()),
    )


def _need(name: str, need: Need) -> CheckedNeed:
    passes: tuple[Passing, ...] = (VerificationStatus.VERIFIED,)
    if VerificationStatus.NOT_APPLICABLE in need.or_:
        passes = (VerificationStatus.VERIFIED, VerificationStatus.NOT_APPLICABLE)
    return CheckedNeed(
        field=name,
        passes=passes,
        next=need.next,
        when=None if need.when is None else parse(need.when),
        max_age=need.max_age,
    )
