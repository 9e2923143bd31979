"""Expressions, compiled: a tree of `spec.expression` becomes a closure over a mapping of values.

Truth has three values inside: a comparison that cannot be made (an empty operand, another currency, another kind of
value) says `unknown`. For `only` that is False; for a gate it is None, which `and`, `or` and `not` carry on only as far
as it matters, so that False means certainly false.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from syncengine.model.value import Json, Value
from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, UnreadableError
from syncengine.spec.expression import And, Compare, Expression, Has, In, Literal, Name, Node, Not, Operand, Or
from syncengine.vocabulary import FieldType

Types = Mapping[str, FieldType]
"""Of the fields that an expression may name; places of theirs have none."""

_Values = Mapping[str, Json]
_Truth = Callable[[_Values], bool | None]
_Look = Callable[[_Values], Json]

_COMPARISONS: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS: Final = (int, Decimal, float)
_FLAGS: Final = (0, 1)

_COMPARED: Final[Mapping[FieldType, Callable[[Value], Json]]] = {
    FieldType.DECIMAL: Decimal,
    FieldType.TIMESTAMP: lambda value: value.removesuffix("Z"),  # "Z" sorts after the point of a fraction
    FieldType.MONEY: lambda value: (value["currency"], value["minor"]),
    FieldType.REF: lambda value: (value["flow"], value["id"]),
    FieldType.VERIFICATION: operator.itemgetter("status"),
}
"""What is compared of a value, where it is not the normal form itself. Pairs compare only if their first halves agree:
money of one currency, ids of one flow.
"""


def condition(expression: Expression, types: Types) -> Callable[[Mapping[str, Json]], bool]:
    """For `only`: over the values of our fields, or over their record where it says `theirs`."""
    truth = _truth(expression.root, types, unknown=False)
    return lambda values: truth(values) is True


def asked(expression: Expression, types: Types) -> Callable[[Mapping[str, Value]], bool]:
    """For a gate's `when`: False only if it is certainly false. What cannot be judged is asked."""
    truth = _truth(expression.root, types, unknown=None)

    def judge(values: Mapping[str, Value]) -> bool:
        try:
            return truth(values) is not False
        except (TypeError, LookupError, ValueError, ArithmeticError, AttributeError):
            return True

    return judge


def _truth(node: Node, types: Types, *, unknown: bool | None) -> _Truth:
    match node:
        case And() | Or():
            sides = (_truth(side, types, unknown=unknown) for side in (node.left, node.right))
            return _joined(*sides, decisive=isinstance(node, Or))
        case Not():
            return _negated(_truth(node.operand, types, unknown=unknown))
        case Has():
            look = _look(node.name, types)
            return lambda values: look(values) is not None
        case Compare():
            return _compared(node, types, unknown)
        case In():
            return _member(node, types, unknown)
        case _:
            return _flag(_look(node, types), unknown)


def _joined(left: _Truth, right: _Truth, *, decisive: bool) -> _Truth:
    """`and` is decided by one False, `or` by one True, whatever the other side is."""

    def truth(values: _Values) -> bool | None:
        first = left(values)
        if first is decisive:
            return decisive
        second = right(values)
        return second if second is decisive or first is not None else None

    return truth


def _negated(inner: _Truth) -> _Truth:
    def truth(values: _Values) -> bool | None:
        found = inner(values)
        return None if found is None else not found

    return truth


def _flag(look: _Look, unknown: bool | None) -> _Truth:
    def truth(values: _Values) -> bool | None:
        found = look(values)
        return found == 1 if isinstance(found, _NUMBERS) and found in _FLAGS else unknown

    return truth


def _compared(node: Compare, types: Types, unknown: bool | None) -> _Truth:
    compare = _COMPARISONS[node.operator]
    left = _look(node.left, types, _type_of(node.right, types))
    right = _look(node.right, types, _type_of(node.left, types))

    def truth(values: _Values) -> bool | None:
        first, second = left(values), right(values)
        return compare(first, second) if _comparable(first, second) else unknown

    return truth


def _comparable(first: Json, second: Json) -> bool:
    """Whether both are there and of one kind. Tables say 0 and 1 where others say false and true."""
    if isinstance(first, str):
        return isinstance(second, str)
    if isinstance(first, tuple):
        return isinstance(second, tuple) and bool(first[0] == second[0])
    if not isinstance(first, _NUMBERS) or not isinstance(second, _NUMBERS):
        return False
    return isinstance(first, bool) is isinstance(second, bool) or (first in _FLAGS and second in _FLAGS)


def _member(node: In, types: Types, unknown: bool | None) -> _Truth:
    look = _look(node.item, types)
    kind = _type_of(node.item, types)
    items = tuple(_constant(item, kind) for item in node.items)

    def truth(values: _Values) -> bool | None:
        found = look(values)
        if not isinstance(found, (str, *_NUMBERS)):
            return unknown
        return any(_comparable(found, item) and found == item for item in items)

    return truth


def _type_of(operand: Operand, types: Types) -> FieldType | None:
    return types.get(operand.text) if isinstance(operand, Name) else None


def _look(operand: Operand, types: Types, other: FieldType | None = None) -> _Look:
    """A getter that gives None for empty. `other` is the type of what a literal is compared with."""
    if isinstance(operand, Literal):
        value = _constant(operand, other)
        return lambda _values: value
    if operand.theirs:
        return _place(operand)
    return _field(operand.text, _COMPARED.get(types[operand.text]))


def _field(name: str, compared: Callable[[Value], Json] | None) -> _Look:
    if compared is None:
        return lambda values: values.get(name)

    def look(values: _Values) -> Json:
        value = values.get(name)
        return None if value is None else compared(value)

    return look


def _place(name: Name) -> _Look:
    get = getter(".".join(name.path[1:]))

    def look(content: _Values) -> Json:
        try:
            raw = get(content)
        except UnreadableError:
            return None
        return None if raw is ABSENT or (isinstance(raw, str) and not raw.strip()) else raw

    return look


def _constant(literal: Literal, kind: FieldType | None) -> Json:
    """A literal in the normal form of the type that it is compared with: 'de' beside a country is DE."""
    if kind is None or kind in _OWN_WORDS or not isinstance(literal.value, str):
        return literal.value
    try:
        normal = scalar(kind, Dialect(time="native")).read(literal.value)
    except UnreadableError:
        return literal.value
    compared = _COMPARED.get(kind)
    return compared(normal) if compared and normal is not None else normal


_OWN_WORDS: Final = frozenset(
    {FieldType.ONE_OF, FieldType.VERIFICATION, FieldType.REF, FieldType.MONEY, FieldType.ADDRESS}
)
