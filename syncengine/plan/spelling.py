"""Spellings, compiled: how one flow reads, writes and normalises one field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from syncengine.check.checked import CheckedField, CheckedFlow, CheckedSpelling
from syncengine.model.value import Json, Places, Value
from syncengine.plan.conversion import Conversion, Dialect, dialect_of, normaliser, same, unreadable
from syncengine.plan.conversions import address, moment, money, verification, words
from syncengine.plan.conversions.reference import reference
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.conversions.text import text
from syncengine.plan.expression import computed, taken
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, Absent, ReadSpelling, UnreadableError, WriteSpelling
from syncengine.plan.term import NATIVE
from syncengine.spec.expression import names
from syncengine.vocabulary import FieldType

Read = Callable[[Mapping[str, Json]], "Value | Absent"]
Write = Callable[[Value], Places]
Normal = Callable[[Json], Json]
Compute = Callable[[Mapping[str, Value]], Value]
Fields = Mapping[str, CheckedField]
NO_FIELDS: Final[Fields] = {}

Readings = Mapping[tuple[str, str, str], Callable[[Mapping[str, Json]], Json]]
"""The conversions that connectors ship, by (connector, record type, name): from the content of their record to a value
as the connector spells it, None for empty. KeyError means absent, ValueError a shape that it does not know.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """One field in one flow. `read` is None for a spelling that is only written, `write` for one that is only read.

    `normals` by place; the rest as in the plan.
    """

    field: str
    places: tuple[str, ...]
    read: Read | None
    write: Write | None
    normals: Mapping[str, Normal]
    needs: tuple[str, ...] = ()
    compute: Compute | None = None
    reads: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    only_if_empty: tuple[str, ...] = ()

    def to_read(self) -> ReadSpelling:
        assert self.read is not None, f"{self.field} is only written"
        return ReadSpelling(field=self.field, places=self.places, read=self.read, needs=self.needs)

    def to_write(self) -> WriteSpelling:
        assert self.write is not None, f"{self.field} is only read"
        return WriteSpelling(
            field=self.field, places=self.places, write=self.write, compute=self.compute, reads=self.reads,
            requires=self.requires, only_if_empty=self.only_if_empty,
        )  # fmt: skip


def compile_spelling(
    spelling: CheckedSpelling, flow: CheckedFlow, readings: Readings, fields: Fields = NO_FIELDS
) -> Spelled:
    """`fields` are those of the object, which a `to` may read."""
    written, dialect = spelling.spec, dialect_of(flow.system.description)
    if written.reading is not None:
        return _from_reading(spelling, flow, readings)
    if written.from_ is not None:
        return _from_theirs(spelling, dialect)
    if written.parts is not None:
        found = _address(spelling, dict(written.parts.items()), dialect)
    elif _type(spelling) is FieldType.MONEY:
        found = _money(spelling, dialect)
    elif written.since_at is not None or written.until_at is not None:
        found = _verification(spelling, dialect)
    else:
        found = _single(spelling, dialect)
    if written.to is not None:
        found = _computed(spelling, found, fields)
    return replace(found, only_if_empty=_deciding(spelling, found)) if written.only_if_empty else found


def _type(spelling: CheckedSpelling) -> FieldType:
    """Of what stands at the place."""
    return spelling.type or spelling.field.type


def _deciding(spelling: CheckedSpelling, spelled: Spelled) -> tuple[str, ...]:
    """The places that say whether theirs is empty. A currency without an amount says nothing, nor does the moment of a
    check without its result.
    """
    return spelled.places if spelling.spec.parts is not None else spelled.places[:1]


def _computed(spelling: CheckedSpelling, spelled: Spelled, fields: Fields) -> Spelled:
    """The same places, where what an expression gives is written. One that names no field is as known as its own."""
    expression = spelling.expression
    assert expression is not None
    reads = tuple(dict.fromkeys(name.path[0] for name in names(expression))) or (spelling.field.name,)
    return replace(
        spelled,
        read=None,
        compute=computed(expression, {name: field.type for name, field in fields.items()}),
        reads=reads,
        requires=tuple(name for name in reads if not fields[name].optional),
    )


def _from_theirs(spelling: CheckedSpelling, dialect: Dialect) -> Spelled:
    expression = spelling.expression
    assert expression is not None
    there, here = _conversion_of(spelling, dialect), _conversion_of(spelling, NATIVE)
    read, beside = taken(expression, dialect, there=there, here=here), _moments(spelling)
    return Spelled(
        field=spelling.field.name,
        places=(),
        read=_telling("from", verification.dated(read, beside, moment.timestamp(dialect)) if beside else read),
        write=None,
        normals={},
        needs=tuple(dict.fromkeys((*(".".join(name.path[1:]) for name in names(expression)), *beside.values()))),
    )


def _conversion_of(spelling: CheckedSpelling, dialect: Dialect) -> Callable[[Json], Value]:
    """An expression gives money in normal form, everything else as it would be read at a place."""
    return same if spelling.field.type is FieldType.MONEY else _conversion(spelling, dialect).read


def _from_reading(spelling: CheckedSpelling, flow: CheckedFlow, readings: Readings) -> Spelled:
    name = spelling.spec.reading or ""
    ask = readings[flow.system.spec.connector, flow.record.name, name]
    convert = _of_answer(spelling, dialect_of(flow.system.description))

    def read(content: Mapping[str, Json]) -> Value | Absent:
        try:
            answer = ask(content)
        except KeyError:
            return ABSENT
        except (ValueError, TypeError, LookupError, AttributeError):
            raise UnreadableError("a shape that this reading does not know") from None
        return None if answer is None else convert(answer)

    return Spelled(field=spelling.field.name, places=(), read=_telling(f"reading {name}", read), write=None, normals={})


def _of_answer(spelling: CheckedSpelling, dialect: Dialect) -> Callable[[Json], Value]:
    """A reading answers as its connector spells values; what has parts it gives part by part, money in normal form."""
    if spelling.field.type is FieldType.VERIFICATION:
        return verification.answer
    if spelling.field.type is FieldType.MONEY:
        return _part_by_part(money.reader("minor", "currency", "minor", Dialect()))
    if spelling.field.type is FieldType.ADDRESS:
        return _part_by_part(address.reader({part: part for part in address.PARTS}, dialect))
    return _conversion(spelling, dialect).read


def _part_by_part(read: Read) -> Callable[[Json], Value]:
    def convert(answer: Json) -> Value:
        if isinstance(answer, Mapping):
            value = read(answer)
            return None if value is ABSENT else value
        raise unreadable(answer, "a value with parts")

    return convert


def _address(spelling: CheckedSpelling, parts: Mapping[str, str], dialect: Dialect) -> Spelled:
    places = tuple(parts.values())
    return Spelled(
        field=spelling.field.name,
        places=places,
        read=_telling(", ".join(places), address.reader(parts, dialect)),
        write=address.writer(parts),
        normals={place: normaliser(address.part(name, dialect)) for name, place in parts.items()},
    )


def _money(spelling: CheckedSpelling, dialect: Dialect) -> Spelled:
    amount_at, currency_at, unit = spelling.spec.at or "", spelling.spec.currency_at or "", spelling.unit
    return Spelled(
        field=spelling.field.name,
        places=(amount_at, currency_at),
        read=_telling(amount_at, money.reader(amount_at, currency_at, unit, dialect)),
        write=money.writer(amount_at, currency_at, unit, dialect),
        normals={
            amount_at: normaliser(money.amount(unit, dialect)),
            currency_at: normaliser(money.currency),
        },
    )


def _verification(spelling: CheckedSpelling, dialect: Dialect) -> Spelled:
    """A status and, beside it, the moments between which it counts."""
    at, beside = spelling.spec.at or "", _moments(spelling)
    status, moments = _conversion(spelling, dialect), moment.timestamp(dialect)
    normals = {at: normaliser(_as_it_stands(spelling, status, dialect))}
    return Spelled(
        field=spelling.field.name,
        places=(at, *beside.values()),
        read=_telling(at, verification.dated(_at(at, status.read), beside, moments)),
        write=verification.writer(at, beside, status, moments),
        normals=normals | dict.fromkeys(beside.values(), normaliser(moments)),
        needs=(at, *beside.values()),
    )


def _moments(spelling: CheckedSpelling) -> dict[str, str]:
    """The places of the moments of a verification, by part."""
    said = (("since", spelling.spec.since_at), ("valid_until", spelling.spec.until_at))
    return {part: place for part, place in said if place is not None}


def _single(spelling: CheckedSpelling, dialect: Dialect) -> Spelled:
    place = spelling.spec.at or ""
    conversion = _conversion(spelling, dialect)
    return Spelled(
        field=spelling.field.name,
        places=(place,),
        read=None if spelling.spec.write_only else _telling(place, _at(place, conversion.read)),
        write=_to(place, conversion.write),
        normals={place: normaliser(_as_it_stands(spelling, conversion, dialect))},
    )


def _conversion(spelling: CheckedSpelling, dialect: Dialect) -> Conversion:
    field, table = spelling.field, spelling.table
    if spelling.spec.to is not None:
        return _of_result(_type(spelling), dialect)
    if field.type is FieldType.ONE_OF:
        return words.one_of(field.words, None if table is None else words.word_table(table))
    if field.type is FieldType.VERIFICATION:
        return verification.verification(None if table is None else words.word_table(table))
    if field.type is FieldType.REF:
        return reference(spelling.ref_flow, dialect)
    if spelling.spec.as_ is not None:
        return Conversion(read=moment.calendar_date(dialect).read, write=moment.local_date(spelling.zone))
    return scalar(field.type, dialect)


def _of_result(kind: FieldType, dialect: Dialect) -> Conversion:
    """What an expression gives stands at its place in our own words."""
    return words.spelled_word() if kind in {FieldType.ONE_OF, FieldType.VERIFICATION} else scalar(kind, dialect)


def _as_it_stands(spelling: CheckedSpelling, conversion: Conversion, dialect: Dialect) -> Conversion:
    """What `normal` needs: from a raw value to the spelling, which is not always a normal form of the field's type."""
    if spelling.spec.to is not None:
        return conversion
    if spelling.field.type in {FieldType.ONE_OF, FieldType.VERIFICATION}:
        return words.spelled_word()
    if spelling.field.type is FieldType.REF:
        return text(dialect)
    return moment.calendar_date(dialect) if spelling.spec.as_ is not None else conversion


def _at(place: str, convert: Callable[[Json], Value]) -> Read:
    look = getter(place)

    def read(content: Mapping[str, Json]) -> Value | Absent:
        raw = look(content)
        return raw if raw is None or raw is ABSENT else convert(raw)

    return read


def _to(place: str, convert: Callable[[Value], Json]) -> Write:
    def write(value: Value) -> Places:
        return {place: None if value is None else convert(value)}

    return write


def _telling(place: str, read: Read) -> Read:
    """The same reading, whose errors say where."""

    def telling(content: Mapping[str, Json]) -> Value | Absent:
        try:
            return read(content)
        except UnreadableError as error:
            raise UnreadableError(f"{place}: {error}", review=error.review) from None

    return telling
