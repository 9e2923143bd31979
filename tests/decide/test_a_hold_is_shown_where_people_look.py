"""What a gate holds is shown on the record that is stopped and on the one that is asked, as the engine itself knows it:
while it is so, and no longer.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.clock import to_text
from syncengine.model.action import Hold
from syncengine.model.event import Snapshot
from syncengine.model.record import replace as changed
from syncengine.model.struct import replace as altered
from syncengine.model.value import Json
from syncengine.plan.plan import Plan
from syncengine.vocabulary import FlowResult, IfEdited, Phase
from tests.decide.driver import Driver, paused
from tests.decide.plans import ACCOUNT, ACCOUNT_CRM, BILLING, BUILT_IN, CRM, ERP, gate, showing_plan
from tests.decide.scenes import KYC, bill, customer, outcome, seen_in_crm, with_account

PENDING = {"status": "pending"}
REJECTED = {"status": "rejected"}
HOLD = tuple(place for name, (place, _) in BUILT_IN.items() if name.startswith("hold."))
NO_HOLD = {"on_hold": False}


def hold(driver: Driver, flow: str, key: str) -> dict[str, Json]:
    return {place: value for place, value in driver.row(flow, key).items() if place in HOLD}


def shown(driver: Driver, reason: str, *, days: int = 1) -> dict[str, Json]:
    began = driver.now.replace(day=1 + days)
    return {
        "on_hold": True, "hold_reason": reason, "hold_since": to_text(began), "hold_next": "Ask for the papers.",
        "hold_gate": "booking",
    }  # fmt: skip


def told(kyc: Json, *, plan: Plan | None = None, **more: Json) -> Driver:
    driver = with_account(kyc, showing_plan() if plan is None else plan, **more)
    driver.settle()
    return driver


def test_it_is_shown_on_the_stopped_record_and_on_the_one_that_is_asked() -> None:
    driver = told(PENDING)
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc pending")
    assert hold(driver, ACCOUNT_CRM, "cus_1") == shown(driver, "kyc pending")
    assert ERP not in driver.tables


def test_a_new_row_is_made_with_its_hold_and_not_corrected_later() -> None:
    driver = told(PENDING)
    assert [places["on_hold"] for flow, _, places in driver.writes if flow == CRM] == [True]


def test_what_is_not_held_says_so() -> None:
    driver = told(KYC)
    assert hold(driver, CRM, "in_1") == hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD
    assert [p["on_hold"] for flow, _, p in driver.writes if flow == CRM and "on_hold" in p] == [False]


def test_a_change_of_the_status_changes_the_reason_and_not_the_day() -> None:
    driver = told(PENDING)
    driver.now += timedelta(days=3)
    driver.deliver(customer(9, kyc=REJECTED), "evt_r")
    driver.settle()
    assert hold(driver, CRM, "in_1") == hold(driver, ACCOUNT_CRM, "cus_1") == shown(driver, "kyc rejected")
    decided = [a.content["hold_reason"] for a in driver.actions if a.flow == CRM and "hold_reason" in a.content]
    assert set(decided) == {"kyc pending", "kyc rejected"}, "never the old one beside the new one"


def test_other_content_of_what_is_held_does_not_begin_it_anew() -> None:
    driver = told(PENDING)
    driver.now += timedelta(days=3)
    driver.deliver(bill(9, customer="cus_1", total=5), "evt_5")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 5
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc pending")


def test_a_release_clears_it_and_the_creation_goes_on() -> None:
    driver = told(PENDING)
    driver.deliver(customer(9, kyc=KYC), "evt_v")
    driver.settle()
    assert hold(driver, CRM, "in_1") == hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD
    assert driver.row(ERP, "in_1") == {"reference": "in_1", "amount": 1}


@pytest.mark.parametrize("kyc", [None, "a word nobody knows", {"status": "unavailable"}, PENDING])
def test_nothing_but_a_pass_clears_it(kyc: Json) -> None:
    driver = told(PENDING)
    driver.deliver(customer(9, kyc=kyc), "evt_n")
    driver.settle()
    assert hold(driver, CRM, "in_1")["on_hold"] is True
    assert hold(driver, ACCOUNT_CRM, "cus_1")["on_hold"] is True


def test_a_status_that_grows_stale_while_it_waits_holds_and_is_shown() -> None:
    """Held by the second judgement: what was decided at its time is too old when it is to be sent."""
    plan = showing_plan(gates=(gate(max_age=timedelta(days=2)),))
    driver = with_account(KYC, plan)
    driver.now += timedelta(days=5)
    driver.settle()
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc expired", days=6)
    assert ERP not in driver.tables


def test_of_several_the_oldest_is_shown_and_how_many_there_are() -> None:
    driver = told(PENDING)
    driver.now += timedelta(days=1)
    driver.deliver(bill(5, id="in_2", customer="cus_1"), "evt_2")
    driver.settle()
    assert hold(driver, ACCOUNT_CRM, "cus_1") == shown(driver, "kyc pending and 1 more")
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc pending")
    assert hold(driver, CRM, "in_2") == shown(driver, "kyc pending", days=2)


def test_each_need_of_one_gate_counts() -> None:
    two = replace(gate(), needs=(*gate().needs, *gate(field="aml", next="Ask the officer.").needs))
    driver = told(PENDING, plan=showing_plan(gates=(two,)))
    assert hold(driver, CRM, "in_1")["hold_reason"] == "aml not_started and 1 more"
    assert hold(driver, CRM, "in_1")["hold_next"] == "Ask the officer."


def test_a_hold_about_a_record_that_nobody_knows_is_shown_there_once_it_is_known() -> None:
    driver = Driver(showing_plan())
    driver.deliver(bill(0, customer="cus_1"), "evt_0")
    driver.settle()
    assert CRM not in driver.tables, "the CRM's row waits for the account"
    driver.now += timedelta(days=1)
    driver.deliver(customer(0, kyc=PENDING), "evt_c")
    driver.settle()
    assert hold(driver, CRM, "in_1") == hold(driver, ACCOUNT_CRM, "cus_1") == shown(driver, "kyc pending")


def test_another_record_that_is_asked_takes_the_hold_over() -> None:
    driver = told(PENDING)
    driver.deliver(altered(customer(0, kyc=PENDING), id="cus_2"), "evt_c2")
    driver.now += timedelta(days=1)
    driver.deliver(bill(9, customer="cus_2"), "evt_9")
    driver.settle()
    assert hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD
    assert hold(driver, ACCOUNT_CRM, "cus_2") == shown(driver, "kyc pending", days=2)


def test_what_is_not_granted_is_only_looked_at() -> None:
    driver = with_account(PENDING, showing_plan(granted=False))
    (decision,) = [d for q, d in driver.decisions if q.event_id == "evt_0"]
    (view,) = [o.sandbox for o in decision.flows if o.flow == CRM]  # type: ignore[union-attr]
    assert view is not None
    assert (view["on_hold"], view["hold_reason"]) == (True, "kyc pending")
    driver.settle()
    assert hold(driver, CRM, "in_1") == {}


def test_in_observe_nothing_is_held_and_the_view_says_so() -> None:
    driver = with_account(PENDING, showing_plan(ceiling=Phase.OBSERVE))
    (decision,) = [d for q, d in driver.decisions if q.event_id == "evt_0"]
    (view,) = [o.sandbox for o in decision.flows if o.flow == CRM]  # type: ignore[union-attr]
    assert view is not None
    assert view["on_hold"] is False


def test_a_hold_that_merely_goes_on_moves_nothing() -> None:
    driver = told(PENDING)
    before = dict(driver.records)
    for flow, id_ in ((BILLING, "in_1"), (ACCOUNT, "cus_1")):
        decision = driver.recheck(driver.record(flow, id_).entity)
        assert {o.result for o in decision.flows} == {FlowResult.NOTHING}  # type: ignore[union-attr]
    assert driver.records == before


def test_reasons_in_another_order_are_the_same_hold() -> None:
    two = replace(gate(), needs=(*gate().needs, *gate(field="aml").needs))
    driver = told(PENDING, plan=showing_plan(gates=(two,)))
    turned = replace(two, needs=two.needs[::-1])
    driver.plan = showing_plan(gates=(turned,))
    assert outcome(driver.recheck(driver.record(BILLING, "in_1").entity), ERP) == "nothing"


def test_a_gate_that_the_map_no_longer_has_holds_nothing() -> None:
    driver = told(PENDING)
    driver.plan = showing_plan(gates=())
    driver.recheck(driver.record(ACCOUNT, "cus_1").entity)
    driver.send()
    assert hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD


def test_what_is_not_to_be_created_any_more_is_not_held_any_more() -> None:
    driver = told(PENDING)
    seen = driver.deliver(bill(9, customer="cus_1", status="void"), "evt_x")
    assert [(o.why, dict(o.action.content)) for o in seen.flows if o.flow == ERP and o.action] == [  # type: ignore[union-attr]
        ("left out by the flow's `only`", {})
    ]
    driver.settle()
    assert (hold(driver, CRM, "in_1"), driver.row(CRM, "in_1")["state"]) == (NO_HOLD, "Void")
    assert hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD
    driver.deliver(customer(10, kyc=KYC), "evt_v")
    driver.settle()
    assert ERP not in driver.tables


def test_and_is_held_again_when_it_is() -> None:
    driver = told(PENDING, plan=showing_plan(moves={}))
    paused(driver, "flow:invoice.erp")
    driver.deliver(bill(9, customer="cus_1", status="draft"), "evt_d")
    driver.deliver(bill(10, customer="cus_1", status="draft", total=3), "evt_e")
    driver.settle()
    assert hold(driver, CRM, "in_1") == NO_HOLD
    driver.now += timedelta(days=1)
    paused(driver)
    driver.deliver(bill(11, customer="cus_1", status="open"), "evt_o")
    driver.settle()
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc pending", days=2)
    assert ERP not in driver.tables


def test_what_is_gone_in_its_system_of_record_is_held_no_more() -> None:
    """Its own row stays as it is, since nothing more is written of it; whom it was about is told."""
    driver = told(PENDING)
    driver.deliver(altered(bill(9), content={}, gone=True), "evt_g")
    driver.settle()
    assert hold(driver, ACCOUNT_CRM, "cus_1") == NO_HOLD
    assert hold(driver, CRM, "in_1")["on_hold"] is True
    driver.deliver(customer(10, kyc=KYC), "evt_v")
    driver.settle()
    assert ERP not in driver.tables


@pytest.mark.parametrize(
    ("if_edited", "stands", "losers", "questions"),
    [(IfEdited.REPORT, False, 1, 0), (IfEdited.RESTORE, True, 1, 0), (IfEdited.REVIEW, False, 0, 1)],
)
def test_somebody_elses_word_about_a_hold_is_an_edit_like_any_other(
    if_edited: IfEdited, stands: bool, losers: int, questions: int
) -> None:  # fmt: skip
    driver = told(PENDING, plan=showing_plan(if_edited=if_edited))
    driver.edit(CRM, "in_1", on_hold=False)
    seen = driver.deliver(seen_in_crm(20, on_hold=False), "evt_e")
    driver.settle()
    assert driver.row(CRM, "in_1")["on_hold"] is stands
    assert (len(seen.conflicts), len(seen.reviews)) == (losers, questions)  # type: ignore[union-attr]
    assert ERP not in driver.tables, "it is never read"


def test_an_edit_that_is_only_reported_gives_way_when_the_hold_moves() -> None:
    driver = told(PENDING)
    driver.edit(CRM, "in_1", hold_reason="none of yours")
    driver.deliver(seen_in_crm(20, hold_reason="none of yours"), "evt_e")
    driver.deliver(customer(30, kyc=REJECTED), "evt_r")
    driver.settle()
    assert hold(driver, CRM, "in_1") == shown(driver, "kyc rejected")


NEWS = [
    (customer(0, kyc=PENDING), "evt_c"),
    (bill(1, customer="cus_1"), "evt_1"),
    (bill(1, id="in_2", customer="cus_1"), "evt_2"),
    (customer(4, kyc=REJECTED), "evt_r"),
    (bill(5, customer="cus_1", total=7), "evt_7"),
]


@given(st.permutations(NEWS), st.lists(st.booleans(), min_size=len(NEWS), max_size=len(NEWS)), st.booleans())
def test_the_order_of_arrival_does_not_change_what_is_shown(
    news: list[tuple[Snapshot, str]], rests: list[bool], released: bool
) -> None:  # fmt: skip
    driver = Driver(showing_plan())
    for (snapshot, event), rest in zip(news, rests, strict=True):
        driver.deliver(snapshot, event)
        if rest:
            driver.settle()
    if released:
        driver.deliver(customer(9, kyc=KYC), "evt_v")
    driver.settle()
    more = shown(driver, "kyc rejected and 1 more")
    assert hold(driver, ACCOUNT_CRM, "cus_1") == (NO_HOLD if released else more)
    for invoice in ("in_1", "in_2"):
        assert hold(driver, CRM, invoice) == (NO_HOLD if released else shown(driver, "kyc rejected"))
    assert set(driver.tables.get(ERP, {})) == ({"in_1", "in_2"} if released else set())


def test_fractions_of_a_second_are_not_shown_and_not_lost() -> None:
    driver = Driver(showing_plan())
    driver.now += timedelta(microseconds=123456)
    driver.deliver(customer(0, kyc=PENDING), "evt_c")
    driver.deliver(bill(0, customer="cus_1"), "evt_0")
    driver.settle()
    assert hold(driver, CRM, "in_1")["hold_since"] == to_text(driver.now.replace(microsecond=0))
    (kept,) = [h for holds in driver.holds.values() for h in holds]
    assert isinstance(kept, Hold)
    assert kept.since == driver.now


def test_a_record_that_was_held_before_anybody_showed_it_is_found_by_its_target() -> None:
    """Nothing was loaded about its hold: the reasons in the record alone say that it goes on."""
    driver = told(PENDING)
    driver.holds.clear()
    record = driver.record(BILLING, "in_1")
    assert record.targets[ERP].held == ("kyc pending",)
    assert outcome(driver.recheck(record.entity), ERP) == "nothing"
    driver.records[record.entity] = changed(
        record, targets={**record.targets, ERP: changed(record.targets[ERP], held=("kyc rejected",))}
    )  # fmt: skip
    assert outcome(driver.recheck(record.entity), ERP) == "held"


def test_what_is_held_is_created_without_its_own_hold() -> None:
    """The ERP would show holds too; the one that kept the posting out of it is over when there is a posting."""
    plan = showing_plan()
    erp = plan.flows[ERP]
    shows = (*erp.shows, *(s for s in plan.flows[CRM].shows if s.field == "hold.open"))
    erp = replace(
        erp, shows=shows, granted=erp.granted | {"hold.open"}, normal={**erp.normal, "on_hold": lambda raw: raw},
        place_fields={**erp.place_fields, "on_hold": "hold.open"},
    )  # fmt: skip
    plan = replace(plan, flows={**plan.flows, ERP: erp})
    driver = told(PENDING, plan=plan)
    before = len(driver.actions)
    driver.recheck(driver.record(BILLING, "in_1").entity)
    assert len(driver.actions) == before, "it is not held by its own hold"
    driver.deliver(customer(9, kyc=KYC), "evt_v")
    driver.settle()
    assert [p["on_hold"] for flow, _, p in driver.writes if flow == ERP] == [False]
