"""Values between JSON, a driver and a column: what a column takes, what it shows, and whether two values are the same.

SQLite keeps decimals, dates and moments as text and booleans as numbers; other databases have types for them. A moment
in a column without a zone is UTC.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from syncengine.clock import from_text, to_text
from syncengine.connectors.change import PLAIN, spelled
from syncengine.model.value import Json

_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_NAIVE: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?", re.ASCII)
_INT64: Final = range(-(2**63), 2**63)
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


class Kind(StrEnum):
    """What a column holds; the words stand in messages: "takes a moment"."""

    TEXT = "text"
    INTEGER = "a whole number"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    DATE = "a date"
    MOMENT = "a moment"
    BYTES = "hexadecimal digits"
    OTHER = "a value of its own type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`zoned`: a moment with a zone. `native`: the driver has types for decimals and moments (SQLite's has none).
    `padded`: the database fills a text up with spaces.
    """

    name: str
    kind: Kind
    zoned: bool = False
    native: bool = True
    padded: bool = False

    def bind(self, value: Json) -> Any:
        """What the driver is given for one JSON value. Raises ValueError, which does not show it."""
        if value is None:
            return None
        try:
            return _BIND[self.kind](self, value)
        except (ValueError, InvalidOperation):
            raise ValueError(f"{self.name} takes {self.kind}") from None

    def show(self, raw: Any) -> Json:
        """What a driver gave, as JSON: int, text, bool, None, Decimal; moments as RFC 3339 text in UTC."""
        if raw is None:
            return None
        shown = _SHOW.get(self.kind, _as_it_is)(self, raw)
        return _json(shown)

    def same(self, one: Json, other: Json) -> bool:
        """Whether two JSON values are the same for this column: numbers by value, moments by moment, text by text."""
        kind = type(one)
        alike = kind is type(other) and (kind in PLAIN or one is None) and one == other
        return alike or self.form(one) == self.form(other)

    def form(self, value: Json) -> tuple[str, Any]:
        """One form for all spellings of a value: forms are equal when the values are the same."""
        if value is None:
            return "empty", None
        try:
            return self.kind, _FORM.get(self.kind, _text_form)(value)
        except (ValueError, InvalidOperation):
            return "odd", spelled(value)


def moment_in(value: Json) -> datetime | None:
    """The moment that a text names, in UTC; None for everything else."""
    if not isinstance(value, str):
        return None
    try:
        if _ZONED.fullmatch(value):
            return from_text(value)
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if _NAIVE.fullmatch(value) else None
    except ValueError:
        return None


def _moment(value: Any) -> datetime:
    found = moment_in(spelled(value))
    if found is None:
        raise ValueError("no moment")
    return found


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(str(value))


def _number(value: Any) -> Decimal:
    found = Decimal(str(int(value) if isinstance(value, bool) else value))
    if not found.is_finite():
        raise ValueError("no finite number")
    return found


def _truth(value: Any) -> bool:
    found = _TRUTHS.get(str(value).lower())
    if found is None:
        raise ValueError("no truth value")
    return found


def _text_form(value: Any) -> Any:
    """A text that names a moment with its zone counts as the moment, however it is written."""
    text = _plain_text(value)
    return from_text(text) if _ZONED.fullmatch(text) else text


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(spelled(value))


_FORM: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _truth,
    Kind.DATE: _day,
    Kind.MOMENT: _moment,
}


def _bind_integer(column: Column, value: Any) -> int:  # noqa: ARG001
    number = _number(value)
    whole = int(number)
    if whole != number or whole not in _INT64:
        raise ValueError("no whole number of 64 bits")
    return whole


def _bind_number(column: Column, value: Any) -> Any:
    number = _number(value)
    return number if column.native else f"{number:f}"


def _bind_truth(column: Column, value: Any) -> Any:
    truth = _truth(value)
    return truth if column.native else int(truth)


def _bind_day(column: Column, value: Any) -> Any:
    day = _day(value)
    return day if column.native else day.isoformat()


def _bind_moment(column: Column, value: Any) -> Any:
    moment = _moment(value)
    if column.zoned:
        return moment
    naive = moment.replace(tzinfo=None)
    return naive if column.native else naive.isoformat(sep=" ")


_BIND: Final[Mapping[Kind, Callable[[Column, Any], Any]]] = {
    Kind.TEXT: lambda _, value: _plain_text(value),
    Kind.INTEGER: _bind_integer,
    Kind.NUMBER: _bind_number,
    Kind.BOOLEAN: _bind_truth,
    Kind.DATE: _bind_day,
    Kind.MOMENT: _bind_moment,
    Kind.BYTES: lambda _, value: bytes.fromhex(str(value)),
    Kind.OTHER: lambda _, value: value,
}


def _as_it_is(column: Column, raw: Any) -> Any:
    return raw.rstrip(" ") if column.padded and isinstance(raw, str) else raw


def _show_moment(column: Column, raw: Any) -> Any:  # noqa: ARG001
    moment = moment_in(spelled(raw))
    return raw if moment is None else to_text(moment)


def _show_truth(column: Column, raw: Any) -> Any:  # noqa: ARG001
    return _TRUTHS.get(str(raw).lower(), raw)


_SHOW: Final[Mapping[Kind, Callable[[Column, Any], Any]]] = {
    Kind.BOOLEAN: _show_truth,
    Kind.MOMENT: _show_moment,
}


def _json(value: Any) -> Json:
    """Whatever a driver may give, as JSON with Decimal for fractions."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, date | bytes | memoryview):
        return spelled(value)
    return value if isinstance(value, Decimal) else str(value)
