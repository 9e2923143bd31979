"""Expressions: the tree they become, and the column of every mistake."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.spec.expression import (
    And,
    Arithmetic,
    Call,
    Choose,
    Compare,
    ExpressionError,
    Has,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    names,
    walk,
)
from syncengine.spec.parse import parse


def shown(node: Node) -> str:
    """The tree with all its parentheses."""
    match node:
        case And() | Or():
            text = f"({shown(node.left)} {type(node).__name__.lower()} {shown(node.right)})"
        case Not():
            text = f"(not {shown(node.operand)})"
        case Choose():
            text = f"({shown(node.condition)} ? {shown(node.then)} : {shown(node.otherwise)})"
        case Call():
            text = f"{node.name}({', '.join(shown(each) for each in node.arguments)})"
        case Compare() | Arithmetic():
            text = f"({shown(node.left)} {node.operator} {shown(node.right)})"
        case In():
            text = f"({shown(node.item)} in [{', '.join(shown(item) for item in node.items)}])"
        case Has():
            text = f"has({node.name.text})"
        case Name():
            text = node.text
        case Literal():
            text = repr(node.value) if isinstance(node.value, str) else str(node.value).lower()
    return text


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a == 'b'", "(a == 'b')"),
        ('a == "b c"', "(a == 'b c')"),
        ("a and b or c and d", "((a and b) or (c and d))"),
        ("a or b and not c", "(a or (b and (not c)))"),
        ("not a == 1 and b", "((not (a == 1)) and b)"),
        ("not not a", "(not (not a))"),
        ("a == 1 or b != -2", "((a == 1) or (b != -2))"),
        ("(a or b) and c", "((a or b) and c)"),
        ("a in ['x', 'y'] and has(b)", "((a in ['x', 'y']) and has(b))"),
        ("theirs.a.b >= 5", "(theirs.a.b >= 5)"),
        ("a in [1, -2, true]", "(a in [1, -2, true])"),
        ("true", "true"),
        ("a and b and c", "((a and b) and c)"),
        ("\n  a\t==\n'b'", "(a == 'b')"),
        ("a == b", "(a == b)"),
        ("'x' == a", "('x' == a)"),
        ("theirs.in == 1", "(theirs.in == 1)"),
        ("a == 'has'", "(a == 'has')"),
        ("a == 1.50", "(a == 1.50)"),
        ("a in [0.5, -0.5]", "(a in [0.5, -0.5])"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("(a + b) * c", "((a + b) * c)"),
        ("a - -1 < b + 1", "((a - -1) < (b + 1))"),
        ("a+1 == 2 and b", "(((a + 1) == 2) and b)"),
        ("a ? b : c", "(a ? b : c)"),
        ("a or b ? 'x' : c ? 'y' : 'z'", "((a or b) ? 'x' : (c ? 'y' : 'z'))"),
        ("a ? b ? 1 : 2 : 3", "(a ? (b ? 1 : 2) : 3)"),
        ("not a ? b : c", "((not a) ? b : c)"),
        ("(a ? b : c) == d", "((a ? b : c) == d)"),
        ("lower(a) == 'b'", "(lower(a) == 'b')"),
        ("f()", "f()"),
        ("f(a, g('x'), b and c)", "f(a, g('x'), (b and c))"),
        ("split_at(theirs.a.b, ' ', -1)", "split_at(theirs.a.b, ' ', -1)"),
    ],
)
def test_what_an_expression_means(text: str, tree: str) -> None:
    expression = parse(text)
    assert shown(expression.root) == tree
    assert expression.text == text


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("a == ", 5, "expression/syntax"),
        ("a = 1", 2, "expression/syntax"),
        ("a && b", 2, "expression/syntax"),
        ("!a", 0, "expression/syntax"),
        ("a == 'b", 5, "expression/syntax"),
        ("a == 'b\\'c'", 5, "expression/syntax"),
        ("a b", 2, "expression/syntax"),
        ("(a", 2, "expression/syntax"),
        ("a)", 1, "expression/syntax"),
        ("a == b == c", 7, "expression/syntax"),
        ("(a == b) == c", 9, "expression/syntax"),
        ("has a", 4, "expression/syntax"),
        ("has('a')", 4, "expression/syntax"),
        ("a in 'b'", 5, "expression/syntax"),
        ("a in []", 6, "expression/syntax"),
        ("a in [b]", 6, "expression/syntax"),
        ("a in ['b',]", 10, "expression/syntax"),
        ("theirs.", 7, "expression/syntax"),
        ("theirs.1", 7, "expression/syntax"),
        ("and", 0, "expression/syntax"),
        ("a ; b", 2, "expression/syntax"),
        ("a == 1234567890123456789", 5, "expression/syntax"),
        ("a == 1.", 6, "expression/syntax"),
        ("a == 123456789012345678.9", 5, "expression/syntax"),
        ("a == -b", 5, "expression/syntax"),
        ("a + (b == c)", 2, "expression/syntax"),
        ("a +", 3, "expression/syntax"),
        ("a * * b", 4, "expression/syntax"),
        ("a ? b", 5, "expression/syntax"),
        ("a ? b : ", 8, "expression/syntax"),
        ("a : b", 2, "expression/syntax"),
        ("f(a", 3, "expression/syntax"),
        ("f(a,)", 4, "expression/syntax"),
        ("f(,a)", 2, "expression/syntax"),
        ("f(a b)", 4, "expression/syntax"),
        ("a.b(c)", 3, "expression/syntax"),
        ("a / b", 2, "expression/syntax"),
        ("f(" * 40 + "a", 66, "expression/syntax"),
        ("a ? b : " * 40 + "c", 260, "expression/syntax"),
        ("+".join("a" * 201), 200, "expression/syntax"),
        ("a == 'b' and " * 150 + "a", 650, "expression/syntax"),
        ("not " * 40 + "a", 132, "expression/syntax"),
        ("(" * 1900 + "a", 33, "expression/syntax"),
        ("a" * 2001, 0, "expression/syntax"),
    ],
)
def test_a_mistake_has_its_column(text: str, column: int, rule: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.rule) == (column, rule)
    assert caught.value.message
    if len(text) <= 2000:
        assert caught.value.remedy


def test_walking_meets_every_node_and_every_name() -> None:
    expression = parse("a == b and not (has(c) or theirs.d.e in ['x'])")
    assert [name.text for name in names(expression)] == ["a", "b", "c", "theirs.d.e"]
    assert [type(node).__name__ for node in walk(expression.root)][:4] == ["And", "Compare", "Name", "Name"]
    assert [name.at for name in names(expression)] == [0, 5, 20, 26]


WORDS = [
    *("a", "theirs", "f", ".", "?", ":", "+", "*", "1.5", "==", "!=", "<", "in", "not", "and", "or", "has", "(", ")"),
    *("[", "]", ",", "'x'", "1", "-"),
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "true"]), max_size=30))
def test_any_words_are_a_tree_or_a_mistake_with_a_column(words: list[str]) -> None:
    text = " ".join(words)
    at, again = _parsed(text)
    assert 0 <= at <= len(text)
    assert again == (_parsed(again)[1] if again else "")


def _parsed(text: str) -> tuple[int, str]:
    """The column of the mistake, or the tree."""
    try:
        return 0, shown(parse(text).root)
    except ExpressionError as error:
        return error.at, ""
