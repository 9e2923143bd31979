import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.event import Snapshot
from syncengine.model.value import Json
from syncengine.vocabulary import Fate
from tests.decide.plans import ACCOUNT, BILLING, CRM, at
from tests.decide.scenes import KYC, bill, customer, outcome, settled, standing, with_account

PLACES = ("number", "status", "total", "note", "customer")


def sparse(seconds: float, **content: Json) -> Snapshot:
    return Snapshot(record="invoices", id="in_1", version=at(seconds), content=content, complete=False)


@given(shown=st.frozensets(st.sampled_from(("number", "note"))))
def test_what_a_sparse_event_leaves_out_stays(shown: frozenset[str]) -> None:
    driver = standing(number="N-1")
    driver.deliver(sparse(5, **dict.fromkeys(shown, "new")), "evt_1")
    driver.settle()
    values, row = driver.values(BILLING, "in_1"), driver.row(CRM, "in_1")
    assert values["number"] == row["name"] == ("new" if "number" in shown else "N-1")
    assert values["note"] == row["note"] == ("new" if "note" in shown else "a")
    assert (values["status"], values["total"]) == ("open", 1)


@pytest.mark.parametrize("complete", [True, False])
def test_an_optional_field_that_is_empty_is_emptied_and_cleared(complete: bool) -> None:
    driver = standing()
    if complete:
        driver.deliver(bill(5, note=None), "evt_1")
    else:
        driver.deliver(sparse(5, note=None), "evt_1")
    driver.settle()
    assert driver.values(BILLING, "in_1")["note"] is None
    assert "note" not in driver.row(CRM, "in_1")


def test_what_a_complete_snapshot_leaves_out_is_empty() -> None:
    driver = standing()
    content = {place: value for place, value in bill(5).content.items() if place != "note"}
    driver.deliver(Snapshot(record="invoices", id="in_1", version=at(5), content=content), "evt_1")
    assert driver.values(BILLING, "in_1")["note"] is None


def test_a_field_that_may_not_be_empty_keeps_its_value_and_is_reviewed() -> None:
    driver = standing()
    decision = settled(driver.deliver(bill(5, total=None, note="b"), "evt_1"))
    driver.settle()
    assert [r.field for r in decision.reviews] == ["total"]
    assert driver.values(BILLING, "in_1")["total"] == driver.row(CRM, "in_1")["total"] == 1
    assert driver.row(CRM, "in_1")["note"] == "b"


def test_a_field_that_may_not_be_empty_and_never_had_a_value_stays_absent() -> None:
    driver = standing(total=None)
    assert "total" not in driver.values(BILLING, "in_1")
    assert "total" not in driver.row(CRM, "in_1")


def test_a_verification_that_is_empty_becomes_unavailable_and_holds() -> None:
    driver = with_account()
    driver.deliver(customer(5, kyc=None), "evt_c2")
    assert driver.values(ACCOUNT, "cus_1")["kyc"] == {"status": "unavailable"}
    held = driver.deliver(bill(6, id="in_2", customer="cus_1"), "evt_2")
    assert outcome(held, "invoice.erp") == "held"


def test_an_unknown_status_of_a_verification_never_leaves_an_old_verified() -> None:
    driver = with_account()
    assert driver.values(ACCOUNT, "cus_1")["kyc"] == KYC
    driver.deliver(customer(5, kyc="splendid"), "evt_c2")
    assert driver.values(ACCOUNT, "cus_1")["kyc"] == {"status": "in_review"}


def test_an_empty_place_and_one_that_is_left_out_are_equal_content_of_a_complete_snapshot() -> None:
    driver = standing(note=None)
    content = {place: value for place, value in bill(0).content.items() if place != "note"}
    driver.deliver(Snapshot(record="invoices", id="in_1", version=at(0), content=content), "evt_1")
    assert not driver.wants


def test_a_late_part_that_says_what_is_known_needs_no_reading_and_one_that_differs_does() -> None:
    driver = standing()
    driver.deliver(sparse(5, note="b"), "evt_3")
    assert settled(driver.deliver(sparse(3, total=1), "evt_1")).fate is Fate.STALE
    driver.deliver(sparse(4, total=2), "evt_2")
    assert driver.wants
    driver.read(bill(9, note="b", total=2))
    driver.settle()
    assert (driver.row(CRM, "in_1")["note"], driver.row(CRM, "in_1")["total"]) == ("b", 2)


def test_a_late_part_of_what_is_known_as_a_whole_is_stale() -> None:
    driver = standing()
    driver.deliver(bill(5), "evt_2")
    assert settled(driver.deliver(sparse(3, total=2), "evt_1")).fate is Fate.STALE
