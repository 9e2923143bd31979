from dataclasses import replace
from typing import Any

import pytest

from syncengine.decide.confirm import withdraw
from syncengine.decide.rejudge import Rejudgement, Ruling, rejudge
from syncengine.model.action import Action
from syncengine.model.struct import replace as altered
from syncengine.model.switch import Switches
from syncengine.plan.plan import Plan
from syncengine.vocabulary import ActionKind, IfEdited, Phase
from tests.decide.driver import Driver
from tests.decide.plans import CRM, ERP, changed, make_plan
from tests.decide.scenes import bill, customer, erp, invoice, outcome, seen_in_crm, standing, with_account


def ready(driver: Driver, flow: str) -> Action:
    lane = driver.lanes[invoice(driver).entity, flow]
    assert lane.ready is not None
    return lane.ready


def judged(driver: Driver, flow: str, plan: Plan | None = None, **changes: Any) -> Rejudgement:
    candidate = altered(driver.candidate(ready(driver, flow)), **changes)
    return rejudge(
        candidate, invoice(driver), driver.neighbours(), driver.switches, plan or driver.plan, driver.now
    )  # fmt: skip


def test_what_was_right_is_sent() -> None:
    driver = with_account()
    assert judged(driver, CRM).ruling is judged(driver, ERP).ruling is Ruling.SEND


def test_a_check_that_was_revoked_since_the_decision_holds() -> None:
    driver = with_account()
    driver.deliver(customer(5, kyc="revoked"), "evt_c2")
    answer = judged(driver, ERP)
    assert answer.ruling is Ruling.HOLD
    assert [h.reason for h in answer.holds] == ["kyc revoked"]
    assert judged(driver, CRM).ruling is Ruling.SEND


def test_an_action_held_at_the_last_moment_goes_out_when_the_check_passes_again() -> None:
    driver = with_account()
    driver.deliver(customer(5, kyc="revoked"), "evt_c2")
    driver.settle()
    assert ERP not in driver.tables
    assert erp(driver).held == ("kyc revoked",)
    driver.deliver(customer(6), "evt_c3")
    driver.settle()
    assert driver.row(ERP, "in_1") == {"amount": 1, "reference": "in_1"}


def test_a_check_whose_own_order_is_unsettled_keeps() -> None:
    """Verified and revoked in one second: nobody knows which was last until the account is read back."""
    driver = with_account()
    driver.deliver(customer(0, kyc="revoked"), "evt_c2")
    assert judged(driver, ERP).ruling is Ruling.KEEP
    driver.read(customer(1, kyc="revoked"))
    assert judged(driver, ERP).ruling is Ruling.HOLD


@pytest.mark.parametrize(
    "change",
    [
        {"granted": frozenset({"status"})},
        {"may_create": False},
        {"write_set": "another"},
    ],
)
def test_a_grant_that_the_present_map_lacks_cancels(change: dict[str, Any]) -> None:
    driver = with_account()
    assert judged(driver, CRM, changed(driver.plan, CRM, **change)).ruling is Ruling.CANCEL


def test_a_flow_that_the_present_map_lacks_cancels() -> None:
    driver = with_account()
    flows = {name: flow for name, flow in driver.plan.flows.items() if name != CRM}
    assert judged(driver, CRM, replace(driver.plan, flows=flows)).ruling is Ruling.CANCEL


def test_a_flow_that_belongs_to_another_object_now_cancels() -> None:
    driver = with_account()
    assert judged(driver, CRM, changed(driver.plan, CRM, object="account")).ruling is Ruling.CANCEL


@pytest.mark.parametrize("scope", ["set:crm-view", "flow:invoice.crm", "object:invoice", "system:crm"])
def test_a_pause_keeps(scope: str) -> None:
    driver = with_account()
    driver.switches = Switches(paused=frozenset({scope}), floor=Phase.CONTROLLED)
    assert judged(driver, CRM).ruling is Ruling.KEEP


def test_a_phase_that_went_back_keeps() -> None:
    driver = with_account()
    driver.switches = Switches(phases={"crm-view": Phase.OBSERVE}, floor=Phase.CONTROLLED)
    assert judged(driver, CRM).ruling is Ruling.KEEP
    assert judged(driver, ERP).ruling is Ruling.SEND


def test_a_record_whose_order_is_unsettled_keeps() -> None:
    driver = with_account()
    driver.deliver(bill(0, customer="cus_1", total=2), "evt_1")
    assert driver.wants
    assert judged(driver, CRM).ruling is Ruling.KEEP


def test_a_record_that_is_gone_in_its_system_of_record_cancels() -> None:
    driver = with_account()
    driver.deliver(altered(bill(5), gone=True), "evt_1")
    assert judged(driver, CRM).ruling is Ruling.CANCEL


def test_a_record_that_is_gone_there_cancels() -> None:
    driver = standing()
    driver.deliver(bill(5, total=2), "evt_1")
    driver.deliver(seen_in_crm(6, gone=True), "crm_1")
    assert judged(driver, CRM).ruling is Ruling.CANCEL


def test_an_update_never_creates_what_has_gone_there_meanwhile() -> None:
    """The record went away and may be created again: an update that was decided before would create a part of it."""
    driver = standing(make_plan(if_edited=IfEdited.RESTORE))
    driver.deliver(bill(5, total=2), "evt_1")
    update = ready(driver, CRM)
    assert update.kind is ActionKind.UPDATE
    driver.deliver(seen_in_crm(6, gone=True), "crm_1")
    again = ready(driver, CRM)
    assert again.kind is ActionKind.CREATE
    assert judged(driver, CRM, kind=update.kind, content=update.content).ruling is Ruling.CANCEL


def test_a_creation_of_what_stands_there_by_now_needs_the_grant_to_update() -> None:
    driver = with_account()
    create = ready(driver, ERP)
    driver.settle()
    plan = changed(driver.plan, ERP, may_update=False)
    driver.lanes[invoice(driver).entity, ERP].ready = create
    assert judged(driver, ERP, plan).ruling is Ruling.CANCEL
    assert judged(driver, ERP).ruling is Ruling.SEND


def test_what_is_withdrawn_is_not_pending_any_more() -> None:
    driver = with_account()
    pending = invoice(driver)
    after = withdraw(pending, CRM)
    assert after.targets[CRM].intended is None
    assert withdraw(after, CRM) is after
    assert withdraw(pending, "invoice.nowhere") is pending


def test_a_creation_whose_grant_came_back_is_decided_again_by_the_next_change() -> None:
    driver = with_account()
    driver.plan = changed(driver.plan, CRM, may_create=False)
    driver.settle()
    assert CRM not in driver.tables
    driver.plan = make_plan()
    decision = driver.deliver(bill(5, customer="cus_1", total=2), "evt_1")
    assert outcome(decision, CRM) == "act"
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 2
