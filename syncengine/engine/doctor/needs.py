"""What a map needs of each type of records of a system, with examples of what it writes there."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice, product
from typing import Final

from syncengine.connectors.protocol import Need
from syncengine.model.value import Json, Value, is_untranslated, money
from syncengine.plan.plan import FieldPlan, FlowPlan, Plan, UnreadableError, WriteSpelling
from syncengine.vocabulary import FieldType, VerificationStatus

_EXAMPLES: Final[Mapping[FieldType, tuple[Value, ...]]] = {
    FieldType.TEXT: ("Text",),
    FieldType.INTEGER: (7,),
    FieldType.DECIMAL: ("1.5",),
    FieldType.BOOLEAN: (True, False),
    FieldType.DATE: ("2026-01-31",),
    FieldType.TIMESTAMP: ("2026-01-31T09:30:00Z",),
    FieldType.MONEY: (money(4950, "EUR"),),
    FieldType.COUNTRY: ("DE",),
    FieldType.CURRENCY: ("EUR",),
    FieldType.LANGUAGE: ("de",),
    FieldType.EMAIL: ("name@company.example",),
    FieldType.PHONE: ("+493012345678",),
    FieldType.WEB_DOMAIN: ("company.example",),
    FieldType.VAT_NUMBER: ("DE123456789",),
    FieldType.PERSON_NAME: ("Name",),
    FieldType.ADDRESS: (
        {"street": "Street 1", "city": "City", "postal_code": "12345", "region": "Region", "country": "DE"},
    ),
    FieldType.VERIFICATION: tuple({"status": status.value} for status in VerificationStatus),
}
_MOST: Final = 20
"""Examples of one place, where several fields are computed together."""


def needs(plan: Plan, system: str) -> Iterator[Need]:
    for flow in plan.flows.values():
        if flow.system == system:
            yield _need(plan, flow)


def _need(plan: Plan, flow: FlowPlan) -> Need:
    reads = (place for spelling in (*flow.reads, *flow.proposes, *flow.matches) for place in spelling.places)
    written = [*(s for s in flow.shows if s.field in flow.granted), *flow.once]
    writes: dict[str, tuple[Json, ...]] = {}
    for spelling in written:
        for place, example in _examples(plan, flow, spelling):
            known = writes.setdefault(place, ())
            if example is not None and example not in known:
                writes[place] = (*known, example)
    if flow.writes:
        writes.update((place, (value,)) for place, value in flow.on_create.items())
    return Need(
        flow=flow.id,
        record=flow.record,
        key=flow.key,
        version=flow.version,
        reads=tuple(dict.fromkeys(reads)),
        writes=writes,
        creates=flow.may_create and bool(writes),
        updates=flow.may_update and bool(writes),
    )


def _examples(plan: Plan, flow: FlowPlan, spelling: WriteSpelling) -> Iterator[tuple[str, Json]]:
    """Each place with what may be written there; None where only a run can tell, as the id of another record there."""
    yield from ((place, None) for place in spelling.places)
    fields = plan.objects[flow.object].fields
    for value in _values(fields, spelling):
        with suppress(UnreadableError):  # what cannot be spelled is never written
            yield from ((p, None if is_untranslated(v) else v) for p, v in spelling.write(value).items())


def _values(fields: Mapping[str, FieldPlan], spelling: WriteSpelling) -> Iterator[Value]:
    if spelling.compute is None:
        yield from _of(fields[spelling.field])
        return
    names = spelling.reads
    for values in islice(product(*(_of(fields[name]) for name in names)), _MOST):
        with suppress(UnreadableError):
            yield spelling.compute(dict(zip(names, values, strict=True)))


def _of(field: FieldPlan) -> tuple[Value, ...]:
    if field.type is FieldType.ONE_OF:
        return field.words
    if field.type is FieldType.REF:
        return ({"flow": field.ref, "id": "1"},)
    return _EXAMPLES[field.type]
