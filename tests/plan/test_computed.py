"""Values that expressions compute: functions, arithmetic and choices, of our fields and of theirs."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.check.condition import gives
from syncengine.model.value import Json, Value, money, plain
from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.expression import asked, computed, condition, taken
from syncengine.plan.operation import MAX_TEXT
from syncengine.plan.plan import UnreadableError
from syncengine.plan.term import NATIVE
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse
from syncengine.vocabulary import FieldType as T

UNIX = Dialect(time="unix")
WRITTEN: Mapping[str, dict[str, Any]] = {
    "name": {"type": "text"},
    "other": {"type": "text"},
    "country": {"type": "country"},
    "status": {"one_of": ["open", "paid"]},
    "n": {"type": "integer"},
    "m": {"type": "integer"},
    "rate": {"type": "decimal"},
    "flag": {"type": "boolean"},
    "day": {"type": "date"},
    "at": {"type": "timestamp"},
    "total": {"type": "money"},
    "paid": {"type": "money"},
    "kyc": {"type": "verification"},
}
FIELDS = {name: FieldSpec.model_validate(written) for name, written in WRITTEN.items()}
TYPES = {name: field.field_type for name, field in FIELDS.items()}


def value_of(text: str, **values: Json) -> Value:
    assert gives(parse(text), FIELDS).mistakes == ()
    return computed(parse(text), TYPES)(values)


def read(text: str, kind: T, content: Mapping[str, Json], dialect: Dialect = UNIX) -> Value:
    return taken(parse(text), dialect, there=scalar(kind, dialect).read, here=scalar(kind, NATIVE).read)(content)


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("lower(name)", {"name": "ÄB"}, "äb"),
        ("upper(name)", {"name": "straße"}, "STRASSE"),
        ("trim(name + ' ')", {"name": "x"}, "x"),
        ("name + ' ' + other", {"name": "Ada", "other": "L."}, "Ada L."),
        ("name + ' ' + other", {"name": "Ada", "other": None}, None),
        ("name + ' ' + other", {"name": "Ada"}, None),
        ("has(other) ? name + ' ' + other : name", {"name": "Ada"}, "Ada"),
        ("status + '/' + country", {"status": "open", "country": "DE"}, "open/DE"),
        ("starts_with(name, 'A')", {"name": "Ada"}, True),
        ("starts_with(name, 'a')", {"name": "Ada"}, False),
        ("ends_with(name, 'da')", {"name": "Ada"}, True),
        ("starts_with(name, 'a')", {"name": None}, None),
        ("replace(name, '-', '')", {"name": "a-b-c"}, "abc"),
        ("replace(name, '-', '')", {"name": "---"}, None),
        ("replace(name, other, 'x')", {"name": "abc", "other": ""}, None),
        ("split_at(name, ' ', 0)", {"name": "a b c"}, "a"),
        ("split_at(name, ' ', 2)", {"name": "a b c"}, "c"),
        ("split_at(name, ' ', -1)", {"name": "a b c"}, "c"),
        ("split_at(name, ' ', -3)", {"name": "a b c"}, "a"),
        ("split_at(name, ' ', 3)", {"name": "a b c"}, None),
        ("split_at(name, ' ', -4)", {"name": "a b c"}, None),
        ("split_at(name, ' ', 1)", {"name": "a  c"}, None),
        ("split_at(name, '::', 1)", {"name": "a::b"}, "b"),
        ("split_at(name, ' ', n)", {"name": "a b c", "n": 1}, "b"),
        ("date(2024, 2, 29)", {}, "2024-02-29"),
        ("date(n, 2, 29)", {"n": 2024}, "2024-02-29"),
        ("date(n, 2, 29)", {"n": 2023}, None),
        ("date(n, 2, 29)", {"n": 10**30}, None),
        ("date_in(at, 'Europe/Berlin')", {"at": "2026-01-31T23:30:00Z"}, "2026-02-01"),
        ("date_in(at, 'UTC')", {"at": "2026-01-31T23:30:00.500000Z"}, "2026-01-31"),
        ("date_in('2026-01-31T23:30:00+02:00', 'UTC')", {}, "2026-01-31"),
        ("date_in(at, 'Asia/Tokyo')", {"at": "9999-12-31T23:30:00Z"}, None),
        ("money('10 EUR')", {}, money(1000, "EUR")),
        ("money('-10.50 EUR')", {}, money(-1050, "EUR")),
        ("money('10 JPY')", {}, money(10, "JPY")),
        ("money('1.234 KWD')", {}, money(1234, "KWD")),
        ("total + paid", {"total": money(100, "EUR"), "paid": money(50, "EUR")}, money(150, "EUR")),
        ("total - paid", {"total": money(100, "EUR"), "paid": money(150, "EUR")}, money(-50, "EUR")),
        ("total + paid", {"total": money(100, "EUR"), "paid": money(50, "USD")}, None),
        ("total * n", {"total": money(100, "EUR"), "n": 3}, money(300, "EUR")),
        ("2 * total", {"total": money(100, "EUR")}, money(200, "EUR")),
        ("total * n", {"total": money(10**23, "EUR"), "n": 10**23}, None),
        ("n + m * 2", {"n": 1, "m": 2}, 5),
        ("n * m", {"n": 10**39, "m": 10**39}, None),
        ("n - rate", {"n": 1, "rate": "0.25"}, "0.75"),
        ("rate * rate", {"rate": "0.1"}, "0.01"),
        ("rate - rate", {"rate": "0.1"}, "0"),
        ("0.1 + 0.2", {}, "0.3"),
        ("rate + 1", {"rate": "12345678901234567890.123456789"}, "12345678901234567891.123456789"),
        ("n > 1", {"n": 2}, True),
        ("n > 1", {}, False),
        ("flag ? n : m", {"flag": True, "n": 1, "m": 2}, 1),
        ("flag ? n : m", {"flag": False, "n": 1, "m": 2}, 2),
        ("flag ? n : m", {"n": 1, "m": 2}, 2),
        ("flag ? n : rate", {"flag": True, "n": 1}, "1"),
        ("flag ? day : '2026-01-31'", {}, "2026-01-31"),
        ("flag ? at : '2026-01-31T10:00:00+01:00'", {}, "2026-01-31T09:00:00Z"),
        ("at", {"at": "2026-01-31T09:30:00Z"}, "2026-01-31T09:30:00Z"),
        ("total", {"total": money(1, "EUR")}, money(1, "EUR")),
        ("kyc", {"kyc": {"status": "verified", "since": "2026-01-01T00:00:00Z"}}, "verified"),
        ("kyc == 'verified' ? 'ok' : 'wait'", {"kyc": {"status": "pending"}}, "wait"),
        ("flag ? n > 1 : has(name)", {"flag": True, "n": 2}, True),
        ("' '", {}, None),
        ("'e\u0301' + name", {"name": "x"}, "\u00e9x"),
    ],
)
def test_what_is_computed_of_our_fields(text: str, values: dict[str, Json], result: Value) -> None:
    found = value_of(text, **values)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("text", "kind", "content", "result"),
    [
        ("theirs.a", T.TEXT, {"a": " x "}, "x"),
        ("theirs.a", T.TIMESTAMP, {"a": 1767225600}, "2026-01-01T00:00:00Z"),
        ("has(theirs.a) ? theirs.a : '2026-01-01T00:00:00Z'", T.TIMESTAMP, {}, "2026-01-01T00:00:00Z"),
        ("date_in(theirs.a, 'Europe/Berlin')", T.DATE, {"a": 1767223800}, "2026-01-01"),
        ("date_in(theirs.a, 'Europe/Berlin')", T.DATE, {"a": "soon"}, None),
        ("theirs.a == 'x' ? 'on' : 'off'", T.TEXT, {"a": "x"}, "on"),
        ("theirs.a == 'x' ? 'on' : 'off'", T.TEXT, {}, "off"),
        ("theirs.a + '-' + theirs.b.c", T.TEXT, {"a": 17, "b": {"c": "x"}}, "17-x"),
        ("theirs.a + '-' + theirs.b.c", T.TEXT, {"a": [17], "b": {"c": "x"}}, None),
        ("theirs.a + '-' + theirs.b.c", T.TEXT, {"a": "x", "b": "y"}, None),
        ("theirs.n * 2 - 1", T.INTEGER, {"n": 3}, 5),
        ("theirs.n * 2 - 1", T.INTEGER, {"n": "3"}, 5),
        ("theirs.n * 0.01", T.DECIMAL, {"n": 12}, "0.12"),
        ("theirs.n * 0.01", T.DECIMAL, {"n": True}, None),
        ("theirs.n - theirs.m", T.DECIMAL, {"n": "0.3", "m": "0.1"}, "0.2"),
        ("theirs.a in ['x', 'y']", T.BOOLEAN, {"a": "y"}, True),
        ("not (theirs.a == 'x')", T.BOOLEAN, {}, True),
        ("theirs.f", T.BOOLEAN, {"f": False}, False),
        ("date(theirs.y, theirs.m, 1)", T.DATE, {"y": 2027, "m": 9}, "2027-09-01"),
        ("date(theirs.y, theirs.m, 1)", T.DATE, {"y": 2027, "m": 13}, None),
        ("theirs.day == date(2026, 1, 31)", T.BOOLEAN, {"day": "2026-01-31"}, True),
        ("upper(theirs.c)", T.COUNTRY, {"c": "de"}, "DE"),
    ],
)
def test_what_is_computed_of_theirs(text: str, kind: T, content: dict[str, Json], result: Value) -> None:
    assert read(text, kind, content) == result


def test_tables_give_moments_and_fractions_of_their_own() -> None:
    content = {"at": datetime(2026, 1, 31, 23, 30, tzinfo=UTC), "on": date(2026, 1, 31), "x": 0.1, "nan": float("nan")}
    tables = Dialect(time="native", tables=True)
    assert read("date_in(theirs.at, 'Europe/Berlin')", T.DATE, content, tables) == "2026-02-01"
    assert read("theirs.on == date(2026, 1, 31)", T.BOOLEAN, content, tables) is True
    assert read("theirs.x * 3", T.DECIMAL, content, tables) == "0.3"
    assert read("theirs.x == 0.1", T.BOOLEAN, content, tables) is True
    assert read("theirs.nan", T.DECIMAL, content, tables) is None
    assert read("theirs.nan < 1", T.BOOLEAN, {"nan": Decimal("NaN")}, tables) is False


@pytest.mark.parametrize(("text", "content"), [("theirs.a", {"a": "x"}), ("theirs.b ? 'x' : theirs.a", {"a": [1]})])
def test_a_result_that_is_no_value_of_the_field_is_unreadable_like_any_other(text: str, content: Any) -> None:
    with pytest.raises(UnreadableError):
        read(text, T.INTEGER, content)


def test_no_text_grows_without_bounds() -> None:
    half = "a" * (MAX_TEXT // 2)
    assert len(value_of("name + other", name=half, other=half)) == MAX_TEXT
    assert value_of("name + other", name=half, other=half + "a") is None
    doubled = "replace(replace(replace(name, 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa')"
    assert value_of(doubled, name=half) is None


def test_a_long_chain_of_terms_is_computed_without_exhausting_the_stack() -> None:
    assert value_of(" + ".join(["n"] * 100), n=1) == 100
    assert condition(parse(" and ".join(["flag"] * 100)), TYPES)({"flag": True})


@pytest.mark.parametrize("text", ["name + 'x' == 'ax'", "total + paid > money('1 EUR')", "date(n, 1, 1) == day"])
def test_a_gate_asks_when_a_term_has_no_value(text: str) -> None:
    assert asked(parse(text), TYPES)({}) is True
    assert asked(parse(f"not ({text})"), TYPES)({}) is True


def test_a_gate_asks_unless_both_choices_say_no() -> None:
    judge = asked(parse("status == 'open' ? n == 1 : m == 1"), TYPES)
    assert judge({"status": "open", "n": 2, "m": 1}) is False
    assert judge({"n": 2, "m": 1}) is True
    assert judge({"n": 2, "m": 2}) is False


Term = tuple[str, Callable[[Mapping[str, Any]], Any]]
"""An expression, and what it gives by the oracle: plain Python over the values, None for empty."""

NUMBERS = st.one_of(
    st.integers(0, 99).map(lambda n: (str(n), lambda _values: n)),
    st.sampled_from(["n", "m"]).map(lambda name: (name, lambda values: values.get(name))),
)
TEXTS = st.one_of(
    st.sampled_from(["a", "b-c", "A b"]).map(lambda t: (f"'{t}'", lambda _values: t)),
    st.sampled_from(["name", "other"]).map(lambda name: (name, lambda values: values.get(name))),
)
AMOUNTS = st.one_of(
    st.sampled_from(["EUR", "USD"]).map(lambda code: (f"money('1 {code}')", lambda _values: (code, 100))),
    st.sampled_from(["total", "paid"]).map(lambda name: (name, lambda values: values.get(name))),
)
SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
}
SHAPES: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "trim": str.strip, "replace": lambda t: t.replace("b", "xy"),
    "split_at": lambda t: t.split("-")[0],
}  # fmt: skip


def _both(sign: str, one: Term, other: Term) -> Term:
    def oracle(values: Mapping[str, Any]) -> Any:
        a, b = one[1](values), other[1](values)
        if a is None or b is None:
            return None
        if isinstance(a, tuple) and isinstance(b, tuple):
            return (a[0], SIGNS[sign](a[1], b[1])) if a[0] == b[0] else None
        if isinstance(a, tuple):
            return (a[0], a[1] * b)
        return SIGNS[sign](a, b)

    return f"({one[0]} {sign} {other[0]})", oracle


def _compared(sign: str, one: Term, other: Term) -> Term:
    def oracle(values: Mapping[str, Any]) -> bool:
        a, b = one[1](values), other[1](values)
        apart = a is None or b is None or (isinstance(a, tuple) and a[0] != b[0])
        return not apart and bool(SIGNS[sign](a, b))

    return f"{one[0]} {sign} {other[0]}", oracle


def _shaped(name: str, of: Term) -> Term:
    arguments = {"replace": ", 'b', 'xy'", "split_at": ", '-', 0"}.get(name, "")

    def oracle(values: Mapping[str, Any]) -> Any:
        text = of[1](values)
        return None if text is None else SHAPES[name](text) or None

    return f"{name}({of[0]}{arguments})", oracle


def _choice(asks: Term, one: Term, other: Term) -> Term:
    return f"({asks[0]} ? {one[0]} : {other[0]})", lambda values: (one if asks[1](values) else other)[1](values)


def _conditions(one: st.SearchStrategy[Term], signs: list[str]) -> st.SearchStrategy[Term]:
    plain_name = one.filter(lambda term: term[0][0] != "'" and not term[0].isdigit())
    two = st.tuples(st.sampled_from(signs), plain_name, one).filter(lambda parts: parts[1][0] != parts[2][0])
    return two.map(lambda parts: _compared(*parts))


QUESTIONS = st.one_of(
    st.just(("flag", lambda values: values.get("flag") is True)),
    st.sampled_from(["n", "name", "total"]).map(lambda n: (f"has({n})", lambda values: values.get(n) is not None)),
    _conditions(NUMBERS, ["==", "!=", "<", ">="]),
    _conditions(TEXTS, ["==", "!="]),
    _conditions(AMOUNTS, ["==", "!=", "<", ">="]),
)


def _grown(leaves: st.SearchStrategy[Term], signs: list[str], *more: Any) -> st.SearchStrategy[Term]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(_both, st.sampled_from(signs), inner, inner),
            st.builds(_choice, QUESTIONS, inner, inner),
            *(build(inner) for build in more),
        ),
        max_leaves=8,
    )


TERMS = st.one_of(
    _grown(NUMBERS, ["+", "-", "*"]),
    _grown(TEXTS, ["+"], lambda inner: st.builds(_shaped, st.sampled_from(sorted(SHAPES)), inner)),
    _grown(AMOUNTS, ["+", "-"], lambda inner: st.builds(_both, st.just("*"), inner, NUMBERS)),
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "n": st.none() | st.integers(-9, 9),
        "m": st.none() | st.integers(-9, 9),
        "name": st.none() | st.sampled_from(["a", "b-c", "x b"]),
        "other": st.none() | st.sampled_from(["a", "Ab"]),
        "flag": st.none() | st.booleans(),
        "total": st.none() | st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(-99, 99)),
        "paid": st.none() | st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(-99, 99)),
    },
)


def _normal(value: Any) -> Value:
    return money(value[1], value[0]) if isinstance(value, tuple) else value


@given(TERMS, VALUES)
def test_a_term_gives_what_the_oracle_says(term: Term, values: dict[str, Any]) -> None:
    text, oracle = term
    known = {name: _normal(value) for name, value in values.items()}
    expected = _normal(oracle(values))
    if isinstance(expected, str):
        expected = expected.strip() or None
    assert value_of(text, **known) == expected


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats() | st.decimals(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
OF_THEIRS = [
    "lower(theirs.a) + upper(theirs.b)", "theirs.a * theirs.b - theirs.a", "theirs.a.b + 'x'",
    "split_at(theirs.a, '-', theirs.b)", "date(theirs.a, theirs.b, 1) == theirs.a", "date_in(theirs.a, 'UTC')",
    "theirs.a == theirs.b ? theirs.a : replace(theirs.b, 'a', theirs.a)", "money('1 EUR') * theirs.a",
    "theirs.a < theirs.b or theirs.a in ['a', 1, 0.5, true]", "theirs.a ? 1 : 2", "starts_with(theirs.a, theirs.b)",
]  # fmt: skip


@given(st.sampled_from(OF_THEIRS), st.fixed_dictionaries({}, optional={"a": JUNK, "b": JUNK}), st.booleans())
def test_whatever_stands_in_their_record_nothing_is_raised(text: str, content: dict[str, Any], tables: bool) -> None:
    dialect = Dialect(time="native", tables=True) if tables else UNIX
    taken(parse(text), dialect, there=lambda raw: raw, here=lambda value: value)(content)


@given(
    st.sampled_from(["lower(name)", "total + paid", "n * rate", "date_in(at, 'UTC')", "kyc == 'pending' ? day : day"]),
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JUNK)),
)
def test_whatever_a_ledger_holds_nothing_is_raised(text: str, values: dict[str, Any]) -> None:
    value_of(text, **values)


@given(st.integers(-(10**18), 10**18), st.integers(0, 6), st.integers(-(10**18), 10**18))
def test_arithmetic_is_exact(minor: int, places: int, other: int) -> None:
    rate = plain(Decimal(minor).scaleb(-places))
    exact = Decimal(other) * minor
    found = value_of("rate * n", rate=rate, n=other)
    assert Decimal(found).scaleb(places).compare(exact) == 0 if len(str(abs(exact))) < 28 else found is not None
