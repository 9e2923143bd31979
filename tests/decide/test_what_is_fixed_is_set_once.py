"""A field that is set once keeps the value that the oldest version of its owner's record shows, in every order of
arrival; whatever else the owner says of it is kept as the loser and goes to review.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.decision import Conflict, ReviewItem, Settled
from syncengine.model.event import Snapshot
from syncengine.model.value import Json, Value
from syncengine.plan.plan import Plan
from tests.decide.driver import Driver
from tests.decide.plans import ACCOUNT, BILLING, CRM, at, changed, make_plan, writes
from tests.decide.scenes import bill, customer


def fixed_plan(*names: str) -> Plan:
    plan = make_plan()
    subject = plan.objects["invoice"]
    fields = {n: replace(f, fixed=n in names) for n, f in subject.fields.items()}
    return replace(plan, objects={**plan.objects, "invoice": replace(subject, fields=fields)})


def conflicts(driver: Driver) -> list[Conflict]:
    return [c for _, d in driver.decisions if isinstance(d, Settled) for c in d.conflicts]


def reviews(driver: Driver) -> list[ReviewItem]:
    return [r for _, d in driver.decisions if isinstance(d, Settled) for r in d.reviews]


def value(driver: Driver, name: str) -> Value:
    return driver.values(BILLING, "in_1")[name]


def test_a_change_is_kept_as_the_loser_and_the_rest_of_the_snapshot_applies() -> None:
    driver = Driver(fixed_plan("total"))
    driver.deliver(bill(0, total=1, note="a"), "evt_0")
    driver.deliver(bill(10, total=2, note="b"), "evt_1")
    driver.settle()
    assert (value(driver, "total"), value(driver, "note")) == (1, "b")
    (lost,) = conflicts(driver)
    assert (lost.field, lost.flow, lost.rule) == ("total", BILLING, "fixed")
    assert (lost.winner, lost.loser) == ({"total": 1}, {"total": 2})
    (asked,) = reviews(driver)
    assert asked.why.startswith("fixed_changed: total")
    assert driver.row(CRM, "in_1")["total"] == 1


def test_what_was_told_is_not_told_again_with_every_later_version() -> None:
    driver = Driver(fixed_plan("total"))
    for second, (total, note) in enumerate([(1, "a"), (2, "a"), (2, "b"), (2, "c"), (3, "c"), (1, "d"), (2, "e")]):
        driver.deliver(bill(10 * second, total=total, note=note), f"evt_{second}")
    assert value(driver, "total") == 1
    assert [c.loser for c in conflicts(driver)] == [{"total": 2}, {"total": 3}, {"total": 2}]


def test_it_may_be_set_once_later_and_not_emptied_then() -> None:
    driver = Driver(fixed_plan("number"))
    driver.deliver(bill(0, number=None), "evt_0")
    driver.deliver(bill(10, number="N-1"), "evt_1")
    driver.deliver(bill(20, number=None), "evt_2")
    assert value(driver, "number") == "N-1"
    assert [c.loser for c in conflicts(driver)] == [{"number": None}]


def test_an_older_version_that_comes_late_has_set_it() -> None:
    driver = Driver(fixed_plan("total"))
    driver.deliver(bill(10, total=2, note="b", status="paid"), "evt_1")
    driver.deliver(bill(0, total=1, note="a", status="draft"), "evt_0")
    driver.settle()
    assert value(driver, "status") == "paid"
    assert not driver.wants, "an older word is no move backwards"
    assert (value(driver, "total"), value(driver, "note")) == (1, "b")
    assert [(c.winner, c.loser) for c in conflicts(driver)] == [({"total": 1}, {"total": 2})]
    assert driver.row(CRM, "in_1")["total"] == 1


def test_an_older_version_that_comes_late_brings_nothing_back_to_life() -> None:
    driver = Driver(fixed_plan("total"))
    driver.deliver(bill(10, total=2), "evt_1")
    driver.deliver(Snapshot(record="invoices", id="in_1", version=at(20), content={}, gone=True), "evt_2")
    driver.deliver(bill(0, total=1), "evt_0")
    assert driver.record(BILLING, "in_1").tombstone


def test_an_older_version_that_comes_late_is_no_edit_of_what_is_written_there() -> None:
    plan = fixed_plan("total")
    shows = (writes("refunded", "given_back"),)
    granted = {"granted": frozenset({"refunded"}), "may_update": True, "place_fields": {"given_back": "refunded"}}
    plan = changed(plan, BILLING, shows=shows, normal={"given_back": lambda raw: raw}, **granted)
    driver = Driver(plan)
    driver.deliver(bill(10, total=2, given_back=5), "evt_1")
    driver.deliver(bill(0, total=1, given_back=None), "evt_0")
    assert [c.rule for c in conflicts(driver)] == ["fixed"]


def test_what_the_record_said_before_the_map_called_it_fixed_has_set_it() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0, total=1), "evt_0")
    driver.plan = fixed_plan("total")
    driver.deliver(bill(10, total=2), "evt_1")
    assert value(driver, "total") == 1


@pytest.mark.parametrize(("other", "kept"), [("cus_1b", True), ("cus_2", False)])
def test_a_ref_is_the_same_where_both_ids_lead_to_one_record(other: str, *, kept: bool) -> None:
    driver = Driver(fixed_plan("account"))
    driver.deliver(customer(0), "evt_c")
    driver.links[ACCOUNT, "cus_1b"] = driver.links[ACCOUNT, "cus_1"]
    driver.deliver(bill(0, customer="cus_1"), "evt_0")
    driver.deliver(bill(10, customer=other), "evt_1")
    assert value(driver, "account") == {"flow": ACCOUNT, "id": "cus_1"}
    assert (conflicts(driver) == []) is kept


@given(st.lists(st.sampled_from([None, "A", "B"]), min_size=1, max_size=5), st.data())
def test_the_order_of_arrival_does_not_change_what_it_is(said: Sequence[Json], data: st.DataObject) -> None:
    events = [(f"evt_{n}", bill(10 * n, number=number, note=str(n))) for n, number in enumerate(said)]
    more = data.draw(st.lists(st.sampled_from(events), max_size=3))
    driver = Driver(fixed_plan("number"))
    for event, snapshot in data.draw(st.permutations([*events, *more])):
        driver.deliver(snapshot, event)
    driver.settle()
    assert value(driver, "number") == next((number for number in said if number is not None), None)
    assert value(driver, "note") == str(len(said) - 1)
    assert driver.row(CRM, "in_1").get("name") == value(driver, "number")
