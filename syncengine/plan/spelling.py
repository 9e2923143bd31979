"""Spellings, compiled: how one flow reads, writes and normalises one field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syncengine.check.checked import CheckedFlow, CheckedSpelling
from syncengine.model.value import Json, Places, Value
from syncengine.plan.conversion import Conversion, Dialect, dialect_of, normaliser, unreadable
from syncengine.plan.conversions import address, moment, money, verification, words
from syncengine.plan.conversions.reference import reference
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.conversions.text import text
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, Absent, ReadSpelling, UnreadableError, WriteSpelling
from syncengine.vocabulary import FieldType

Read = Callable[[Mapping[str, Json]], "Value | Absent"]
Write = Callable[[Value], Places]
Normal = Callable[[Json], Json]

Readings = Mapping[tuple[str, str, str], Callable[[Mapping[str, Json]], Json]]
"""The conversions that connectors ship, by (connector, record type, name): from the content of their record to a value
as the connector spells it, None for empty. KeyError means absent, ValueError a shape that it does not know.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """One field in one flow. `read` is None for a spelling that is only written, `write` for one that is only read.

    `normals` by place.
    """

    field: str
    places: tuple[str, ...]
    read: Read | None
    write: Write | None
    normals: Mapping[str, Normal]

    def to_read(self) -> ReadSpelling:
        assert self.read is not None, f"{self.field} is only written"
        return ReadSpelling(field=self.field, places=self.places, read=self.read)

    def to_write(self) -> WriteSpelling:
        assert self.write is not None, f"{self.field} is only read"
        return WriteSpelling(field=self.field, places=self.places, write=self.write)


def compile_spelling(spelling: CheckedSpelling, flow: CheckedFlow, readings: Readings) -> Spelled:
    dialect = dialect_of(flow.system.description)
    if spelling.spec.reading is not None:
        return _from_reading(spelling, flow, readings)
    if spelling.spec.parts is not None:
        return _address(spelling, dict(spelling.spec.parts.items()), dialect)
    if spelling.field.type is FieldType.MONEY:
        return _money(spelling, dialect)
    return _single(spelling, dialect)


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
    if field.type is FieldType.ONE_OF:
        return words.one_of(field.words, None if table is None else words.word_table(table))
    if field.type is FieldType.VERIFICATION:
        return verification.verification(None if table is None else words.word_table(table))
    if field.type is FieldType.REF:
        return reference(spelling.ref_flow, dialect)
    if spelling.spec.as_ is not None:
        return Conversion(read=moment.calendar_date(dialect).read, write=moment.local_date(spelling.zone))
    return scalar(field.type, dialect)


def _as_it_stands(spelling: CheckedSpelling, conversion: Conversion, dialect: Dialect) -> Conversion:
    """What `normal` needs: from a raw value to the spelling, which is not always a normal form of the field's type."""
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
