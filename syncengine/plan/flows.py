"""Flows, compiled: what they read, what they write where, and how what they read back is compared."""

from collections.abc import Iterable, Mapping

from syncengine.check.checked import Checked, CheckedFlow
from syncengine.plan.conversion import dialect_of, normaliser
from syncengine.plan.conversions.scalar import constant
from syncengine.plan.conversions.text import text
from syncengine.plan.expression import condition
from syncengine.plan.gates import compile_gate, field_types
from syncengine.plan.plan import FlowPlan, Schedule
from syncengine.plan.spelling import Normal, Readings, Spelled, compile_spelling
from syncengine.vocabulary import FieldType, Phase


def compile_flow(flow: CheckedFlow, checked: Checked, readings: Readings) -> FlowPlan:
    reads = tuple(compile_spelling(spelling, flow, readings) for spelling in flow.reads)
    shown = tuple(compile_spelling(spelling, flow, readings) for spelling in flow.shows)
    types = field_types(checked.objects[flow.object])
    grant = flow.grant
    normal = _normals(flow, shown)
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
        granted=_granted(flow, shown),
        may_create=grant is not None and grant.may_create,
        may_update=grant is not None and grant.may_update,
        write_set="" if grant is None else grant.write_set,
        ceiling=Phase.OBSERVE if grant is None else grant.ceiling,
        on_create={place: normal[place](value) for place, value in flow.on_create.items()},
        gates=tuple(compile_gate(gate, checked.objects) for gate in flow.gates),
        normal=normal,
        only_read=None if flow.only_read is None else condition(flow.only_read, types),
        only_create=None if flow.only_create is None else condition(flow.only_create, types),
        schedule=Schedule(cron=flow.cron, zone=flow.zone or checked.time_zone) if flow.cron else None,
        version=flow.version,
        pushed=flow.record.push,
        refs=tuple(s.field.name for s in flow.reads if s.field.type is FieldType.REF),
        place_fields=_place_fields((*reads, *shown)),
    )


def _granted(flow: CheckedFlow, shown: Iterable[Spelled]) -> frozenset[str]:
    """A grant's fields, as far as this flow shows them at all: what it reads is never written."""
    return frozenset() if flow.grant is None else frozenset(flow.grant.fields) & {s.field for s in shown}


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
