"""What expressions do with values. Everything here is total: what cannot be done gives None, which is empty.

Money is (currency, minor units) here, so that it compares and adds only with its own currency; a moment is RFC 3339 in
UTC without its "Z", which sorts after the point of a fraction.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Final
from zoneinfo import ZoneInfo

from syncengine.clock import from_text
from syncengine.model.value import Json
from syncengine.plan.conversions.money import MAX_DIGITS as MONEY_DIGITS
from syncengine.plan.conversions.number import MAX_DIGITS
from syncengine.spec.function import amount_in

MAX_TEXT: Final = 100_000
_EXACT: Final = Context(prec=4 * MAX_DIGITS, traps=[Inexact, InvalidOperation, Overflow])
_EXACTLY: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
}


def combine(operator: str, left: Json, right: Json) -> Json:
    """+ - * of numbers, money or texts."""
    if isinstance(left, str) or isinstance(right, str):
        added = operator == "+" and _texts(left, right) and len(left) + len(right) <= MAX_TEXT
        return left + right if added else None
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _money(operator, left, right)
    return _number(operator, left, right)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(operator: str, left: Json, right: Json) -> int | Decimal | None:
    if not _is_number(left) or not _is_number(right):
        return None
    try:
        exact = _EXACTLY[operator](Decimal(left), Decimal(right))
    except (Inexact, InvalidOperation, Overflow):
        return None
    if exact and abs(exact.adjusted()) > MAX_DIGITS:
        return None
    return int(exact) if isinstance(left, int) and isinstance(right, int) else exact


def _money(operator: str, left: Json, right: Json) -> tuple[str, int] | None:
    if operator == "*":
        amount, times = (left, right) if isinstance(left, tuple) else (right, left)
    elif isinstance(left, tuple) and isinstance(right, tuple) and left[0] == right[0]:
        amount, times = left, right[1]
    else:
        return None
    minor = _number(operator, amount[1], times)
    whole = minor is not None and minor == int(minor) and abs(minor) < 10**MONEY_DIGITS
    return (amount[0], int(minor)) if whole and minor is not None else None


def _texts(*values: Json) -> bool:
    return all(isinstance(value, str) for value in values)


def _said(text: str) -> str | None:
    """A text that says something: white space alone is empty."""
    return text if text.strip() and len(text) <= MAX_TEXT else None


def _lower(text: Json) -> Json:
    return _said(text.lower()) if _texts(text) else None


def _upper(text: Json) -> Json:
    return _said(text.upper()) if _texts(text) else None


def _trim(text: Json) -> Json:
    return _said(text.strip()) if _texts(text) else None


def _starts_with(text: Json, beginning: Json) -> Json:
    return text.startswith(beginning) if _texts(text, beginning) else None


def _ends_with(text: Json, end: Json) -> Json:
    return text.endswith(end) if _texts(text, end) else None


def _replace(text: Json, old: Json, new: Json) -> Json:
    if not _texts(text, old, new) or not old:
        return None
    length = len(text) + text.count(old) * (len(new) - len(old))
    return _said(text.replace(old, new)) if length <= MAX_TEXT else None


def _split_at(text: Json, separator: Json, index: Json) -> Json:
    whole = _integer(index)
    if not _texts(text, separator) or not separator or whole is None:
        return None
    pieces = text.split(separator)
    return _said(pieces[whole]) if -len(pieces) <= whole < len(pieces) else None


def _integer(value: Json) -> int | None:
    return int(value) if _is_number(value) and value == int(value) else None


def _date(year: Json, month: Json, day: Json) -> Json:
    parts = [_integer(part) for part in (year, month, day)]
    try:
        return date(*(part for part in parts if part is not None)).isoformat()
    except (ValueError, OverflowError, TypeError):
        return None


def _date_in(moment: Json, zone: Json) -> Json:
    if not _texts(moment, zone):
        return None
    try:
        return from_text(f"{moment}Z").astimezone(ZoneInfo(zone)).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _amount(text: Json) -> Json:
    found = amount_in(text) if _texts(text) else None
    return None if found is None else (found[1], found[0])


CALLS: Final[Mapping[str, Callable[..., Json]]] = {
    "lower": _lower,
    "upper": _upper,
    "trim": _trim,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "replace": _replace,
    "split_at": _split_at,
    "date": _date,
    "date_in": _date_in,
    "money": _amount,
}
"""By the names of `spec.function`."""
