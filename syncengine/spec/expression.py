"""Expressions of a map: text -> tokens -> a small frozen tree. Pratt parsing, bounded, total; no evaluation here.

Columns in a tree (`at`) count from 0 inside the expression's text.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

MAX_LENGTH: Final = 2000
MAX_NODES: Final = 200
MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 18


class ExpressionError(Exception):
    """`at` is the column inside the text, from 0; `rule` the id of the finding."""

    def __init__(self, message: str, at: int, *, rule: str = "expression/syntax", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.rule = rule
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Text, a number, true or false."""

    value: str | int | bool | Decimal
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A field of ours (`status`), or a place of theirs (`theirs.address.country`): the words between the dots."""

    path: tuple[str, ...]
    at: int

    @property
    def theirs(self) -> bool:
        return self.path[0] == "theirs"

    @property
    def text(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`operator` is one of == != < <= > >=."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class In:
    item: "Node"
    items: tuple[Literal, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Has:
    name: Name
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    operand: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """`condition ? then : otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """`operator` is one of + - *."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function by the name that was written, be there such a function or not."""

    name: str
    arguments: "tuple[Node, ...]"
    at: int


Truth: TypeAlias = Compare | In | Has | Not | And | Or
"""What is true or false by itself."""

Operand: TypeAlias = Literal | Name
Node: TypeAlias = Literal | Name | Choose | Arithmetic | Call | Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression as it was written, and its tree."""

    text: str
    root: Node


def walk(node: Node) -> "tuple[Node, ...]":
    """A node and everything below it, in the order of the text's structure."""
    found: list[Node] = []
    todo: list[Node] = [node]
    while todo:
        current = todo.pop()
        found.append(current)
        todo.extend(reversed(_children(current)))
    return tuple(found)


def _children(node: Node) -> "tuple[Node, ...]":
    match node:
        case Compare() | And() | Or() | Arithmetic():
            return (node.left, node.right)
        case Choose():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.arguments
        case In():
            return (node.item, *node.items)
        case Has() | Not():
            return (node.name if isinstance(node, Has) else node.operand,)
        case _:
            return ()


def start(node: Node) -> int:
    """The column where its text begins, from 0; what stands in front of it in brackets is not its own."""
    return min(each.at for each in walk(node))


def names(expression: Expression) -> tuple[Name, ...]:
    """Every name that stands in the expression."""
    return tuple(node for node in walk(expression.root) if isinstance(node, Name))
