"""Integers, decimals and booleans. Text is read as a number only where it is nothing else."""

import re
from decimal import Decimal
from math import isfinite

from syncengine.model.value import Json, plain
from syncengine.plan.conversion import Conversion, Dialect, same, unreadable
from syncengine.plan.plan import UnreadableError

MAX_DIGITS = 40
_DIGITS = re.compile(r"[+-]?[0-9]{1,40}(\.0{1,40})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")


def integer(dialect: Dialect) -> Conversion:
    floats = dialect.tables

    def read(raw: Json) -> int | None:
        if type(raw) is int:
            return raw
        if isinstance(raw, str):
            return _digits(raw)
        number = number_in(raw, floats=floats)
        if number is None or number != number.to_integral_value():
            raise unreadable(raw, "an integer")
        return int(number)

    return Conversion(read=read, write=same)


def _digits(raw: str) -> int | None:
    text = raw.strip()
    if not text:
        return None
    if not _DIGITS.fullmatch(text):
        raise unreadable(raw, "an integer")
    return int(text.partition(".")[0])


def decimal(dialect: Dialect) -> Conversion:
    floats = dialect.tables

    def read(raw: Json) -> str | None:
        number = number_in(raw, floats=floats)
        return None if number is None else plain(number)

    return Conversion(read=read, write=same)


def number_in(raw: Json, *, floats: bool) -> Decimal | None:
    """The exact number, None for empty text. A float (of a table's REAL column) means its shortest decimal text."""
    if isinstance(raw, Decimal):
        return _within_bounds(raw)
    if isinstance(raw, str):
        text = raw.strip()
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return _within_bounds(Decimal(text))
    elif isinstance(raw, int) and not isinstance(raw, bool):
        return _within_bounds(Decimal(raw))
    elif floats and isinstance(raw, float) and isfinite(raw):
        return _within_bounds(Decimal(repr(raw)))
    raise unreadable(raw, "a number")


def _within_bounds(number: Decimal) -> Decimal:
    """Bounded, since a small text such as 1e999999 would otherwise be a very large number."""
    if number.is_finite() and abs(number.adjusted()) <= MAX_DIGITS:
        return number
    raise UnreadableError(f"a number beyond {MAX_DIGITS} digits")


def boolean(dialect: Dialect) -> Conversion:
    return Conversion(read=_flag_of_table if dialect.tables else _flag, write=same)


def _flag(raw: Json) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and not raw.strip():
        return None
    raise unreadable(raw, "a boolean")


def _flag_of_table(raw: Json) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        word = raw.strip().lower()
        return word == "true" if word in {"true", "false"} else _flag(raw)
    number = number_in(raw, floats=True)
    if number not in {0, 1}:
        raise unreadable(raw, "a boolean")
    return number == 1
