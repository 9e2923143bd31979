"""Every case that conditions can tell apart: is there one in which a gate asks nothing, or in which one is true?

A field of a closed list, a verification and a boolean have a value of their own in each case, or are empty. What else a
condition compares may come out true, false or unknown in any combination: more cases than there can be, so that what
is proved here holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import product
from typing import Final, TypeAlias

from syncengine.spec import expression as tree
from syncengine.spec.object import FieldSpec
from syncengine.vocabulary import FieldType, VerificationStatus

MAX_CASES: Final = 20_000

_Key: TypeAlias = "str | tuple[object, ...]"
_Truth: TypeAlias = "Callable[[Mapping[_Key, str | bool | None]], bool | None]"


def unasked(conditions: Sequence[tree.Expression], of: Mapping[str, FieldSpec]) -> Mapping[str, str] | None:
    """The first case in which every condition is certainly false: its fields with their words ("empty" for none).

    None where there is no such case. `of` are the fields that the conditions see. Without words nothing is proved:
    the conditions compare what is not closed, or have more than 20,000 cases.
    """
    space = _Space(of)
    truths = [space.truth(condition.root) for condition in conditions]
    if space.size > MAX_CASES:
        return {}
    for values in product(*space.domains.values()):
        case = dict(zip(space.domains, values, strict=True))
        if all(truth(case) is False for truth in truths):
            closed = {key: _shown(value) for key, value in case.items() if isinstance(key, str)}
            return closed if len(closed) == len(case) else {}
    return None


def possible(condition: tree.Node, of: Mapping[str, FieldSpec], *, unknown: bool | None) -> bool:
    """Whether some case makes a condition true, as far as that can be told. `unknown` is what a comparison with
    something empty comes out as: False for a condition of ours, None for what a gate asks.
    """
    space = _Space(of, unknown=unknown)
    truth = space.truth(condition)
    if space.size > MAX_CASES:
        return True
    keys = tuple(space.domains)
    return any(truth(dict(zip(keys, values, strict=True))) is True for values in product(*space.domains.values()))


def _shown(value: str | bool | None) -> str:
    return "empty" if value is None else str(value).lower()


class _Space:
    """The variables that were met, each with the values that it can have."""

    def __init__(self, of: Mapping[str, FieldSpec], *, unknown: bool | None = None) -> None:
        self._fields = of
        self._unknown = unknown
        self.domains: dict[_Key, tuple[str | bool | None, ...]] = {}

    @property
    def size(self) -> int:
        size = 1
        for values in self.domains.values():
            size = min(size * len(values), MAX_CASES + 1)
        return size

    def truth(self, node: tree.Node) -> _Truth:
        match node:
            case tree.And() | tree.Or():
                return _joined(self.truth(node.left), self.truth(node.right), decisive=isinstance(node, tree.Or))
            case tree.Not():
                return _negated(self.truth(node.operand))
            case tree.Compare(operator="==" | "!="):
                return self._equal(node.left, node.right, same=node.operator == "==")
            case _:
                return self._single(node)

    def _single(self, node: tree.Node) -> _Truth:
        match node:
            case tree.Literal(value=bool() as value):
                return lambda _case: value
            case tree.Has():
                return self._has(node)
            case tree.In():
                return self._member(node)
            case tree.Name() if self._closed(node):
                return self._equal(node, tree.Literal(value=True, at=node.at))
        return self._open(node)

    def _equal(self, left: tree.Node, right: tree.Node, *, same: bool = True) -> _Truth:
        name, literal = (left, right) if isinstance(left, tree.Name) else (right, left)
        if not isinstance(name, tree.Name) or not isinstance(literal, tree.Literal) or not self._closed(name):
            sides = sorted((structure(left), structure(right)), key=repr)
            return self._whatever(("==", *sides), same=same)
        key, value, unknown = self._variable(name), literal.value, self._unknown
        return lambda case: unknown if case[key] is None else (case[key] == value) is same

    def _member(self, node: tree.In) -> _Truth:
        found = [self._equal(node.item, item) for item in node.items]
        result = found[0]
        for more in found[1:]:
            result = _joined(result, more, decisive=True)
        return result

    def _has(self, node: tree.Has) -> _Truth:
        if not self._closed(node.name):
            return self._open(node)
        key = self._variable(node.name)
        return lambda case: case[key] is not None

    def _closed(self, name: tree.Name) -> bool:
        return len(name.path) == 1 and name.text in self._fields and bool(_words(self._fields[name.text]))

    def _variable(self, name: tree.Name) -> str:
        self.domains.setdefault(name.text, (*_words(self._fields[name.text]), None))
        return name.text

    def _open(self, node: tree.Node) -> _Truth:
        return self._whatever((structure(node),))

    def _whatever(self, key: tuple[object, ...], *, same: bool = True) -> _Truth:
        """What may come out in any way."""
        self.domains.setdefault(key, (True, False, None))
        unknown = self._unknown

        def truth(case: Mapping[_Key, str | bool | None]) -> bool | None:
            value = case[key]
            return value is same if isinstance(value, bool) else unknown

        return truth


def _words(field: FieldSpec) -> tuple[str | bool, ...]:
    """Every value that a field of a closed type can have; none for an open one."""
    match field.field_type:
        case FieldType.ONE_OF:
            return field.one_of or ()
        case FieldType.BOOLEAN:
            return (True, False)
        case FieldType.VERIFICATION:
            return tuple(VerificationStatus)
        case _:
            return ()


def structure(node: object) -> object:
    """A node without its place in the text, so that equal parts of two conditions are one variable."""
    if is_dataclass(node):
        told = (structure(getattr(node, field.name)) for field in fields(node) if field.name != "at")
        return (type(node).__name__, *told)
    return tuple(structure(part) for part in node) if isinstance(node, tuple) else node


def _joined(left: _Truth, right: _Truth, *, decisive: bool) -> _Truth:
    """`and` is decided by one False, `or` by one True."""

    def truth(case: Mapping[_Key, str | bool | None]) -> bool | None:
        both = (left(case), right(case))
        if decisive in both:
            return decisive
        return None if None in both else not decisive

    return truth


def _negated(inner: _Truth) -> _Truth:
    def truth(case: Mapping[_Key, str | bool | None]) -> bool | None:
        found = inner(case)
        return None if found is None else not found

    return truth
