"""Whether some need of a gate is asked in every case: proved for closed fields, and never where it does not hold."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.check.cases import possible, unasked
from syncengine.model.value import Value
from syncengine.plan.expression import asked, condition
from syncengine.spec.object import FieldSpec
from syncengine.spec.parse import parse

FIELDS = {
    name: FieldSpec.model_validate(field)
    for name, field in {
        "form": {"one_of": ["person", "company", "trust"]},
        "listed": {"type": "boolean"},
        "country": {"type": "country"},
        "total": {"type": "money"},
    }.items()
}
VALUES: dict[str, tuple[Value, ...]] = {"form": ("person", "company", "trust", None), "listed": (True, False, None)}


def judged(*conditions: str) -> dict[str, str] | None:
    case = unasked([parse(text) for text in conditions], FIELDS)
    return None if case is None else dict(case)


@pytest.mark.parametrize(
    "conditions",
    [
        ("form == 'person'", "form != 'person'"),
        ("form in ['person', 'company']", "form == 'trust'"),
        ("form == 'person'", "not (form == 'person')"),
        ("listed", "not listed"),
        ("listed == true", "listed == false"),
        ("has(form)", "not has(form)"),
        ("form == 'person' and listed", "form != 'person' or not listed"),
        ("country == 'DE'", "country != 'DE'"),
        ("country == 'DE'", "not ('DE' == country)"),
        ("country in ['DE', 'FR']", "country != 'DE'"),
        ("total > total", "not (total > total)"),
        ("true",),
    ],
)
def test_a_case_that_nobody_asks_about_is_ruled_out(conditions: tuple[str, ...]) -> None:
    assert judged(*conditions) is None


@pytest.mark.parametrize(
    ("conditions", "case"),
    [
        (("form == 'person'",), {"form": "company"}),
        (("form == 'person'", "form == 'company'"), {"form": "trust"}),
        (("has(form)",), {"form": "empty"}),
        (("listed",), {"listed": "false"}),
        (("form == 'person' and listed", "form != 'person'"), {"form": "person", "listed": "false"}),
        (("country == 'DE'",), {}),
        (("country == 'DE'", "country == 'FR'"), {}),
        (("total > total", "total <= total"), {}),
        (("false",), {}),
    ],
)
def test_a_case_that_nobody_asks_about_is_named(conditions: tuple[str, ...], case: dict[str, str]) -> None:
    assert judged(*conditions) == case


def test_of_too_many_cases_nothing_is_proved() -> None:
    names = [f"f{n}" for n in range(10)]
    fields = {name: FieldSpec.model_validate({"one_of": ["a", "b", "c"]}) for name in names}
    text = " or ".join(f"{name} == 'a'" for name in names)
    assert unasked([parse(text), parse(f"not ({text})")], fields) == {}


ATOMS = st.sampled_from(
    ["form == 'person'", "form != 'company'", "form in ['trust', 'company']", "listed", "listed == false", "has(form)"]
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=3))
def test_the_proof_agrees_with_what_the_gate_will_do(conditions: list[str]) -> None:
    types = {name: field.field_type for name, field in FIELDS.items()}
    needs = [asked(parse(text), types) for text in conditions]
    every = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
    assert (judged(*conditions) is None) == all(any(need(case) for need in needs) for case in every)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS)
def test_what_is_called_impossible_is_what_the_engine_never_finds_true(text: str) -> None:
    types = {name: field.field_type for name, field in FIELDS.items()}
    holds = condition(parse(text), types)
    every = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
    assert possible(parse(text).root, FIELDS, unknown=False) == any(holds(case) for case in every)


@pytest.mark.parametrize(
    ("text", "ours", "asked_of_somebody"),
    [
        ("not (form == 'person') and not (form in ['company', 'trust'])", True, False),
        ("form == 'person' and form == 'trust'", False, False),
        ("country == 'DE' and country == 'FR'", True, True),
        ("country == 'DE' and country != 'DE'", False, False),
        ("total > total", True, True),
        ("false", False, False),
        ("true", True, True),
    ],
)
def test_a_condition_that_nothing_makes_true_is_told_where_it_can_be(
    text: str, ours: bool, asked_of_somebody: bool
) -> None:
    assert possible(parse(text).root, FIELDS, unknown=False) is ours
    assert possible(parse(text).root, FIELDS, unknown=None) is asked_of_somebody


def test_of_too_many_cases_nothing_is_called_impossible() -> None:
    names = [f"f{n}" for n in range(10)]
    fields = {name: FieldSpec.model_validate({"one_of": ["a", "b", "c"]}) for name in names}
    text = " and ".join(f"{name} == 'a'" for name in names) + " and f0 == 'b'"
    assert possible(parse(text).root, fields, unknown=False)
