"""The parser of expressions. `a ? b : c` binds weakest, then `or`, `and`, `not`, comparisons and `in`, `+ -`, `*`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from syncengine.spec.expression import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    MAX_NODES,
    And,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expression,
    ExpressionError,
    Has,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Truth,
)

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<text>'[^'\\\n]*'|"[^"\\\n]*")
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>==|!=|<=|>=|[-<>()\[\],.+*?:])""",
    re.VERBOSE,
)
_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")
_POWER: Final = {"?": 1, "or": 2, "and": 3, "in": 5, **dict.fromkeys(_COMPARISONS, 5), "+": 6, "-": 6, "*": 7}
_NOT_POWER: Final = 4
_WORDS: Final = frozenset({"and", "or", "not", "in", "has", "true", "false"})
_MISTAKEN: Final = {"&": "and", "|": "or", "!": "not", "=": "=="}


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is number, text, word, mark or end."""

    kind: str
    text: str
    at: int


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """Raises ExpressionError, with the column, for everything that is not an expression of the language."""
    parser = _Parser(_tokens(text))
    root = parser.expression(0, 0)
    parser.end()
    return Expression(text=text, root=root)


def width_at(text: str, at: int) -> int:
    """How many characters the word, mark or value takes that starts there; 0 where there is none."""
    match = _TOKEN.match(text, at)
    return 0 if match is None or match.lastgroup == "space" else len(match.group())


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters, this one has {len(text)}", 0)
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _strange(text, at)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(_Token(kind, match.group(), at))
        at = match.end()
    found.append(_Token("end", "", len(text)))
    return found


def _strange(text: str, at: int) -> ExpressionError:
    mark = text[at]
    if mark in "'\"":
        return ExpressionError("this text has no end, or holds a backslash", at, remedy="Close it with the same quote.")
    if mark in _MISTAKEN:
        return ExpressionError(f"{mark!r} is not in the language", at, remedy=f"Write `{_MISTAKEN[mark]}`.")
    return ExpressionError(f"{mark!r} is not in the language", at, remedy="Remove it.")


class _Parser:
    """One pass over the tokens; the depth of the tree and the number of its nodes are bounded."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._nodes = 0

    def expression(self, weakest: int, depth: int) -> Node:
        """What follows, up to an operator that binds no stronger than `weakest`."""
        if depth > MAX_DEPTH:
            raise ExpressionError(f"nested more than {MAX_DEPTH} deep", self._peek().at, remedy="Make it flatter.")
        left = self._prefix(depth)
        while True:
            token = self._peek()
            power = _POWER.get(token.text, 0) if token.kind in ("word", "mark") else 0
            if power <= weakest:
                return left
            self._take()
            left = self._joined(left, token, power, depth)

    def end(self) -> None:
        token = self._peek()
        if token.kind == "end":
            return
        raise ExpressionError(f"{token.text!r} is not expected here", token.at, remedy="Join conditions by and / or.")

    def _joined(self, left: Node, token: _Token, power: int, depth: int) -> Node:
        self._count(token.at)
        if token.text == "in":
            return In(item=self._value(left, token.at), items=self._list(), at=token.at)
        if token.text == "?":
            return self._choice(left, token, depth)
        right = self.expression(power, depth + 1)
        if token.text == "and":
            return And(left=left, right=right, at=token.at)
        if token.text == "or":
            return Or(left=left, right=right, at=token.at)
        kind = Compare if token.text in _COMPARISONS else Arithmetic
        values = (self._value(left, token.at), self._value(right, token.at))
        return kind(operator=token.text, left=values[0], right=values[1], at=token.at)

    def _choice(self, condition: Node, token: _Token, depth: int) -> Choose:
        then = self.expression(0, depth + 1)
        self._want(":")
        otherwise = self.expression(_POWER["?"] - 1, depth + 1)
        return Choose(condition=condition, then=then, otherwise=otherwise, at=token.at)

    def _value(self, node: Node, at: int) -> Node:
        if not isinstance(node, Truth):
            return node
        message = "a comparison and arithmetic stand between values, not between conditions"
        raise ExpressionError(message, at, remedy="Join conditions by and / or.")

    def _prefix(self, depth: int) -> Node:
        token = self._take()
        self._count(token.at)
        if token.text == "not" and token.kind == "word":
            return Not(operand=self.expression(_NOT_POWER, depth + 1), at=token.at)
        if token.text == "has" and token.kind == "word":
            return self._has(token)
        if token.text == "(" and token.kind == "mark":
            inside = self.expression(0, depth + 1)
            self._want(")")
            return inside
        if token.kind == "word" and token.text not in _WORDS:
            following = self._peek()
            called = following.kind == "mark" and following.text == "("
            return self._call(token, depth) if called else self._name(token)
        return self._literal(token)

    def _call(self, token: _Token, depth: int) -> Call:
        self._want("(")
        arguments: list[Node] = []
        while not (self._peek().text == ")" and not arguments):
            arguments.append(self.expression(0, depth + 1))
            if self._peek().text != ",":
                break
            self._take()
        self._want(")")
        return Call(name=token.text, arguments=tuple(arguments), at=token.at)

    def _has(self, token: _Token) -> Has:
        self._want("(")
        word = self._take()
        if word.kind != "word" or word.text in _WORDS:
            raise ExpressionError("has(...) asks about a field", word.at, remedy="Write has(field).")
        name = self._name(word)
        self._want(")")
        return Has(name=name, at=token.at)

    def _name(self, token: _Token) -> Name:
        path = [token.text]
        while self._peek().text == "." and self._peek().kind == "mark":
            self._take()
            word = self._take()
            if word.kind != "word":
                raise ExpressionError("a name is expected after the dot", word.at, remedy="Complete the name.")
            path.append(word.text)
        return Name(path=tuple(path), at=token.at)

    def _literal(self, token: _Token) -> Literal:
        if token.kind == "text":
            return Literal(value=token.text[1:-1], at=token.at)
        if token.kind == "word" and token.text in ("true", "false"):
            return Literal(value=token.text == "true", at=token.at)
        if token.kind == "number":
            return Literal(value=_number(token.text, token.at), at=token.at)
        following = self._peek()
        if token.text == "-" and following.kind == "number":
            self._take()
            return Literal(value=-_number(following.text, following.at), at=token.at)
        if token.kind == "end":
            raise ExpressionError("the expression ends too early", token.at, remedy="Complete it.")
        if token.text == "-":
            message = "a minus stands before a number, or between two values"
            raise ExpressionError(message, token.at, remedy="Write 0 - x.")
        raise ExpressionError(f"{token.text!r} is not expected here", token.at, remedy="Write a field or a value.")

    def _list(self) -> tuple[Literal, ...]:
        self._want("[")
        items: list[Literal] = []
        while True:
            token = self._take()
            self._count(token.at)
            if token.kind == "word" and token.text not in _WORDS:
                remedy = f"Quote it if it is a word: '{token.text}'."
                raise ExpressionError("a list holds plain values", token.at, remedy=remedy)
            items.append(self._literal(token))
            if self._peek().text != ",":
                break
            self._take()
        self._want("]")
        return tuple(items)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _want(self, mark: str) -> None:
        token = self._take()
        if token.kind != "mark" or token.text != mark:
            found = f"not {token.text!r}" if token.text else "but the expression ends"
            raise ExpressionError(f"{mark!r} is expected here, {found}", token.at, remedy=f"Write {mark!r}.")

    def _count(self, at: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExpressionError(f"an expression has at most {MAX_NODES} terms", at, remedy="Make it shorter.")


def _number(text: str, at: int) -> int | Decimal:
    digits = len(text.replace(".", ""))
    if digits > MAX_DIGITS:
        raise ExpressionError(f"a number has at most {MAX_DIGITS} digits", at, remedy="Use a smaller one.")
    return Decimal(text) if "." in text else int(text)
