"""What the terms of an expression are, what can be compared and combined, and what a result can become."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from syncengine.spec.function import Function
from syncengine.spec.near import did_you_mean
from syncengine.spec.object import FieldSpec
from syncengine.vocabulary import FieldType, VerificationStatus

RULE: Final = "expression/type"
BARE_NUMBER: Final = "money/bare-number"
TEXTS: Final = frozenset(
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
        FieldType.ONE_OF,
    }
)
"""Types whose values are texts to an expression."""

NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_ORDERED: Final = NUMBERS | {FieldType.DATE, FieldType.TIMESTAMP, FieldType.MONEY}
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DONE: Final = {"+": "added", "-": "subtracted", "*": "multiplied"}


@dataclass(frozen=True, slots=True)
class Operand:
    """`type` is None for a place of theirs, whose type nobody knows. `words`: of a closed list. `shown`: for messages.

    `text` is the literal, where it is one and a text. `loose`: a number of theirs, which may be an integer.
    """

    type: FieldType | None
    shown: str
    words: tuple[str, ...] = ()
    ref: str = ""
    text: str | None = None
    loose: bool = False

    @property
    def ordered(self) -> bool:
        """Whether "less than" means anything; a text beside a moment is judged by the moment."""
        return self.type is None or self.type in _ORDERED or self.text is not None


class Problem(NamedTuple):
    message: str
    remedy: str
    rule: str = RULE


def of_field(name: str, field: FieldSpec) -> Operand:
    kind = field.field_type
    words = tuple(VerificationStatus) if kind is FieldType.VERIFICATION else field.one_of or ()
    return Operand(kind, f"{name} ({kind.replace('_', ' ')})", words, field.ref or "")


def of_literal(value: str | int | bool | Decimal) -> Operand:
    if isinstance(value, bool):
        return Operand(FieldType.BOOLEAN, str(value).lower())
    if isinstance(value, str):
        return Operand(FieldType.TEXT, f"the text '{value}'", text=value)
    return Operand(FieldType.INTEGER if isinstance(value, int) else FieldType.DECIMAL, f"the number {value}")


def of_call(function: Function) -> Operand:
    return Operand(function.gives, f"{function.name}(…) ({function.gives})")


def compare(one: Operand, other: Operand, operator: str) -> Problem | None:
    """What is wrong with comparing them so; None where nothing is."""
    problem = _bare(one, other) or _bare(other, one) or _unlike(one, other) or _unlike(other, one)
    if problem is not None or operator in ("==", "!="):
        return problem
    both_text = one.text is not None and other.text is not None
    unordered = next((side for side in (one, other) if not side.ordered or both_text), None)
    return None if unordered is None else Problem(f"{unordered.shown} has no order", "Compare with == or !=.")


def _bare(one: Operand, other: Operand) -> Problem | None:
    if one.type is not FieldType.MONEY or not (other.type is None or other.type in NUMBERS):
        return None
    message = f"{one.shown} is compared with {other.shown}: a number has no currency"
    return Problem(message, "Compare money with money, such as money('10 EUR').", BARE_NUMBER)


def _unlike(one: Operand, other: Operand) -> Problem | None:
    """Judged from the side of `one`: a field that knows what it can be compared with."""
    if one.type is None or other.type is None or one.text is not None:
        return None
    if one.words:
        return _word(one, other)
    if other.text is not None:
        return _spelled(one, other)
    return None if kin(one, other) else _apart(one, other)


def kin(one: Operand, other: Operand) -> bool:
    """Whether they are values of one kind."""
    if any(one.type in alike and other.type in alike for alike in (NUMBERS, TEXTS)):
        return True
    return one.type is other.type and one.type is not FieldType.ADDRESS and one.ref == other.ref


def _apart(one: Operand, other: Operand) -> Problem:
    remedy = "Compare values of one type."
    if one.type is FieldType.MONEY and other.text is not None:
        remedy = "Write an amount as money('10 EUR')."
    return Problem(f"{one.shown} cannot be compared with {other.shown}", remedy)


def _word(one: Operand, other: Operand) -> Problem | None:
    if other.text is not None and other.text not in one.words:
        remedy = did_you_mean(other.text, one.words, otherwise="Write one of its words.")
        return Problem(f"{one.shown} is never '{other.text}'", remedy)
    if other.text is not None or other.type in {FieldType.TEXT, FieldType.ONE_OF, one.type}:
        return None
    return Problem(f"{one.shown} cannot be compared with {other.shown}", "Compare it with one of its words, in quotes.")


def _spelled(one: Operand, other: Operand) -> Problem | None:
    """Whether a text literal is a value of the field's type."""
    text, kind = other.text or "", one.type
    if kind in TEXTS:
        return None
    if kind is FieldType.DECIMAL and _DECIMAL.fullmatch(text):
        return None
    if kind is FieldType.DATE:
        return None if _is_date(text) else Problem(f"'{text}' is not a date", "Write '2026-01-31'.")
    if kind is FieldType.TIMESTAMP:
        return None if _is_moment(text) else Problem(f"'{text}' is not a moment", "Write '2026-01-31T09:30:00Z'.")
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


def combine(operator: str, one: Operand, other: Operand) -> Operand | Problem:
    """What + - * give, or why they give nothing."""
    types = {one.type, other.type}
    if FieldType.MONEY in types:
        return _with_money(operator, one, other)
    if operator == "+" and not types.isdisjoint(TEXTS):
        return _result(operator, FieldType.TEXT) if types <= {*TEXTS, None} else _never(operator, one, other)
    if not types <= {*NUMBERS, None}:
        return _never(operator, one, other)
    if operator == "+" and types == {None}:
        message = f"nobody knows whether {one.shown} and {other.shown} are numbers or texts"
        return Problem(message, "Write trim(…) around one to add texts, 0 + … to add numbers.")
    whole = types == {FieldType.INTEGER}
    loose = None in types or one.loose or other.loose
    return _result(operator, FieldType.INTEGER if whole else FieldType.DECIMAL, loose=loose)


def _with_money(operator: str, one: Operand, other: Operand) -> Operand | Problem:
    rest = other if one.type is FieldType.MONEY else one
    if operator == "*":
        if rest.type in {None, FieldType.INTEGER}:
            return _result(operator, FieldType.MONEY)
        if rest.type is FieldType.DECIMAL:
            return Problem(f"money times {rest.shown} would have to be rounded", "Multiply money by an integer.")
        return _never(operator, one, other)
    if one.type is other.type:
        return _result(operator, FieldType.MONEY)
    if rest.type is None or rest.type in NUMBERS:
        message = f"money and {rest.shown} are {_DONE[operator]}: a number has no currency"
        return Problem(message, "Write an amount as money('10 EUR').", BARE_NUMBER)
    return _never(operator, one, other)


def _result(operator: str, kind: FieldType, *, loose: bool = False) -> Operand:
    return Operand(kind, f"what `{operator}` gives ({kind})", loose=loose)


def _never(operator: str, one: Operand, other: Operand) -> Problem:
    texts = operator == "+" and not {one.type, other.type}.isdisjoint(TEXTS)
    remedy = "Texts are added to texts only." if texts else "Numbers are, and money of one currency; + also adds texts."
    return Problem(f"{one.shown} and {other.shown} are not {_DONE[operator]}", remedy)


def either(one: Operand, other: Operand) -> Operand | Problem:
    """What `a ? b : c` gives."""
    if one.type is None or other.type is None:
        known = other if one.type is None else one
        return Operand(known.type, f"what `?` chooses ({known.type or 'a place'})", known.words, known.ref, loose=True)
    for text, typed in ((one, other), (other, one)):
        if text.text is not None and typed.text is None and typed.type not in TEXTS:
            problem = _word(typed, text) if typed.words else _spelled(typed, text)
            return problem or _chosen(typed, typed)
    if kin(one, other):
        return _chosen(one, other)
    rule = BARE_NUMBER if {one.type, other.type} & NUMBERS and FieldType.MONEY in {one.type, other.type} else RULE
    return Problem(f"{one.shown} and {other.shown} are not of one type", "Choose between values of one type.", rule)


def _chosen(one: Operand, other: Operand) -> Operand:
    kind = one.type
    if one.type is not other.type:
        kind = FieldType.DECIMAL if one.type in NUMBERS else FieldType.TEXT
    words = one.words if one.words == other.words else ()
    kind = FieldType.TEXT if kind is FieldType.ONE_OF and not words else kind
    return Operand(kind, f"what `?` chooses ({kind})", words, one.ref, loose=one.loose or other.loose)


def become(given: Operand, wanted: Operand) -> Problem | None:
    """Why the result of an expression is never a value of what is wanted; None where it can be."""
    kind = wanted.type
    if kind is FieldType.ADDRESS:
        return Problem(f"{wanted.shown} has parts, and an expression gives one value", "Spell it part by part.")
    if kind is FieldType.MONEY and given.type is not kind:
        bare = given.type is None or given.type in NUMBERS
        return Problem(
            f"{wanted.shown} is wanted, and {given.shown} has no currency",
            "Write {at: …, currency_at: …}, or an amount as money('10 EUR').",
            BARE_NUMBER if bare else RULE,
        )
    if given.type is None or given.type is kind:
        return _word(wanted, given) if wanted.words and given.text is not None else None
    return None if _fits(given, wanted) else _misfit(given, wanted)


def _fits(given: Operand, wanted: Operand) -> bool:
    kind = wanted.type
    if wanted.words:
        return given.type in TEXTS and (given.text is None or given.text in wanted.words)
    if kind is FieldType.REF:
        return given.type in {FieldType.TEXT, FieldType.INTEGER}
    if kind in NUMBERS and given.type in NUMBERS:
        return kind is FieldType.DECIMAL or given.loose
    if given.text is not None:
        return _spelled(wanted, given) is None
    return kin(given, wanted)


def _misfit(given: Operand, wanted: Operand) -> Problem:
    if wanted.words and given.text is not None:
        return _word(wanted, given) or _apart(wanted, given)
    if wanted.type is FieldType.INTEGER and given.type is FieldType.DECIMAL:
        return Problem(f"{given.shown} may be a fraction, and {wanted.shown} is wanted", "Give an integer.")
    return Problem(f"{given.shown} is given where {wanted.shown} is wanted", "Give a value of that type.")
