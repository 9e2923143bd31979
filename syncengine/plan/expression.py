"""Expressions, compiled: a tree of `spec.expression` becomes a closure over a mapping of values.

The trees are sound: the rules of the map have let them through. The closures are total: what fails is empty, and a
comparison with something empty is false.
"""

from collections.abc import Callable, Mapping
from typing import Final

from syncengine.model.value import Json, Value
from syncengine.plan.conversion import Dialect
from syncengine.plan.kind import Types, kind_of
from syncengine.plan.operation import CALLS, combine
from syncengine.plan.term import NATIVE, Look, Values, constant, field, normal_form, part, place
from syncengine.plan.truth import Truth, chosen, compared, flag, joined, member, negated
from syncengine.spec import expression as tree
from syncengine.spec.expression import Expression
from syncengine.spec.function import FUNCTIONS, Wants
from syncengine.vocabulary import FieldType

_READ_AS: Final[Mapping[Wants, FieldType]] = {
    Wants.INTEGER: FieldType.INTEGER,
    Wants.MOMENT: FieldType.TIMESTAMP,
    **dict.fromkeys((Wants.TEXT, Wants.PATTERN, Wants.ZONE, Wants.AMOUNT), FieldType.TEXT),
}
_FAILURES: Final = (TypeError, LookupError, ValueError, ArithmeticError, AttributeError)


def condition(expression: Expression, types: Types, dialect: Dialect = NATIVE) -> Callable[[Mapping[str, Json]], bool]:
    """For `only`: over the values of our fields, or over their record where it says `theirs`."""
    truth = _Compiler(types, dialect, unknown=False).truth(expression.root)
    return lambda values: truth(values) is True


def asked(expression: Expression, types: Types) -> Callable[[Mapping[str, Value]], bool]:
    """For a gate's `when`: False only if it is certainly false. What cannot be judged is asked."""
    truth = _Compiler(types, NATIVE, unknown=None).truth(expression.root)

    def judge(values: Mapping[str, Value]) -> bool:
        try:
            return truth(values) is not False
        except _FAILURES:
            return True

    return judge


def computed(expression: Expression, types: Types) -> Callable[[Mapping[str, Value]], Value]:
    """For `to`: over the values of our fields, in the normal form of the kind that the expression gives."""
    look = _Compiler(types, NATIVE, unknown=False).value(expression.root)
    kind = kind_of(expression.root, types)

    def compute(values: Mapping[str, Value]) -> Value:
        try:
            return normal_form(look(values), kind)
        except _FAILURES:
            return None

    return compute


def taken(
    expression: Expression, dialect: Dialect, *, there: Callable[[Json], Value], here: Callable[[Json], Value]
) -> Callable[[Mapping[str, Json]], Value]:
    """For `from`: over their record. `there` converts what stands at a place of theirs, `here` what was computed, in
    normal form; both raise UnreadableError for what is no value of the field.
    """
    return _Compiler({}, dialect, unknown=False).taken(expression.root, there, here)


class _Compiler:
    def __init__(self, types: Types, dialect: Dialect, *, unknown: bool | None) -> None:
        self._types = types
        self._dialect = dialect
        self._unknown = unknown

    def truth(self, node: tree.Node) -> Truth:
        match node:
            case tree.And() | tree.Or():
                return joined(self.truth(node.left), self.truth(node.right), decisive=isinstance(node, tree.Or))
            case tree.Not():
                return negated(self.truth(node.operand))
            case tree.Has() | tree.Compare() | tree.In():
                return self._judged(node)
            case tree.Choose():
                return chosen(self.truth(node.condition), self.truth(node.then), self.truth(node.otherwise))
            case _:
                return flag(self.value(node), self._unknown)

    def _judged(self, node: tree.Has | tree.Compare | tree.In) -> Truth:
        if isinstance(node, tree.Has):
            look = self.value(node.name)
            return lambda values: look(values) is not None
        if isinstance(node, tree.In):
            kind = self._kind(node.item)
            return member(self.value(node.item), [constant(i, kind) for i in node.items], self._unknown)
        left = self.value(node.left, beside=self._kind(node.right))
        right = self.value(node.right, beside=self._kind(node.left))
        return compared(node.operator, left, right, self._unknown)

    def value(
        self, node: tree.Node, *, wanted: FieldType | None = None, beside: FieldType | None = None
    ) -> Look:  # fmt: skip
        """`wanted`: the type as which a place of theirs is read. `beside`: of what it is compared with."""
        match node:
            case tree.Literal():
                fixed = part(node) if wanted is FieldType.TEXT else constant(node, wanted or beside)
                return lambda _values: fixed
            case tree.Name() if node.theirs:
                return place(node, wanted or (beside if beside is FieldType.DATE else None), self._dialect)
            case tree.Name():
                return field(node.text, self._types[node.text])
            case tree.Arithmetic() | tree.Call():
                return self._combined(node) if isinstance(node, tree.Arithmetic) else self._called(node)
            case tree.Choose():
                return self._chosen(node, wanted or beside or self._kind(node))
            case _:
                return self.truth(node)

    def taken(self, node: tree.Node, there: Callable[[Json], Value], here: Callable[[Json], Value]) -> Look:
        if isinstance(node, tree.Choose):
            first, second = self.taken(node.then, there, here), self.taken(node.otherwise, there, here)
            truth = self.truth(node.condition)
            return lambda content: first(content) if truth(content) is True else second(content)
        look, kind = self.value(node), self._kind(node)
        if kind is None:
            return _converted(look, there)
        return _converted(lambda content: normal_form(look(content), kind), here)

    def _kind(self, node: tree.Node) -> FieldType | None:
        return kind_of(node, self._types)

    def _combined(self, node: tree.Arithmetic) -> Look:
        kind = self._kind(node)
        wanted = FieldType.INTEGER if kind is FieldType.MONEY else kind
        sign, left, right = node.operator, self.value(node.left, wanted=wanted), self.value(node.right, wanted=wanted)
        return lambda values: combine(sign, left(values), right(values))

    def _called(self, node: tree.Call) -> Look:
        call, takes = CALLS[node.name], FUNCTIONS[node.name].takes.values()
        looks = [
            self.value(each, wanted=_READ_AS[wants]) for wants, each in zip(takes, node.arguments, strict=True)
        ]  # fmt: skip
        if all(isinstance(each, tree.Literal) for each in node.arguments):
            fixed = call(*(look({}) for look in looks))
            return lambda _values: fixed
        return lambda values: call(*[look(values) for look in looks])

    def _chosen(self, node: tree.Choose, kind: FieldType | None) -> Look:
        truth, wanted = self.truth(node.condition), None if kind is FieldType.BOOLEAN else kind
        then = self.value(node.then, wanted=wanted)
        otherwise = self.value(node.otherwise, wanted=wanted)

        def look(values: Values) -> Json:
            asked = truth(values)
            if asked is None:
                return None
            return then(values) if asked else otherwise(values)

        return look


def _converted(look: Look, convert: Callable[[Json], Value]) -> Look:
    def read(content: Values) -> Value:
        raw = look(content)
        return None if raw is None else convert(raw)

    return read
