"""The parser of expressions. `or` binds weakest, then `and`, `not`, comparisons and `in`."""

import re
from dataclasses import dataclass
from typing import Final

from syncengine.spec.expression import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    MAX_NODES,
    And,
    Compare,
    Expression,
    ExpressionError,
    Has,
    In,
    Literal,
    Name,
    Node,
    Not,
    Operand,
    Or,
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
_POWER: Final = {"or": 1, "and": 2, "in": 4, **dict.fromkeys(_COMPARISONS, 4)}
_NOT_POWER: Final = 3
_WORDS: Final = frozenset({"and", "or", "not", "in", "has", "true", "false"})
_MISTAKEN: Final = {"&": "and", "|": "or", "!": "not", "=": "=="}
_UNBUILT_MARKS: Final = {"+": "arithmetic", "-": "arithmetic", "*": "arithmetic", "?": "a ? b : c"}


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is number, text, word, mark or end."""

    kind: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """Raises ExpressionError, with the column, for everything that is not an expression of the language."""
    parser = _Parser(_tokens(text))
    root = parser.expression(0, 0)
    parser.end()
    return Expression(text=text, root=root)


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
        self._refuse_unbuilt(token)
        raise ExpressionError(f"{token.text!r} is not expected here", token.at, remedy="Join conditions by and / or.")

    def _joined(self, left: Node, token: _Token, power: int, depth: int) -> Node:
        self._count(token.at)
        if token.text == "in":
            return In(item=self._operand(left, token.at), items=self._list(), at=token.at)
        right = self.expression(power, depth + 1)
        if token.text == "and":
            return And(left=left, right=right, at=token.at)
        if token.text == "or":
            return Or(left=left, right=right, at=token.at)
        return Compare(
            operator=token.text,
            left=self._operand(left, token.at),
            right=self._operand(right, token.at),
            at=token.at,
        )

    def _operand(self, node: Node, at: int) -> Operand:
        if isinstance(node, Literal | Name):
            return node
        remedy = "Join comparisons by and / or."
        raise ExpressionError("a comparison stands between fields and plain values", at, remedy=remedy)

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
            return self._name(token)
        return self._literal(token)

    def _has(self, token: _Token) -> Has:
        self._want("(")
        word = self._take()
        if word.kind != "word" or word.text in _WORDS:
            raise ExpressionError("has(...) asks about a field", word.at, remedy="Write has(field).")
        name = self._name(word)
        self._want(")")
        return Has(name=name, at=token.at)

    def _name(self, token: _Token) -> Name:
        if self._peek().text == "(" and self._peek().kind == "mark":
            raise ExpressionError(
                f"the function {token.text} is not built yet",
                token.at,
                rule="language/not-built",
                remedy="Write the condition without it; has(x) is the only function yet.",
            )
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
            return Literal(value=_integer(token.text, token.at), at=token.at)
        following = self._peek()
        if token.text == "-" and following.kind == "number":
            self._take()
            return Literal(value=-_integer(following.text, following.at), at=token.at)
        if token.kind == "end":
            raise ExpressionError("the expression ends too early", token.at, remedy="Complete it.")
        self._refuse_unbuilt(token)
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

    def _refuse_unbuilt(self, token: _Token) -> None:
        if token.kind == "mark" and token.text in _UNBUILT_MARKS:
            raise ExpressionError(
                f"{_UNBUILT_MARKS[token.text]} in an expression is not built yet",
                token.at,
                rule="language/not-built",
                remedy="Compare fields with plain values only.",
            )


def _integer(text: str, at: int) -> int:
    if "." in text:
        raise ExpressionError(
            "a fraction in an expression is not built yet", at, rule="language/not-built", remedy="Use an integer."
        )
    if len(text) > MAX_DIGITS:
        raise ExpressionError(f"an integer has at most {MAX_DIGITS} digits", at, remedy="Use a smaller one.")
    return int(text)
