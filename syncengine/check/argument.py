"""What may stand for a parameter of a function."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from syncengine.check.operand import TEXTS, Operand, Problem, become
from syncengine.spec.expression import Call, Literal
from syncengine.spec.function import Wants, amount_in
from syncengine.spec.literal import is_zone
from syncengine.vocabulary import FieldType

_TEXT: Final = ("a text", TEXTS)
_TYPES: Final[Mapping[Wants, tuple[str, frozenset[FieldType]]]] = {
    Wants.TEXT: _TEXT,
    Wants.PATTERN: _TEXT,
    Wants.INTEGER: ("an integer", frozenset({FieldType.INTEGER})),
    Wants.MOMENT: ("a moment", frozenset({FieldType.TIMESTAMP})),
}


def unfit(given: Operand, wants: Wants, shown: str) -> Problem | None:
    """What is wrong with an argument; None where nothing is. `shown` names the parameter."""
    if wants is Wants.ZONE:
        right = given.text is not None and is_zone(given.text)
        problem = Problem(f"{shown} is an IANA time zone in quotes", "Write a name such as 'Europe/Berlin'.")
        return None if right else problem
    if wants is Wants.AMOUNT:
        right = given.text is not None and amount_in(given.text) is not None
        message = f"{shown} is an amount and its currency in quotes, with at most the decimals that the currency has"
        return None if right else Problem(message, "Write money('10.00 EUR').")
    if wants is Wants.PATTERN and given.text == "":
        return Problem(f"{shown} is empty, and would be found everywhere", "Write at least one character.")
    if wants is Wants.MOMENT and given.text is not None:
        return become(given, Operand(FieldType.TIMESTAMP, shown))
    word, types = _TYPES[wants]
    if given.type is None or given.type in types or (wants is Wants.INTEGER and given.loose):
        return None
    return Problem(f"{shown} is {word}, and {given.shown} is not", f"Give {word}.")


def is_no_day(call: Call) -> bool:
    """Whether it is `date` of three plain integers that are no day."""
    parts = [each.value for each in call.arguments if isinstance(each, Literal)]
    if call.name != "date" or len(parts) != len(call.arguments):
        return False
    try:
        date(*(int(part) for part in parts))
    except (ValueError, OverflowError):
        return True
    return False
