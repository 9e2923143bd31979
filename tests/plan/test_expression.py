"""Expressions, compiled: what `only` lets through and what a gate asks about."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.value import Json, money
from syncengine.plan.expression import asked, condition
from syncengine.spec.parse import parse
from syncengine.vocabulary import FieldType as T

TYPES = {
    "status": T.ONE_OF,
    "name": T.TEXT,
    "n": T.INTEGER,
    "rate": T.DECIMAL,
    "flag": T.BOOLEAN,
    "other": T.BOOLEAN,
    "due": T.TIMESTAMP,
    "day": T.DATE,
    "total": T.MONEY,
    "paid": T.MONEY,
    "country": T.COUNTRY,
    "account": T.REF,
    "payer": T.REF,
    "kyc": T.VERIFICATION,
}


def holds(text: str, **values: Json) -> bool:
    return condition(parse(text), TYPES)(values)


def is_asked(text: str, **values: Json) -> bool:
    return asked(parse(text), TYPES)(values)


def takes(text: str, content: Mapping[str, Json]) -> bool:
    return condition(parse(text), {})(content)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("status == 'open'", {"status": "open"}),
        ("status in ['open', 'paid']", {"status": "paid"}),
        ("n in [1, 2]", {"n": 2}),
        ("not flag", {"flag": False}),
        ("n >= -3 and n < 4", {"n": -3}),
        ("has(name)", {"name": "x"}),
        ("not has(name)", {"name": None}),
        ("not has(name)", {}),
        ("flag == true or other == false", {"flag": False, "other": False}),
        ("rate > 9", {"rate": "10"}),
        ("rate < '9.5'", {"rate": "9.25"}),
        ("day < '2026-02-01'", {"day": "2026-01-31"}),
        ("due < '2026-01-31T10:30:00+01:00'", {"due": "2026-01-31T09:29:59Z"}),
        ("due > '2026-01-31T09:30:00Z'", {"due": "2026-01-31T09:30:00.500000Z"}),
        ("due >= '2026-01-31'", {"due": "2026-01-31T00:00:00Z"}),
        ("country == 'de'", {"country": "DE"}),
        ("kyc == 'verified'", {"kyc": {"status": "verified", "since": "2026-01-01T00:00:00Z"}}),
        ("kyc in ['verified']", {"kyc": {"status": "verified"}}),
        ("total > paid", {"total": money(2, "EUR"), "paid": money(1, "EUR")}),
        ("account == payer", {"account": {"flow": "a.b", "id": "1"}, "payer": {"flow": "a.b", "id": "1"}}),
        ("account != payer", {"account": {"flow": "a.b", "id": "1"}, "payer": {"flow": "a.b", "id": "2"}}),
    ],
)
def test_a_condition_that_is_met(text: str, values: dict[str, Json]) -> None:
    assert holds(text, **values)
    assert is_asked(text, **values)
    assert not holds(f"not ({text})", **values)


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_a_comparison_with_empty_is_false_whatever_it_asks(operator: str) -> None:
    assert not holds(f"n {operator} 1", n=None)
    assert not holds(f"n {operator} 1")
    assert not holds(f"total {operator} paid", total=money(1, "EUR"))
    assert holds(f"not (n {operator} 1)")


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_two_currencies_and_the_ids_of_two_flows_never_compare(operator: str) -> None:
    assert not holds(f"total {operator} paid", total=money(1, "EUR"), paid=money(1, "USD"))
    two = {"account": {"flow": "account.crm", "id": "1"}, "payer": {"flow": "account.erp", "id": "1"}}
    assert not holds(f"account {operator} payer", **two)


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("raw", ["7", 2, ["x"], {"a": 1}, None, ""])
def test_what_is_of_another_kind_does_not_compare(operator: str, raw: object) -> None:
    assert not takes(f"theirs.x {operator} true", {"x": raw})


def test_their_record_is_read_by_its_own_places() -> None:
    content = {"a": {"b": "x"}, "n": Decimal("1.5"), "active": 1, "blank": " ", "list": [1]}
    assert takes("theirs.a.b == 'x' and theirs.n > 1 and theirs.active == true and theirs.active", content)
    assert takes("has(theirs.a) and has(theirs.list) and not has(theirs.blank) and not has(theirs.gone)", content)
    assert takes("theirs.a.b in ['x', 'y']", content)
    assert not takes("theirs.a.b.c == 'x'", content)
    assert not has_any(content, "theirs.a.b.c", "theirs.gone.deep", "theirs.list")


def has_any(content: Mapping[str, Json], *names: str) -> bool:
    return any(takes(f"{name} in ['x', 1]", content) for name in names)


@pytest.mark.parametrize(
    ("text", "values", "answer"),
    [
        ("status == 'a'", {}, True),
        ("status == 'a'", {"status": "b"}, False),
        ("not (status == 'a')", {}, True),
        ("status == 'a' and flag", {"flag": False}, False),
        ("flag and status == 'a'", {"flag": False}, False),
        ("status == 'a' and flag", {"flag": True}, True),
        ("status == 'a' or flag", {"flag": False}, True),
        ("status == 'a' or flag", {"status": "b", "flag": False}, False),
        ("not (status == 'a' or flag)", {"flag": True}, False),
        ("flag", {}, True),
        ("has(status)", {}, False),
        ("n in [1]", {}, True),
        ("total > paid", {"total": money(1, "EUR"), "paid": money(2, "USD")}, True),
    ],
)
def test_a_gate_asks_unless_its_condition_is_certainly_false(text: str, values: dict[str, Json], answer: bool) -> None:
    assert is_asked(text, **values) is answer


@pytest.mark.parametrize(("text", "value"), [("kyc == 'verified'", "verified"), ("total > paid", 3), ("rate > 1", "x")])
def test_a_gate_asks_when_a_value_is_not_what_its_type_says(text: str, value: Json) -> None:
    assert is_asked(text, kyc=value, total=value, paid=value, rate=value)


words = st.sampled_from(["a", "b", "c"])
atoms = st.one_of(
    st.builds("status {} '{}'".format, st.sampled_from(["==", "!=", "<", ">="]), words),
    st.builds("n {} {}".format, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.integers(-2, 2)),
    st.builds("status in ['{}', '{}']".format, words, words),
    st.sampled_from(["flag", "other", "flag == other", "true", "false"]),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner.map(lambda text: f"({text})")),
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
    ),
    max_leaves=8,
)
full = st.fixed_dictionaries(
    {"status": words, "n": st.integers(-2, 2), "flag": st.booleans(), "other": st.booleans()}
)


@given(expressions, full)
def test_with_nothing_empty_a_condition_means_what_python_makes_of_it(text: str, values: dict[str, Json]) -> None:
    expected = eval(text, {"__builtins__": {}, "true": True, "false": False}, values)
    assert holds(text, **values) is bool(expected)
    assert is_asked(text, **values) is bool(expected)


@given(expressions, full, st.sets(st.sampled_from(["status", "n", "flag", "other"])), full)
def test_a_gate_that_is_not_asked_would_not_be_for_any_value_of_what_is_empty(
    text: str, values: dict[str, Json], empty: set[str], completion: dict[str, Json]
) -> None:
    known = {name: None if name in empty else value for name, value in values.items()}
    if not is_asked(text, **known):
        completed = {name: completion[name] if value is None else value for name, value in known.items()}
        assert not is_asked(text, **completed)
