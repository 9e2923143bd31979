"""Flows, compiled: what they read, what they write where, and how what they read back is compared."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from syncengine.check.checked import Checked, CheckedFlow, CheckedObject
from syncengine.plan.conversion import dialect_of, normaliser
from syncengine.plan.conversions.scalar import constant
from syncengine.plan.conversions.text import text
from syncengine.plan.expression import condition
from syncengine.plan.gates import compile_gate, field_types
from syncengine.plan.plan import FlowPlan, ReadSpelling, Schedule
from syncengine.plan.spelling import Normal, Readings, Spelled, compile_spelling
from syncengine.vocabulary import FieldType, HoldField, Phase

_OURS: Final = ("", "internal")


def compile_flow(flow: CheckedFlow, checked: Checked, readings: Readings) -> FlowPlan:
    fields = checked.objects[flow.object].fields
    reads = tuple(compile_spelling(spelling, flow, readings) for spelling in flow.reads)
    shown = tuple(compile_spelling(spelling, flow, readings, fields) for spelling in flow.shows)
    proposed = tuple(compile_spelling(spelling, flow, readings) for spelling in flow.proposes)
    once = _once(flow, reads)
    types = field_types(checked.objects[flow.object])
    grant = flow.grant
    normal, dialect = _normals(flow, (*shown, *once)), dialect_of(flow.system.description)
    batch = Schedule(cron=flow.cron, zone=flow.zone or checked.time_zone) if flow.cron else None
    schedule = Schedule() if flow.each_run else batch
    return FlowPlan(
        id=flow.id,
        name=flow.name,
        object=flow.object,
        system=flow.system.name,
        record=flow.record.name,
        key=flow.key,
        born=flow.born,
        reads=tuple(spelled.to_read() for spelled in reads),
        shows=tuple(spelled.to_write() for spelled in shown),
        granted=_granted(flow, (*shown, *once)),
        may_create=grant is not None and grant.may_create,
        may_update=grant is not None and grant.may_update,
        write_set="" if grant is None else grant.write_set,
        ceiling=Phase.OBSERVE if grant is None else grant.ceiling,
        on_create={place: normal[place](value) for place, value in flow.on_create.items()},
        gates=tuple(compile_gate(gate, checked.objects) for gate in flow.gates),
        normal=normal,
        only_read=None if flow.only_read is None else condition(flow.only_read, types, dialect),
        only_create=None if flow.only_create is None else condition(flow.only_create, types),
        schedule=schedule if reads or flow.born else None,
        version=flow.version,
        pushed=flow.record.push,
        consequences=flow.consequences,
        refs=tuple(s.field.name for s in (*flow.reads, *flow.proposes) if s.field.type is FieldType.REF),
        place_fields=_place_fields((*reads, *shown)),
        place_classes=_place_classes(flow, checked.classes),
        proposes=tuple(spelled.to_read() for spelled in proposed),
        once=tuple(spelled.to_write() for spelled in once),
        exports=None if grant is None else batch,
        urgent_places=_urgent(flow, (*shown, *once)),
        matches=_matches(checked.objects[flow.object], (*reads, *proposed, *shown)),
        incident=flow.fresh.incident,
        asks=any(spelling.field.owner == flow.system.name for spelling in flow.proposes),
    )


def _granted(flow: CheckedFlow, written: Iterable[Spelled]) -> frozenset[str]:
    """A grant's fields, as far as this flow can write them at all."""
    return frozenset() if flow.grant is None else frozenset(flow.grant.fields) & {s.field for s in written}


def _matches(subject: CheckedObject, spelled: Iterable[Spelled]) -> tuple[ReadSpelling, ...]:
    names = {name for rule in subject.matched_by for name in rule}
    return tuple(one.to_read() for one in spelled if one.field in names and one.read is not None)


def _once(flow: CheckedFlow, reads: Iterable[Spelled]) -> tuple[Spelled, ...]:
    """What the flow's system owns is written only when the entity is created there, and only by a grant that creates
    and does no more.
    """
    if flow.grant is None or not flow.grant.may_create or flow.grant.may_update:
        return ()
    return tuple(spelled for spelled in reads if spelled.field in flow.grant.fields and spelled.write is not None)


def _urgent(flow: CheckedFlow, written: Iterable[Spelled]) -> frozenset[str]:
    """The places of fields that do not wait for this flow's schedule. A hold never does: people act on it at once."""
    spellings = (*flow.shows, *flow.reads)
    urgent = {spelling.field.name for spelling in spellings if flow.id in spelling.field.urgent} | set(HoldField)
    return frozenset(place for spelled in written if spelled.field in urgent for place in spelled.places)


def _normals(flow: CheckedFlow, shown: Iterable[Spelled]) -> Mapping[str, Normal]:
    dialect = dialect_of(flow.system.description)
    found: dict[str, Normal] = {}
    for spelled in shown:
        for place, normal in spelled.normals.items():
            found.setdefault(place, normal)
    for place, value in flow.on_create.items():
        found.setdefault(place, normaliser(constant(value, dialect)))
    if flow.key:
        found.setdefault(flow.key, normaliser(text(dialect)))
    return found


def _place_fields(spelled: Iterable[Spelled]) -> Mapping[str, str]:
    """A place that several fields share (a currency) belongs to the first of them."""
    found: dict[str, str] = {}
    for one in spelled:
        for place in one.places:
            found.setdefault(place, one.field)
    return found


def _place_classes(flow: CheckedFlow, classes: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """What a place shares with several fields is as sensitive as the most sensitive of them; keys and constants of the
    map are ours.
    """
    found = dict.fromkeys((*flow.on_create, *((flow.key,) if flow.key else ())), _OURS)
    for spelling in (*flow.reads, *flow.proposes, *flow.shows):
        for place in spelling.spec.places:
            here = (spelling.field.name, spelling.klass or spelling.field.klass)
            found[place] = max(found.get(place, here), here, key=lambda entry: classes.index(entry[1]))
    return found
