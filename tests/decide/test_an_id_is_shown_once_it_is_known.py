"""The id that a record has in another system: absent until it has one there, and never emptied."""

from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.event import Snapshot
from syncengine.model.value import Json
from syncengine.vocabulary import FlowResult
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, ERP, showing_plan
from tests.decide.scenes import KYC, bill, customer, seen_in_crm, with_account

PENDING = {"status": "pending"}


def ids(driver: Driver) -> dict[str, Json]:
    row = driver.row(CRM, "in_1")
    return {place: row[place] for place in ("id_in_billing", "id_in_erp") if place in row}


def test_the_id_of_the_birth_is_known_from_the_start() -> None:
    driver = with_account(PENDING, showing_plan())
    driver.settle()
    assert ids(driver) == {"id_in_billing": "in_1"}
    assert [p for flow, _, p in driver.writes if flow == CRM and "id_in_erp" in p] == [], "absent is not empty"


def test_a_confirmed_creation_is_shown_elsewhere() -> None:
    driver = with_account(KYC, showing_plan())
    driver.settle()
    assert ids(driver) == {"id_in_billing": "in_1", "id_in_erp": "erp-in_1"}


def test_it_is_shown_once() -> None:
    driver = with_account(KYC, showing_plan())
    driver.settle()
    writes = len(driver.writes)
    decision = driver.recheck(driver.record(BILLING, "in_1").entity)
    assert {o.result for o in decision.flows} == {FlowResult.NOTHING}  # type: ignore[union-attr]
    driver.deliver(bill(9, customer="cus_1", total=5), "evt_9")
    driver.settle()
    assert [p for _, _, p in driver.writes[writes:] if "id_in_erp" in p or "id_in_billing" in p] == []


def test_an_id_stays_when_the_record_is_gone_there() -> None:
    driver = with_account(KYC, showing_plan())
    driver.settle()
    del driver.tables[ERP]["in_1"]
    driver.deliver(bill(9, customer="cus_1", total=5), "evt_9")
    driver.settle()
    assert driver.record(BILLING, "in_1").targets[ERP].missing
    assert ids(driver) == {"id_in_billing": "in_1", "id_in_erp": "erp-in_1"}


def test_an_id_that_somebody_overwrote_is_an_edit() -> None:
    driver = with_account(KYC, showing_plan())
    driver.settle()
    driver.edit(CRM, "in_1", id_in_erp="mine")
    seen = driver.deliver(seen_in_crm(20, id_in_erp="mine"), "evt_e")
    driver.settle()
    (lost,) = seen.conflicts  # type: ignore[union-attr]
    assert (lost.field, lost.rule, lost.winner, lost.loser) == (
        "id_in.erp", "report", {"id_in_erp": "erp-in_1"}, {"id_in_erp": "mine"},
    )  # fmt: skip
    assert driver.row(CRM, "in_1")["id_in_erp"] == "mine"


NEWS = [(customer(0, kyc=PENDING), "evt_c"), (customer(4, kyc=KYC), "evt_v"), (bill(1, customer="cus_1"), "evt_1")]


@given(st.permutations(NEWS), st.lists(st.booleans(), min_size=len(NEWS), max_size=len(NEWS)))
def test_the_order_of_arrival_does_not_change_which_ids_are_shown(
    news: list[tuple[Snapshot, str]], rests: list[bool]
) -> None:  # fmt: skip
    driver = Driver(showing_plan())
    for (snapshot, event), rest in zip(news, rests, strict=True):
        driver.deliver(snapshot, event)
        if rest:
            driver.settle()
    driver.settle()
    assert ids(driver) == {"id_in_billing": "in_1", "id_in_erp": "erp-in_1"}
