"""The conversions that ship with the stripe connector, on shapes of several API versions."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.connectors import stripe
from syncengine.connectors.register import readings
from syncengine.connectors.stripe.readings import READINGS
from syncengine.vocabulary import VerificationStatus

ABSENT = "absent"


def item(price: str, end: int = 20, quantity: int | None = 3) -> dict[str, Any]:
    return {"price": {"id": price}, "quantity": quantity, "current_period_end": end, "current_period_start": end - 10}


def items(*each: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(each), "has_more": False}


def vat(value: str, status: str = "pending", created: int = 5, kind: str = "eu_vat") -> dict[str, Any]:
    return {"id": f"txi_{value}", "type": kind, "value": value, "created": created, "verification": {"status": status}}


CASES: list[tuple[str, str, dict[str, Any], Any]] = [
    ("subscriptions", "plan_price", {"items": items(item("price_1"))}, "price_1"),
    ("subscriptions", "plan_price", {"items": items({"plan": {"id": "gold"}, "quantity": 1})}, "gold"),
    ("subscriptions", "plan_price", {"items": items(item("price_1"), item("price_2"))}, None),
    ("subscriptions", "plan_price", {"items": items()}, None),
    ("subscriptions", "plan_price", {"plan": {"id": "gold"}, "quantity": 2}, "gold"),
    ("subscriptions", "plan_price", {"status": "active"}, ABSENT),
    ("subscriptions", "quantity", {"items": items(item("price_1"))}, 3),
    ("subscriptions", "quantity", {"items": items(item("price_1", quantity=None))}, None),
    ("subscriptions", "quantity", {"plan": {"id": "gold"}, "quantity": 2}, 2),
    ("subscriptions", "quantity", {"items": items(item("price_1"), item("price_2"))}, None),
    ("subscriptions", "period_end", {"items": items(item("a", 30), item("b", 20))}, 20),
    ("subscriptions", "period_end", {"items": items({"plan": {"id": "gold"}}), "current_period_end": 40}, 40),
    ("subscriptions", "period_end", {"status": "active"}, ABSENT),
    ("subscriptions", "period_start", {"items": items(item("a", 30), item("b", 20))}, 10),
    ("subscriptions", "period_start", {"current_period_start": 7}, 7),
    ("customers", "eu_vat", {"tax_ids": items(vat("DE1"))}, "DE1"),
    ("customers", "eu_vat", {"tax_ids": items(vat("DE1", created=9), vat("FR1", created=2))}, "FR1"),
    ("customers", "eu_vat", {"tax_ids": items(vat("DE1", created=1), vat("FR1", "verified", 9))}, "FR1"),
    ("customers", "eu_vat", {"tax_ids": items(vat("1", kind="us_ein"))}, None),
    ("customers", "eu_vat", {"tax_ids": {**items(), "has_more": True}}, ABSENT),
    ("customers", "eu_vat", {"tax_ids": None}, None),
    ("customers", "eu_vat", {"id": "cus_1"}, ABSENT),
    ("invoices", "subscription", {"parent": {"subscription_details": {"subscription": "sub_1"}}}, "sub_1"),
    ("invoices", "subscription", {"parent": {"subscription_details": {"subscription": {"id": "sub_1"}}}}, "sub_1"),
    ("invoices", "subscription", {"parent": None}, None),
    ("invoices", "subscription", {"parent": {"quote_details": {"quote": "qt_1"}, "subscription_details": None}}, None),
    ("invoices", "subscription", {"subscription": "sub_1"}, "sub_1"),
    ("invoices", "subscription", {"subscription": None}, None),
    ("invoices", "subscription", {"id": "in_1"}, ABSENT),
    ("invoices", "status", {"status": "open", "paid": True}, "open"),
    ("invoices", "status", {"paid": True, "closed": True}, "paid"),
    ("invoices", "status", {"paid": False, "forgiven": True, "closed": True}, "uncollectible"),
    ("invoices", "status", {"paid": False, "closed": True}, "void"),
    ("invoices", "status", {"paid": False, "closed": False}, "open"),
    ("invoices", "status", {"id": "in_1"}, ABSENT),
    ("payment_intents", "charge", {"latest_charge": "ch_1"}, "ch_1"),
    ("payment_intents", "charge", {"latest_charge": None}, None),
    ("payment_intents", "charge", {"charges": items({"id": "ch_2"}, {"id": "ch_1"})}, "ch_2"),
    ("payment_intents", "charge", {"charges": items()}, None),
    ("payment_intents", "charge", {"id": "pi_1"}, ABSENT),
]


@pytest.mark.parametrize(("record", "name", "content", "expected"), CASES)
def test_a_conversion_finds_its_value_in_every_shape(
    record: str, name: str, content: dict[str, Any], expected: Any
) -> None:
    read = READINGS[record, name]
    if expected == ABSENT:
        with pytest.raises(KeyError):
            read(content)
    else:
        assert read(content) == expected


@pytest.mark.parametrize(
    ("account", "status"),
    [
        ({"requirements": {}, "payouts_enabled": True}, "verified"),
        ({"requirements": {"currently_due": ["x"]}, "payouts_enabled": True}, "verified"),
        ({"requirements": {"past_due": ["x"]}, "payouts_enabled": True}, "input_required"),
        ({"requirements": {"disabled_reason": "rejected.fraud"}, "payouts_enabled": True}, "rejected"),
        ({"requirements": {"disabled_reason": "rejected.some_new_word"}}, "rejected"),
        ({"requirements": {"disabled_reason": "listed"}}, "in_review"),
        ({"requirements": {"disabled_reason": "under_review"}}, "in_review"),
        ({"requirements": {"disabled_reason": "a_word_of_next_year"}, "payouts_enabled": True}, "in_review"),
        ({"requirements": {"disabled_reason": "platform_paused"}}, "revoked"),
        ({"requirements": {"disabled_reason": "requirements.past_due"}}, "input_required"),
        ({"requirements": {"disabled_reason": "requirements.pending_verification"}}, "pending"),
        ({"requirements": {"pending_verification": ["x"]}, "payouts_enabled": False}, "pending"),
        ({"requirements": {"currently_due": ["x"]}, "details_submitted": True}, "input_required"),
        ({"requirements": {"currently_due": ["x"]}, "details_submitted": False}, "not_started"),
        ({"requirements": {}, "payouts_enabled": False}, "in_review"),
        ({"requirements": {}}, "in_review"),
        ({"requirements": {}, "payouts_enabled": "true"}, "in_review"),
        ({"requirements": None}, "in_review"),
    ],
)
def test_an_account_counts_as_verified_only_when_nothing_speaks_against_it(
    account: dict[str, Any], status: str
) -> None:
    assert READINGS["accounts", "kyc"](account)["status"] == status
    assert READINGS["accounts", "kyb"]({**account, "business_type": "company"})["status"] == status


def test_a_company_check_does_not_apply_to_an_individual() -> None:
    individual = {"requirements": {}, "payouts_enabled": True, "business_type": "individual"}
    assert READINGS["accounts", "kyb"](individual) == {"status": "not_applicable", "reason": "an individual"}


def test_an_account_that_shows_no_requirements_says_nothing() -> None:
    with pytest.raises(KeyError):
        READINGS["accounts", "kyc"]({"payouts_enabled": True})


NAMES = ["items", "data", "plan", "price", "tax_ids", "parent", "subscription_details", "requirements", "charges"]
NAMES += ["past_due", "disabled_reason", "type", "current_period_end", "status", "business_type", "latest_charge"]
NAMES += ["payouts_enabled", "currently_due"]
leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "eu_vat", "individual"])
lists = st.lists(leaves | st.dictionaries(st.sampled_from(NAMES), leaves, max_size=3), max_size=3)
inner = st.dictionaries(st.sampled_from(NAMES), leaves | lists, max_size=4)
odd = st.dictionaries(st.sampled_from(NAMES), leaves | lists | inner, max_size=8)


@settings(max_examples=300)
@given(content=odd)
def test_an_odd_shape_is_absent_or_a_value_error_and_never_verified_without_payouts(content: dict[str, Any]) -> None:
    for (record, _), read in READINGS.items():
        with suppress(KeyError, ValueError):
            found = read(content)
            if record == "accounts":
                assert found["status"] in set(VerificationStatus)
                assert found["status"] != VerificationStatus.VERIFIED or content["payouts_enabled"] is True


def test_every_conversion_is_documented_and_every_document_has_its_conversion() -> None:
    documented = {(r.name, name) for r in stripe.DESCRIPTION.records.values() for name in r.readings}
    assert documented == set(READINGS)
    assert {("stripe", *key) for key in READINGS} <= set(readings())
