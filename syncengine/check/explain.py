"""What a map says of one object, one field or one flow: gathered from all its files, for people and for machines.

Nothing is judged here; a map with mistakes is told as it is written.
"""

from collections.abc import Mapping

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView, GateView, GrantView
from syncengine.check.told import (
    ENGINE,
    FieldTold,
    FlowTold,
    FreshTold,
    GateTold,
    GrantTold,
    NeedTold,
    ObjectTold,
    SpelledTold,
    Told,
)  # fmt: skip
from syncengine.spec.built_in import built_in, is_built_in
from syncengine.spec.flow import Fresh, Sync
from syncengine.spec.literal import duration_text
from syncengine.spec.map import object_file
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, Mask


def explain(context: Context, name: str) -> tuple[Told, ...]:
    """What OBJECT, OBJECT.FIELD or OBJECT.FLOW is; both where a field and a flow share the name; none if unknown."""
    first, dot, rest = name.partition(".")
    subject = context.spec.objects.get(first)
    if subject is None:
        return ()
    if not dot:
        return (_object(context, subject),)
    field = subject.fields.get(rest) or built_in(subject, rest)
    found: tuple[Told, ...] = () if field is None else (_field(context, subject, rest, field),)
    flow = context.flow_ids.get(name)
    return found if flow is None else (*found, _flow(context, flow))


def names(context: Context) -> tuple[str, ...]:
    """Everything that `explain` knows of a map."""
    found: list[str] = []
    for subject in context.spec.objects.values():
        found.append(subject.object)
        found.extend(f"{subject.object}.{name}" for name in (*subject.fields, *subject.flows))
    return tuple(dict.fromkeys(found))


def _object(context: Context, subject: ObjectSpec) -> ObjectTold:
    return ObjectTold(
        name=subject.object,
        truth=subject.truth,
        kind=subject.kind,
        klass=subject.klass,
        system_of_record=subject.system_of_record,
        owner=subject.owner,
        born_in=tuple(f"{subject.object}.{name}" for name in subject.birth_flows),
        matched_by=tuple(subject.matched_by),
        if_edited=subject.if_edited,
        fields=tuple(_field(context, subject, name, field) for name, field in subject.fields.items()),
        flows=tuple(_flow(context, flow) for flow in context.flows_of(subject.object)),
        at=str(context.spec.place(object_file(subject.object), ("object",))),
    )


def _field(context: Context, subject: ObjectSpec, name: str, field: FieldSpec) -> FieldTold:
    own = is_built_in(name)
    owner = ENGINE if own else subject.owner_of(name)
    klass = context.class_of(subject, field)
    systems = context.spec.systems
    return FieldTold(
        object=subject.object,
        name=name,
        type=_type(field),
        klass=klass,
        owner=owner,
        system_of_record=subject.system_of_record,
        exception=field.because is not None,
        because=field.because or "",
        approved_by=field.approved_by or "",
        optional=field.optional,
        fixed=field.fixed,
        if_edited=field.if_edited or subject.if_edited,
        seen=_seen(context, klass),
        cleared=tuple(system for system, spec in systems.items() if klass in spec.cleared_for),
        spelled=tuple(
            _spelled(context, flow, name, spelling)
            for flow in context.flows_of(subject.object)
            for spelling in [flow.spec.fields.get(name)]
            if spelling is not None
        ),
        asked_by=tuple(
            _gate(context, gate)
            for gate in context.gates
            if gate.about is not None and gate.about.object == subject.object and name in gate.gate.needs
        ),
        at=str(context.spec.key_place(object_file(subject.object), () if own else ("fields", name))),
    )


def _type(field: FieldSpec) -> str:
    kind = field.field_type
    if kind is FieldType.ONE_OF:
        return f"one of {', '.join(field.one_of or ())}"
    return f"ref to {field.ref}" if kind is FieldType.REF else str(kind)


def _seen(context: Context, klass: str) -> dict[str, tuple[str, ...]]:
    """By mask; a view that does not name the class withholds it."""
    shown = {view: cells.get(klass, Mask.WITHHELD) for view, cells in context.spec.sensitivity.shown.items()}
    by_mask = {mask: tuple(view for view, held in shown.items() if held is mask) for mask in Mask}
    return {str(mask): views for mask, views in by_mask.items() if views}


def _flow(context: Context, flow: FlowView) -> FlowTold:
    return FlowTold(
        id=flow.id,
        object=flow.object.object,
        system=flow.system_name,
        connector="" if flow.system is None else flow.system.connector,
        record=flow.spec.record,
        direction=direction(flow),
        purpose=flow.spec.purpose or "",
        consequences=tuple(str(name) for name in flow.consequences),
        born=flow.born,
        key=flow.spec.key or "",
        only=flow.spec.only or "",
        on_create=dict(flow.spec.on_create),
        sync=_when(context, flow.spec.sync),
        fresh=_fresh(flow.spec.fresh),
        fields=tuple(_spelled(context, flow, name, spelling) for name, spelling in flow.spec.fields.items()),
        grants=tuple(_grant(context, view) for view in flow.grants),
        gates=tuple(_gate(context, gate) for gate in _stopping(context, flow)),
        at=str(context.spec.key_place(flow.file, flow.path)),
    )


def _when(context: Context, sync: Sync) -> str:
    if sync.cron:
        return f"{sync.cron} ({sync.zone or context.spec.project.time_zone})"
    return "each run" if sync.each_run else "realtime"


def direction(flow: FlowView) -> str:
    """Derived from owners and grants: what comes in, and what goes out."""
    if flow.reads:
        return "both" if flow.grants else "inbound"
    return "outbound" if flow.grants else "none"


def _spelled(context: Context, flow: FlowView, name: str, spelling: Spelling) -> SpelledTold:
    grants = tuple(_grant(context, view) for view in flow.grants if name in view.grant.fields)
    field = flow.object.fields.get(name)
    return SpelledTold(
        field=name,
        flow=flow.id,
        system=flow.system_name,
        spelled=spelled_as(spelling),
        how=_how(flow, name),
        urgent=field is not None and flow.name in field.urgent,
        grants=grants,
        gates=tuple(gate.name for gate in _stopping(context, flow)) if grants else (),
        fresh=_fresh(flow.spec.fresh),
        at=str(context.spec.key_place(flow.file, (*flow.path, "fields", name))),
    )


def _how(flow: FlowView, name: str) -> str:
    if flow.owns(name):
        return "read"
    if flow.proposes(name):
        return "proposed"
    return "written" if name in flow.granted else "shown"


def spelled_as(spelling: Spelling) -> str:
    """As it may be written in the map, on one line."""
    said = spelling.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    parts: dict[str, object] = said.pop("parts", None) or {}
    if said.keys() == {"at"}:
        return str(said["at"])
    if "words" in said:
        words = said["words"]
        said["words"] = words.get("name") or _flat(words.get("table", {}))
    return _flat({**parts, **said})


def _flat(mapping: Mapping[str, object]) -> str:
    return f"{{{', '.join(f'{key}: {_plain(value)}' for key, value in mapping.items())}}}"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return str(value[0]) if len(value) == 1 else f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stopping(context: Context, flow: FlowView) -> tuple[GateView, ...]:
    return tuple(g for g in context.gates if f"{g.gate.stops.object}.{g.gate.stops.flow}" == flow.id)


def _grant(context: Context, view: GrantView) -> GrantTold:
    return GrantTold(
        write_set=view.write_set,
        owner=view.spec.owner,
        approved_by=view.spec.approved_by,
        ceiling=view.spec.highest,
        may=tuple(view.grant.may),
        fields=tuple(view.grant.fields),
        at=str(context.spec.place(AUTHORITY_FILE, view.path)),
    )


def _gate(context: Context, view: GateView) -> GateTold:
    gate = view.gate
    return GateTold(
        name=view.name,
        owner=gate.owner,
        stops=f"{gate.stops.object}.{gate.stops.flow}",
        about="" if view.about is None else view.about.object,
        needs=tuple(
            NeedTold(
                field=name,
                when=need.when or "",
                passes=tuple(need.or_),
                max_age="" if need.max_age is None else duration_text(need.max_age),
                next=need.next,
                because=need.because or "",
            )
            for name, need in gate.needs.items()
        ),
        at=str(context.spec.key_place("gates.yaml", view.path)),
    )


def _fresh(fresh: Fresh | None) -> FreshTold | None:
    if fresh is None:
        return None
    return FreshTold(
        expected=duration_text(fresh.expected), incident=duration_text(fresh.incident), look_at=fresh.look_at
    )  # fmt: skip
