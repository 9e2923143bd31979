"""Terms of expressions, compiled: each becomes a closure over a mapping of values, which gives None for empty.

Values are as `plan.operation` has them. A place of theirs gives what stands there; where a function or an operator
wants a type, it is read as one.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Final
from unicodedata import normalize

from syncengine.model.value import Json, Value, money, plain
from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.moment import calendar_date, timestamp
from syncengine.plan.conversions.number import number_in
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.conversions.text import clean, identifier
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, UnreadableError
from syncengine.spec.expression import Literal, Name
from syncengine.vocabulary import FieldType

Values = Mapping[str, Json]
Look = Callable[[Values], Json]

NATIVE: Final = Dialect(time="native", tables=True)
"""Of what the map itself writes down or computes."""

_COMPARED: Final[Mapping[FieldType, Callable[[Value], Json]]] = {
    FieldType.DECIMAL: Decimal,
    FieldType.TIMESTAMP: lambda value: value.removesuffix("Z"),
    FieldType.MONEY: lambda value: (value["currency"], value["minor"]),
    FieldType.REF: lambda value: (value["flow"], value["id"]),
    FieldType.VERIFICATION: operator.itemgetter("status"),
}
"""What is compared of a value, where it is not the normal form itself. Pairs compare only if their first halves agree:
money of one currency, ids of one flow.
"""

_OWN_WORDS: Final = frozenset(
    {FieldType.ONE_OF, FieldType.VERIFICATION, FieldType.REF, FieldType.MONEY, FieldType.ADDRESS}
)


def field(name: str, kind: FieldType) -> Look:
    compared = _COMPARED.get(kind)
    if compared is None:
        return lambda values: values.get(name)

    def look(values: Values) -> Json:
        value = values.get(name)
        return None if value is None else compared(value)

    return look


def place(name: Name, wanted: FieldType | None, dialect: Dialect) -> Look:
    """What stands at a place of theirs, read as a `wanted` type if there is one; empty where it cannot be."""
    get = getter(".".join(name.path[1:]))
    read = None if wanted is None else _reader(wanted, dialect)

    def look(content: Values) -> Json:
        try:
            raw = _held(get(content))
            return raw if raw is None or read is None else read(raw)
        except UnreadableError:
            return None

    return look


def _held(raw: Json) -> Json:
    if raw is ABSENT or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, float):
        return Decimal(repr(raw)) if isfinite(raw) else None
    return None if isinstance(raw, Decimal) and not raw.is_finite() else raw


def _reader(wanted: FieldType, dialect: Dialect) -> Callable[[Json], Json]:
    if wanted in (FieldType.INTEGER, FieldType.DECIMAL):
        return lambda raw: number_in(raw, floats=dialect.tables)
    if wanted is FieldType.TIMESTAMP:
        read = timestamp(dialect).read
        return lambda raw: (read(raw) or "").removesuffix("Z") or None
    return calendar_date(dialect).read if wanted is FieldType.DATE else identifier


def part(literal: Literal) -> Json:
    """A literal that becomes part of a text: its white space counts."""
    return normalize("NFC", literal.value) if isinstance(literal.value, str) else literal.value


def constant(literal: Literal, kind: FieldType | None) -> Json:
    """A literal in the normal form of the type that it stands beside: 'de' beside a country is DE."""
    if kind is None or kind in _OWN_WORDS or not isinstance(literal.value, str):
        return literal.value
    try:
        normal = scalar(kind, NATIVE).read(literal.value)
    except UnreadableError:
        return literal.value
    compared = _COMPARED.get(kind)
    return compared(normal) if compared and normal is not None else normal


def normal_form(value: Json, kind: FieldType | None) -> Value:
    """What an expression gave, as a value of its kind; a verification is its status."""
    if value is None:
        return None
    if kind is FieldType.MONEY:
        return money(value[1], value[0])
    if kind is FieldType.TIMESTAMP:
        return f"{value}Z"
    if isinstance(value, str):
        return clean(value) or None
    return plain(Decimal(value)) if kind is FieldType.DECIMAL else value
