"""The judge of expressions: walks a tree and gathers every mistake in it, with its column."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeAlias

from syncengine.check import argument, operand
from syncengine.check.cases import possible, structure
from syncengine.check.operand import Operand, Problem
from syncengine.spec import expression as tree
from syncengine.spec.built_in import FAMILIES
from syncengine.spec.function import FUNCTIONS, UNBUILT_FUNCTIONS
from syncengine.spec.near import did_you_mean
from syncengine.spec.object import FieldSpec
from syncengine.vocabulary import FieldType

Fields: TypeAlias = Mapping[str, FieldSpec]
NOT_BUILT: Final = "language/not-built"
_AHEAD: Final = FAMILIES | {"before"}


class Mistake(NamedTuple):
    """`at` counts from 0 inside the expression."""

    at: int
    message: str
    remedy: str
    rule: str = operand.RULE


class Judge:
    """Gathers mistakes. `theirs` says why only their record is visible; "" where only our fields are."""

    def __init__(self, fields: Fields, theirs: str) -> None:
        self.found: list[Mistake] = []
        self._fields = fields
        self._theirs = theirs

    def _say(self, at: int, problem: Problem | tuple[str, str]) -> None:
        self.found.append(Mistake(at, *problem))

    def whole(self, node: tree.Node) -> None:
        """A condition on which something rests: some case must make it true."""
        before = len(self.found)
        self.condition(node)
        if len(self.found) == before and not possible(node, self._fields, unknown=False):
            remedy = "Ask for what can be so, or remove what rests on it."
            self._say(tree.start(node), ("nothing makes this condition true", remedy))

    def condition(self, node: tree.Node) -> None:
        """A node that has to be true or false."""
        match node:
            case tree.And() | tree.Or():
                self.condition(node.left)
                self.condition(node.right)
            case tree.Not():
                self.condition(node.operand)
            case tree.Has():
                self._name(node.name)
            case tree.Compare():
                self._comparison(node)
            case tree.In():
                self._membership(node)
            case tree.Literal(value=bool() as value):
                self._say(node.at, (f"{str(value).lower()} is no condition: it asks nothing", "Ask for something."))
            case _:
                self._flag(node)

    def _flag(self, node: tree.Node) -> None:
        found = self.operand(node)
        if found is not None and found.type not in (None, FieldType.BOOLEAN):
            remedy = "Compare it, or write has(field)."
            self._say(node.at, (f"{found.shown} is not true or false by itself", remedy))

    def _comparison(self, node: tree.Compare) -> None:
        if isinstance(node.left, tree.Literal) and isinstance(node.right, tree.Literal):
            self._say(node.at, ("two plain values are always the same or never", "Compare a field."))
            return
        left, right = self.operand(node.left), self.operand(node.right)
        if left is None or right is None:
            return
        problem = operand.compare(left, right, node.operator)
        if problem is not None:
            self._say(_guilty(node, (left, right), problem), problem)
        elif structure(node.left) == structure(node.right):
            remedy = "Compare two things, or write has(field)."
            self._say(tree.start(node.left), ("this is compared with itself", remedy))
        else:
            self._blank(node)

    def _blank(self, node: tree.Compare) -> None:
        for literal, other in ((node.left, node.right), (node.right, node.left)):
            if _is_blank(literal):
                asked = other.text if isinstance(other, tree.Name) else "field"
                remedy = f"Write {'not ' * (node.operator == '==')}has({asked})."
                self._say(literal.at, ("what is empty equals nothing, and no text is blank", remedy))

    def _membership(self, node: tree.In) -> None:
        if isinstance(node.item, tree.Literal):
            self._say(node.item.at, ("a plain value is always in a list or never", "Ask for a field."))
            return
        item = self.operand(node.item)
        if item is None:
            return
        met: set[tuple[type, object]] = set()
        for each in node.items:
            problem = operand.compare(item, operand.of_literal(each.value), "==") or _in_vain(each, met)
            if problem is not None:
                self._say(each.at, problem)
            met.add((type(each.value), each.value))

    def result(self, node: tree.Node, wanted: Operand) -> None:
        """A node whose value is to be one of what is wanted; of `a ? b : c`, each of the two."""
        if isinstance(node, tree.Choose):
            self.whole(node.condition)
            self.result(node.then, wanted)
            self.result(node.otherwise, wanted)
            return
        given = self.operand(node)
        problem = None if given is None else operand.become(given, wanted)
        if problem is not None:
            self._say(node.at, problem)

    def operand(self, node: tree.Node) -> Operand | None:
        """What a node gives; None where it, or something in it, is a mistake."""
        match node:
            case tree.Literal():
                return operand.of_literal(node.value)
            case tree.Name():
                return self._named(node)
            case tree.Arithmetic():
                return self._combined(node)
            case tree.Choose():
                return self._chosen(node)
            case tree.Call():
                return self._called(node)
            case _:
                before = len(self.found)
                self.condition(node)
                return Operand(FieldType.BOOLEAN, "a condition") if len(self.found) == before else None

    def _combined(self, node: tree.Arithmetic) -> Operand | None:
        left, right = self.operand(node.left), self.operand(node.right)
        if left is None or right is None:
            return None
        return self._taken(node, (left, right), operand.combine(node.operator, left, right))

    def _chosen(self, node: tree.Choose) -> Operand | None:
        before = len(self.found)
        self.whole(node.condition)
        then, otherwise = self.operand(node.then), self.operand(node.otherwise)
        if then is None or otherwise is None or len(self.found) > before:
            return None
        return self._taken(node, (then, otherwise), operand.either(then, otherwise))

    def _taken(
        self, node: tree.Arithmetic | tree.Choose, sides: tuple[Operand, Operand], answer: Operand | Problem
    ) -> Operand | None:
        if isinstance(answer, Operand):
            return answer
        self._say(_guilty(node, sides, answer), answer)
        return None

    def _called(self, node: tree.Call) -> Operand | None:
        function = FUNCTIONS.get(node.name)
        if function is None:
            self._unknown(node)
            return None
        before = len(self.found)
        if len(node.arguments) != len(function.takes):
            count = f"{len(function.takes)} value{'s' if len(function.takes) > 1 else ''}"
            self._say(node.at, (f"{node.name} takes {count}, not {len(node.arguments)}", f"Write {function.shown}."))
            return None
        for (name, wants), each in zip(function.takes.items(), node.arguments, strict=True):
            given = self.operand(each)
            problem = None if given is None else argument.unfit(given, wants, f"{name} of {function.shown}")
            if problem is not None:
                self._say(each.at, problem)
        if len(self.found) == before and argument.is_no_day(node):
            self._say(node.at, ("there is no such day", "Write the year, the month and the day."))
        return operand.of_call(function) if len(self.found) == before else None

    def _unknown(self, node: tree.Call) -> None:
        if node.name in UNBUILT_FUNCTIONS:
            self.found.append(Mistake(node.at, f"the function {node.name} is not built yet", "Remove it.", NOT_BUILT))
            return
        remedy = did_you_mean(node.name, FUNCTIONS, otherwise=f"The functions are {', '.join(FUNCTIONS)} and has.")
        self._say(node.at, (f"there is no function {node.name}", remedy))

    def _named(self, node: tree.Name) -> Operand | None:
        before = len(self.found)
        self._name(node)
        if len(self.found) > before:
            return None
        return Operand(None, node.text) if node.theirs else operand.of_field(node.text, self._fields[node.text])

    def _name(self, node: tree.Name) -> None:
        """What is wrong with a name in this position."""
        first = node.path[0]
        if self._theirs or node.theirs:
            self._their_name(node)
        elif first in _AHEAD and first not in self._fields:
            self.found.append(
                Mistake(node.at, f"{node.text} in an expression is not built yet", "Remove it.", NOT_BUILT)
            )  # fmt: skip
        elif first not in self._fields:
            remedy = did_you_mean(first, self._fields, otherwise="Name a field.")
            self._say(node.at, (f"there is no field {first} here", remedy))
        elif len(node.path) > 1:
            message = f"{node.text}: a step behind the dot is not built yet"
            self.found.append(Mistake(node.at, message, "Ask for a field of this object.", NOT_BUILT))

    def _their_name(self, node: tree.Name) -> None:
        if not self._theirs:
            self._say(node.at, ("`theirs` is not visible here", "Ask for a field of ours."))
        elif not node.theirs:
            remedy = f"Write theirs.{node.text}: {self._theirs}"
            self._say(node.at, (f"{node.text} is not visible here", remedy))
        elif len(node.path) == 1:
            self._say(node.at, ("`theirs` is a whole record", "Name a place: theirs.status."))


def _is_blank(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and isinstance(node.value, str) and not node.value.strip()


def _in_vain(each: tree.Literal, met: AbstractSet[tuple[type, object]]) -> Problem | None:
    """Why a member of a list adds nothing to those before it."""
    if _is_blank(each):
        return Problem("what is empty is in no list, and no text is blank", "Remove it, and ask with `or not has(…)`.")
    if (type(each.value), each.value) in met:
        return Problem("this stands twice in the list", "Remove one of them.")
    return None


def _guilty(node: tree.Compare | tree.Arithmetic | tree.Choose, sides: Sequence[Operand], problem: Problem) -> int:
    """Where a problem of two sides stands: at the number that has no currency, at a plain value, else between them."""
    nodes = (node.then, node.otherwise) if isinstance(node, tree.Choose) else (node.left, node.right)
    if problem.rule == operand.BARE_NUMBER:
        return next(each.at for each, side in zip(nodes, sides, strict=True) if side.type is not FieldType.MONEY)
    literals = [each.at for each in reversed(nodes) if isinstance(each, tree.Literal)]
    return literals[0] if literals else node.at
