"""A view of a plan: what evidence may show of it."""

from dataclasses import replace

import pytest

from syncengine.check.checked import CheckedField
from syncengine.engine.view import view_of
from syncengine.plan.compile import compile_plan
from syncengine.plan.plan import Plan
from syncengine.vocabulary import FieldType, Mask
from tests.plan import maps


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(maps.checked(), maps.READINGS)


def test_a_view_knows_the_class_of_every_place_and_field(plan: Plan) -> None:
    view = view_of(plan, "finance", b"key")
    assert view.place("invoice.crm", "total") == ("total", "financial")
    assert view.place("invoice.crm", "stripe_id") == ("", "internal")
    assert view.fields["invoice", "total"] == "financial"
    assert (view.classes, view.key) == (plan.classes, b"key")


def test_a_view_shows_what_the_map_says_it_shows(plan: Plan) -> None:
    assert view_of(plan, "finance").cells["pii"] is Mask.CLEAR
    assert view_of(plan, "support").cells["pii"] is Mask.MASKED


def test_a_view_that_the_map_does_not_have_shows_nothing(plan: Plan) -> None:
    assert view_of(plan, "unheard_of").cells == {}


def test_what_a_gate_asks_has_the_class_of_the_field_that_it_asks() -> None:
    def restricted(field: CheckedField) -> CheckedField:
        return replace(field, klass="restricted") if field.type is FieldType.VERIFICATION else field

    checked = maps.checked()
    account = checked.objects["account"]
    fields = {name: restricted(field) for name, field in account.fields.items()}
    sensitive = replace(checked, objects={**checked.objects, "account": replace(account, fields=fields)})
    view = view_of(compile_plan(sensitive, maps.READINGS), "events")
    assert view.needs == {("invoice.erp", "export", "kyc"): "restricted"}
