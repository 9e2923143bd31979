"""The functions of expressions.

| function | gives |
|---|---|
| lower(text) | text: in small letters |
| upper(text) | text: in capital letters |
| trim(text) | text: without white space at both ends |
| starts_with(text, beginning) | true or false: whether the text begins so, capital and small letters told apart |
| ends_with(text, end) | true or false: whether the text ends so, capital and small letters told apart |
| replace(text, old, new) | text: with every `old` in it turned into `new` |
| split_at(text, separator, index) | text: one piece of the text between separators; the first is 0, the last is -1 |
| date(year, month, day) | date: of three integers; empty where there is no such day |
| date_in(moment, 'Europe/Berlin') | date: the one that a moment has in a time zone, which is written in quotes |
| money('10 EUR') | money: an amount, written in quotes with at most the decimals of its currency |

A place of theirs is read as what a function wants there. A function of something empty is empty, and so is one that
fails: a piece that is not there, text where a moment is wanted, a text that would be longer than 100,000 characters.
`has(x)` belongs to the language itself, since it asks about a field and not about its value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from syncengine.model.value import exponent
from syncengine.vocabulary import FieldType

_AMOUNT: Final = re.compile(r"(-?[0-9]{1,18}(?:\.[0-9]{1,4})?) ([A-Z]{3})")


class Wants(StrEnum):
    """What may stand for one parameter of a function. The last two are written in place, in quotes."""

    TEXT = "text"
    PATTERN = "a text that is not empty"
    INTEGER = "an integer"
    MOMENT = "a moment"
    ZONE = "a time zone in quotes"
    AMOUNT = "an amount in quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """`takes` names the parameters in their order."""

    name: str
    takes: Mapping[str, Wants]
    gives: FieldType

    @property
    def shown(self) -> str:
        return f"{self.name}({', '.join(self.takes)})"


def _function(name: str, gives: FieldType, **takes: Wants) -> tuple[str, Function]:
    return name, Function(name=name, takes=takes, gives=gives)


_T: Final = Wants.TEXT
FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    dict(
        (
            _function("lower", FieldType.TEXT, text=_T),
            _function("upper", FieldType.TEXT, text=_T),
            _function("trim", FieldType.TEXT, text=_T),
            _function("starts_with", FieldType.BOOLEAN, text=_T, beginning=_T),
            _function("ends_with", FieldType.BOOLEAN, text=_T, end=_T),
            _function("replace", FieldType.TEXT, text=_T, old=Wants.PATTERN, new=_T),
            _function("split_at", FieldType.TEXT, text=_T, separator=Wants.PATTERN, index=Wants.INTEGER),
            _function("date", FieldType.DATE, year=Wants.INTEGER, month=Wants.INTEGER, day=Wants.INTEGER),
            _function("date_in", FieldType.DATE, moment=Wants.MOMENT, zone=Wants.ZONE),
            _function("money", FieldType.MONEY, amount=Wants.AMOUNT),
        )
    )
)

UNBUILT_FUNCTIONS: Final = frozenset({"count", "sum", "any", "latest", "earliest", "furthest", "fact", "exchange"})
"""Functions of the language that are not built yet."""


def amount_in(text: str) -> tuple[int, str] | None:
    """The minor units and the currency of "10.50 EUR"; None for what is no amount."""
    written = _AMOUNT.fullmatch(text)
    if written is None:
        return None
    minor = Decimal(written[1]).scaleb(exponent(written[2]))
    return (int(minor), written[2]) if minor == minor.to_integral_value() else None
