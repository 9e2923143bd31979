"""Which rules of matching are too weak to link records for good."""

import pytest

from syncengine.check.rules.match_weak import is_weak
from syncengine.spec.object import FieldSpec


def fields(**types: str) -> dict[str, FieldSpec]:
    return {name: FieldSpec.model_validate({"type": kind}) for name, kind in types.items()}


@pytest.mark.parametrize(
    "rule",
    [fields(name="text"), fields(land="country"), fields(site="web_domain"), fields(land="country", money="currency")],
)
def test_what_many_may_share_is_weak(rule: dict[str, FieldSpec]) -> None:
    assert is_weak(rule)


@pytest.mark.parametrize(
    "rule",
    [fields(email="email"), fields(customer_number="text"), fields(erp_id="text"), fields(name="text", land="country")],
)
def test_what_is_given_out_once_is_not(rule: dict[str, FieldSpec]) -> None:
    assert not is_weak(rule)
