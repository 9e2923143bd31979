"""What is true or false in expressions, compiled.

Truth has three values inside: a comparison that cannot be made (an empty operand, another currency, another kind of
value) says `unknown`. For conditions that is False; for a gate it is None, which `and`, `or` and `not` carry on only as
far as it matters, so that False means certainly false.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from syncengine.model.value import Json
from syncengine.plan.term import Look, Values

Truth = Callable[[Values], bool | None]

COMPARISONS: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS: Final = (int, Decimal)
_FLAGS: Final = (0, 1)


def joined(left: Truth, right: Truth, *, decisive: bool) -> Truth:
    """`and` is decided by one False, `or` by one True, whatever the other side is."""

    def truth(values: Values) -> bool | None:
        first = left(values)
        if first is decisive:
            return decisive
        second = right(values)
        return second if second is decisive or first is not None else None

    return truth


def negated(inner: Truth) -> Truth:
    def truth(values: Values) -> bool | None:
        found = inner(values)
        return None if found is None else not found

    return truth


def flag(look: Look, unknown: bool | None) -> Truth:
    """Tables say 0 and 1 where others say false and true."""

    def truth(values: Values) -> bool | None:
        found = look(values)
        return found == 1 if isinstance(found, _NUMBERS) and found in _FLAGS else unknown

    return truth


def compared(sign: str, left: Look, right: Look, unknown: bool | None) -> Truth:
    compare = COMPARISONS[sign]

    def truth(values: Values) -> bool | None:
        first, second = left(values), right(values)
        return compare(first, second) if _comparable(first, second) else unknown

    return truth


def _comparable(first: Json, second: Json) -> bool:
    """Whether both are there and of one kind."""
    if isinstance(first, str):
        return isinstance(second, str)
    if isinstance(first, tuple):
        return isinstance(second, tuple) and bool(first[0] == second[0])
    if not isinstance(first, _NUMBERS) or not isinstance(second, _NUMBERS):
        return False
    return isinstance(first, bool) is isinstance(second, bool) or (first in _FLAGS and second in _FLAGS)


def member(look: Look, items: Sequence[Json], unknown: bool | None) -> Truth:
    def truth(values: Values) -> bool | None:
        found = look(values)
        if not isinstance(found, (str, *_NUMBERS)):
            return unknown
        return any(_comparable(found, item) and found == item for item in items)

    return truth


def chosen(condition: Truth, then: Truth, otherwise: Truth) -> Truth:
    """Where the condition is unknown, both have to agree."""

    def truth(values: Values) -> bool | None:
        asked = condition(values)
        if asked is not None:
            return then(values) if asked else otherwise(values)
        first, second = then(values), otherwise(values)
        return first if first is second else None

    return truth
