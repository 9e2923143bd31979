"""Whether an expression says something that can be true or false, over the fields that it may see."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from syncengine.check import operand
from syncengine.check.operand import Operand
from syncengine.spec import expression as tree
from syncengine.spec.near import did_you_mean
from syncengine.spec.object import FieldSpec
from syncengine.spec.unbuilt import UNBUILT_FIELDS
from syncengine.vocabulary import FieldType

Fields: TypeAlias = Mapping[str, FieldSpec]
RULE: Final = "expression/type"
UNBUILT: Final = "language/not-built"


class Mistake(NamedTuple):
    """`at` counts from 0 inside the expression."""

    at: int
    message: str
    remedy: str
    rule: str = RULE


def mistakes(expression: tree.Expression, fields: Fields, *, theirs: bool) -> Iterator[Mistake]:
    """`theirs`: it may see their record and nothing else; otherwise only `fields`."""
    yield from _Judge(fields, theirs=theirs).condition(expression.root)


class _Judge:
    def __init__(self, fields: Fields, *, theirs: bool) -> None:
        self._fields = fields
        self._theirs = theirs

    def condition(self, node: tree.Node) -> Iterator[Mistake]:
        """A node that has to be true or false."""
        match node:
            case tree.And() | tree.Or():
                yield from self.condition(node.left)
                yield from self.condition(node.right)
            case tree.Not():
                yield from self.condition(node.operand)
            case tree.Has():
                yield from self.name(node.name)
            case tree.Compare():
                yield from self.comparison(node)
            case tree.In():
                yield from self.membership(node)
            case tree.Name() | tree.Literal():
                yield from self.flag(node)

    def flag(self, node: tree.Name | tree.Literal) -> Iterator[Mistake]:
        problems = tuple(self.name(node)) if isinstance(node, tree.Name) else ()
        yield from problems
        if problems:
            return
        found = self.operand(node)
        if found.type not in (None, FieldType.BOOLEAN):
            yield Mistake(node.at, f"{found.shown} is not true or false by itself", "Compare it, or write has(field).")

    def comparison(self, node: tree.Compare) -> Iterator[Mistake]:
        problems = tuple(m for side in (node.left, node.right) if isinstance(side, tree.Name) for m in self.name(side))
        yield from problems
        if problems:
            return
        if isinstance(node.left, tree.Literal) and isinstance(node.right, tree.Literal):
            yield Mistake(node.at, "two plain values are always the same or never", "Compare a field.")
            return
        problem = operand.compare(self.operand(node.left), self.operand(node.right), node.operator)
        if problem is not None:
            literal = node.right if isinstance(node.right, tree.Literal) else node.left
            yield Mistake(literal.at if isinstance(literal, tree.Literal) else node.at, *problem)

    def membership(self, node: tree.In) -> Iterator[Mistake]:
        if isinstance(node.item, tree.Literal):
            yield Mistake(node.item.at, "a plain value is always in a list or never", "Ask for a field.")
            return
        problems = tuple(self.name(node.item))
        yield from problems
        if problems:
            return
        for item in node.items:
            problem = operand.compare(self.operand(node.item), self.operand(item), "==")
            if problem is not None:
                yield Mistake(item.at, *problem)

    def operand(self, node: tree.Name | tree.Literal) -> Operand:
        if isinstance(node, tree.Literal):
            return operand.of_literal(node.value)
        if node.theirs:
            return Operand(None, node.text)
        return operand.of_field(node.text, self._fields[node.text])

    def name(self, node: tree.Name) -> Iterator[Mistake]:
        """What is wrong with a name in this position."""
        first = node.path[0]
        if self._theirs or node.theirs:
            yield from self._their_name(node)
        elif first in UNBUILT_FIELDS:
            yield Mistake(node.at, f"{node.text} in an expression is not built yet", "Remove it.", UNBUILT)
        elif first not in self._fields:
            remedy = did_you_mean(first, self._fields, otherwise="Name a field.")
            yield Mistake(node.at, f"there is no field {first} here", remedy)
        elif len(node.path) > 1:
            message = f"{node.text}: a step behind the dot is not built yet"
            yield Mistake(node.at, message, "Ask for a field of this object.", UNBUILT)

    def _their_name(self, node: tree.Name) -> Iterator[Mistake]:
        if not self._theirs:
            yield Mistake(node.at, "`theirs` is not visible here", "Ask for a field of ours.")
        elif not node.theirs:
            remedy = f"Write theirs.{node.text}: this flow has no grant, so the condition is about their record."
            yield Mistake(node.at, f"{node.text} is not visible here", remedy)
        elif len(node.path) == 1:
            yield Mistake(node.at, "`theirs` is a whole record", "Name a place: theirs.status.")
