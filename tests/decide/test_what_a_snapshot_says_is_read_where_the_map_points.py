from collections.abc import Mapping
from decimal import Decimal

import pytest

from syncengine.model.event import Snapshot
from syncengine.model.value import Json, Value
from syncengine.plan.plan import ABSENT, Absent, FlowPlan, Plan, ReadSpelling, UnreadableError, WriteSpelling
from syncengine.vocabulary import Fate
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, at, changed, make_plan, writes
from tests.decide.scenes import (
    BILL,
    bill,
    crm,
    customer,
    invoice,
    outcome,
    seen_in_crm,
    settled,
    standing,
    with_account,
)


def with_inside(plan: Plan) -> Plan:
    """The note stands inside `memo`, and is a number with a fraction."""

    def read(content: Mapping[str, Json]) -> Value | Absent:
        memo = content.get("memo")
        return ABSENT if memo is None else str(memo["note"])

    flow = plan.flows[BILLING]
    others = tuple(s for s in flow.reads if s.field != "note")
    return changed(plan, BILLING, reads=(*others, ReadSpelling(field="note", places=("memo.note",), read=read)))


def inside(seconds: float, note: Json, previous: Json = None) -> Snapshot:
    content = {place: value for place, value in BILL.items() if place != "note"}
    before = {} if previous is None else {"memo": {"note": previous}}
    return Snapshot(
        record="invoices", id="in_1", version=at(seconds), content={**content, "memo": {"note": note}}, previous=before
    )  # fmt: skip


def test_places_inside_others_and_fractions_are_kept_as_the_ledger_can() -> None:
    driver = Driver(with_inside(make_plan()))
    driver.deliver(inside(0, Decimal("1.50")), "evt_0")
    assert invoice(driver).sources[BILLING].spelled["memo.note"] == "1.5"
    driver.deliver(inside(5, {"a": [Decimal(1), None]}), "evt_1")
    assert invoice(driver).sources[BILLING].spelled["memo.note"] == {"a": ["1", None]}


def test_old_values_inside_others_put_two_changes_of_one_second_in_order() -> None:
    driver = Driver(with_inside(make_plan()))
    driver.deliver(inside(0, "two", previous="one"), "evt_1")
    assert settled(driver.deliver(inside(0, "one"), "evt_0")).fate is Fate.STALE


# --- conversions that look at the whole record: seats are the sum over the items


def seats(seconds: float, quantity: int, previous: Json = None) -> Snapshot:
    before = {} if previous is None else {"items": previous}
    return Snapshot(
        record="invoices", id="in_1", version=at(seconds), previous=before,
        content={**BILL, "items": [{"quantity": quantity}]},
    )  # fmt: skip


def test_two_results_of_one_second_are_not_equal_content() -> None:
    driver = Driver(make_plan())
    driver.deliver(seats(0, 2), "evt_1")
    driver.deliver(seats(0, 1), "evt_0")
    assert driver.wants


def test_their_old_items_put_two_results_of_one_second_in_order() -> None:
    driver = Driver(make_plan())
    driver.deliver(seats(0, 2, previous=[{"quantity": 1}]), "evt_1")
    assert settled(driver.deliver(seats(0, 1), "evt_0")).fate is Fate.STALE
    assert driver.values(BILLING, "in_1")["seats"] == 2


@pytest.mark.parametrize("previous", [[{"quantity": 2}], None, {"odd": 1}])
def test_old_items_that_say_nothing_leave_it_to_a_reading(previous: Json) -> None:
    def read(content: Mapping[str, Json]) -> Value | Absent:
        items = content.get("items")
        if isinstance(items, Mapping):
            raise UnreadableError("no list of items")
        return ABSENT if items is None else items[0]["quantity"]

    plan = make_plan()
    others = tuple(s for s in plan.flows[BILLING].reads if s.field != "seats")
    driver = Driver(changed(plan, BILLING, reads=(*others, ReadSpelling(field="seats", places=(), read=read))))
    driver.deliver(seats(0, 2, previous=previous), "evt_1")
    driver.deliver(seats(0, 1), "evt_0")
    assert driver.wants


def test_old_values_are_laid_over_the_record_part_by_part() -> None:
    def read(content: Mapping[str, Json]) -> Value | Absent:
        return content["plan"]["amount"] * content["plan"]["factor"]

    plan = make_plan()
    others = tuple(s for s in plan.flows[BILLING].reads if s.field != "seats")
    driver = Driver(changed(plan, BILLING, reads=(*others, ReadSpelling(field="seats", places=(), read=read))))
    now = {**BILL, "plan": {"amount": 5, "factor": 2}}
    then = {**BILL, "plan": {"amount": 3, "factor": 2}}
    version = at(0)
    newer = Snapshot(record="invoices", id="in_1", version=version, content=now, previous={"plan": {"amount": 3}})
    driver.deliver(newer, "evt_1")
    older = settled(driver.deliver(Snapshot(record="invoices", id="in_1", version=version, content=then), "evt_0"))
    assert older.fate is Fate.STALE


# --- what targets show


def test_a_ref_is_compared_in_the_ids_of_the_target() -> None:
    driver = with_account()
    driver.settle()
    account = next(id_ for flow, id_ in driver.links if flow == "account.crm")
    driver.deliver(seen_in_crm(9, account_id=account), "crm_1")
    assert crm(driver).edited == {}
    driver.deliver(seen_in_crm(10, account_id="another"), "crm_2")
    assert crm(driver).edited == {"account_id": "another"}
    driver.deliver(seen_in_crm(11, account_id=None), "crm_3")
    assert crm(driver).edited == {"account_id": None}


def test_a_value_is_compared_in_normal_spelling() -> None:
    plan = make_plan()
    normal = {**plan.flows[CRM].normal, "total": lambda raw: None if raw is None else int(raw)}
    driver = standing(changed(plan, CRM, normal=normal))
    driver.deliver(seen_in_crm(9, total="1"), "crm_1")
    assert crm(driver).edited == {}


def test_a_delivery_that_shows_nothing_of_ours_says_nothing() -> None:
    driver = standing()
    before = invoice(driver)
    driver.deliver(seen_in_crm(9, other="x"), "crm_1")
    assert invoice(driver) == before


def test_two_fields_that_want_one_place_to_differ_go_to_review() -> None:
    plan = make_plan()
    clash: tuple[WriteSpelling, ...] = (*plan.flows[CRM].shows, writes("seats", "total"))
    driver = Driver(changed(plan, CRM, shows=clash))
    assert outcome(driver.deliver(bill(0, total=4), "evt_0"), CRM) == "review"
    assert outcome(driver.deliver(bill(1, total=1), "evt_1"), CRM) == "act"


# --- flows that are granted less


def flow_of(driver: Driver) -> FlowPlan:
    return driver.plan.flows[CRM]


def test_a_flow_without_a_grant_is_only_shown() -> None:
    driver = Driver(changed(make_plan(), CRM, granted=frozenset(), write_set=""))
    decision = settled(driver.deliver(bill(0), "evt_0"))
    shown = next(o for o in decision.flows if o.flow == CRM)
    assert shown.result == "observed"
    assert shown.sandbox == {"name": None, "state": "Open", "total": 1, "note": "a", "seats": 1, "account_id": None}
    assert flow_of(driver).granted == frozenset()


def test_a_flow_without_a_grant_and_without_values_has_nothing_to_show() -> None:
    driver = Driver(changed(make_plan(), CRM, shows=(writes("refunded", "refunded"),), granted=frozenset()))
    assert outcome(driver.deliver(bill(0), "evt_0"), CRM) == "nothing"


@pytest.mark.parametrize("key", ["billing_id", ""])
def test_a_flow_that_may_only_update_creates_nothing(key: str) -> None:
    driver = Driver(changed(make_plan(), CRM, may_create=False, key=key))
    assert outcome(driver.deliver(bill(0), "evt_0"), CRM) == "nothing"


def test_a_customer_is_a_record_like_any() -> None:
    driver = Driver(make_plan())
    driver.deliver(customer(0), "evt_0")
    driver.settle()
    assert driver.row("account.crm", "cus_1") == {"name": "Acme", "billing_id": "cus_1"}


# --- conversions that look at several places: a record that shows only what has changed may not show them all


def with_two_places(plan: Plan) -> Plan:
    def read(content: Mapping[str, Json]) -> Value | Absent:
        return f"{content.get('memo') or '-'}/{content.get('title') or '-'}"

    others = tuple(s for s in plan.flows[BILLING].reads if s.field != "note")
    both = ReadSpelling(field="note", places=(), read=read, needs=("memo", "title"))
    return changed(plan, BILLING, reads=(*others, both))


def two_places(seconds: float, *, complete: bool = True, **content: Json) -> Snapshot:
    shown = {**BILL, **content} if complete else content
    return Snapshot(record="invoices", id="in_1", version=at(seconds), content=shown, complete=complete)


def test_what_is_made_of_several_places_is_absent_while_one_of_them_is_not_shown() -> None:
    driver = Driver(with_two_places(make_plan()))
    driver.deliver(two_places(0, memo="a", title="b"), "evt_0")
    driver.deliver(two_places(5, complete=False, memo="c"), "evt_1")
    assert driver.values(BILLING, "in_1")["note"] == "a/b"
    driver.deliver(two_places(9, memo="c"), "evt_2")
    assert driver.values(BILLING, "in_1")["note"] == "c/-"
    driver.deliver(two_places(15, complete=False, memo="d", title=None), "evt_3")
    assert driver.values(BILLING, "in_1")["note"] == "d/-"
