"""What the two sides of a comparison are, and whether they can be compared."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from syncengine.spec.near import did_you_mean
from syncengine.spec.object import FieldSpec
from syncengine.vocabulary import FieldType, VerificationStatus

_TEXTS: Final = frozenset(
    {
        FieldType.TEXT,
        FieldType.COUNTRY,
        FieldType.CURRENCY,
        FieldType.LANGUAGE,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.WEB_DOMAIN,
        FieldType.VAT_NUMBER,
        FieldType.PERSON_NAME,
    }
)
_ORDERED: Final = frozenset(
    {FieldType.INTEGER, FieldType.DECIMAL, FieldType.DATE, FieldType.TIMESTAMP, FieldType.MONEY}
)
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Operand:
    """`type` is None for a place of theirs, whose type nobody knows. `words`: of a closed list. `shown`: for messages.

    `text` is the literal, where it is one and a text.
    """

    type: FieldType | None
    shown: str
    words: tuple[str, ...] = ()
    ref: str = ""
    text: str | None = None

    @property
    def ordered(self) -> bool:
        """Whether "less than" means anything; a text beside a moment is judged by the moment."""
        return self.type is None or self.type in _ORDERED or self.text is not None


def of_field(name: str, field: FieldSpec) -> Operand:
    kind = field.field_type
    words = tuple(VerificationStatus) if kind is FieldType.VERIFICATION else field.one_of or ()
    return Operand(kind, f"{name} ({kind.replace('_', ' ')})", words, field.ref or "")


def of_literal(value: str | int | bool) -> Operand:
    if isinstance(value, bool):
        return Operand(FieldType.BOOLEAN, str(value).lower())
    if isinstance(value, int):
        return Operand(FieldType.INTEGER, f"the number {value}")
    return Operand(FieldType.TEXT, f"the text '{value}'", text=value)


def compare(one: Operand, other: Operand, operator: str) -> tuple[str, str] | None:
    """Message and remedy where they cannot be compared so; None where they can."""
    problem = _unlike(one, other) or _unlike(other, one)
    if problem is not None or operator in ("==", "!="):
        return problem
    both_text = one.text is not None and other.text is not None
    unordered = next((side for side in (one, other) if not side.ordered or both_text), None)
    return None if unordered is None else (f"{unordered.shown} has no order", "Compare with == or !=.")


def _unlike(one: Operand, other: Operand) -> tuple[str, str] | None:
    """Judged from the side of `one`: a field that knows what it can be compared with."""
    if one.type is None or other.type is None or one.text is not None:
        return None
    if one.words:
        return _word(one, other)
    if FieldType.MONEY in (one.type, other.type) and not _NUMBERS.isdisjoint((one.type, other.type)):
        return f"{one.shown} is compared with {other.shown}: a number has no currency", "Compare money with money."
    if other.text is not None:
        return _spelled(one, other)
    return None if _kin(one, other) else _apart(one, other)


def _kin(one: Operand, other: Operand) -> bool:
    if any(one.type in kin and other.type in kin for kin in (_NUMBERS, _TEXTS | {FieldType.ONE_OF})):
        return True
    return one.type is other.type and one.type is not FieldType.ADDRESS and one.ref == other.ref


def _apart(one: Operand, other: Operand) -> tuple[str, str]:
    return f"{one.shown} cannot be compared with {other.shown}", "Compare values of one type."


def _word(one: Operand, other: Operand) -> tuple[str, str] | None:
    if other.text is not None and other.text not in one.words:
        remedy = did_you_mean(other.text, one.words, otherwise="Write one of its words.")
        return f"{one.shown} is never '{other.text}'", remedy
    if other.text is not None or other.type in {FieldType.TEXT, FieldType.ONE_OF, one.type}:
        return None
    return f"{one.shown} cannot be compared with {other.shown}", "Compare it with one of its words, in quotes."


def _spelled(one: Operand, other: Operand) -> tuple[str, str] | None:
    """Whether a text literal is a value of the field's type."""
    text, kind = other.text or "", one.type
    if kind in _TEXTS:
        return None
    if kind is FieldType.DECIMAL and _DECIMAL.fullmatch(text):
        return None
    if kind is FieldType.DATE:
        return None if _is_date(text) else (f"'{text}' is not a date", "Write '2026-01-31'.")
    if kind is FieldType.TIMESTAMP:
        return None if _is_moment(text) else (f"'{text}' is not a moment", "Write '2026-01-31T09:30:00Z'.")
    return _apart(one, other)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
