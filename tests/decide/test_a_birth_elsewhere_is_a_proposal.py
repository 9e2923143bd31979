"""What a birth elsewhere than with the owner says counts once, until the owner speaks; and the owner is asked once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.decision import Conflict, ReviewItem, Settled
from syncengine.model.event import Snapshot
from syncengine.model.value import Json
from syncengine.plan.plan import ObjectPlan, Plan, SystemPlan
from syncengine.vocabulary import Fate, IfEdited, Phase
from tests.decide.driver import Driver
from tests.decide.plans import at, field, flow, reads, shown, writes
from tests.decide.scenes import settled

BANK, REQUEST, CRM = "payout.bank", "payout.request", "payout.crm"


def payout_plan(*, both: bool = False, if_edited: IfEdited = IfEdited.REPORT, fixed: bool = False) -> Plan:
    """Payouts that are asked for in one system and owned by the bank. `both`: they are born in the bank too."""
    granted = {"may_create": True, "write_set": "orders", "ceiling": Phase.CONTROLLED}
    flows = (
        flow(
            BANK, "bank", "orders", key="payout_key", born=both,
            reads=(reads("amount", "sum"), reads("status", "state"), reads("text", "text")),
            once=(writes("amount", "sum"), writes("text", "text")), granted=frozenset({"amount", "text"}),
            place_fields={"sum": "amount", "text": "text"}, **granted,
        ),
        flow(REQUEST, "erp", "requests", born=True, proposes=(reads("amount", "wanted"), reads("text", "for"))),
        flow(
            CRM, "crm", "payouts", key="payout_key", shows=(writes("amount", "amount"), writes("status", "status")),
            granted=frozenset({"amount", "status"}), may_update=True, **granted,
        ),
    )  # fmt: skip
    fields = (
        field("amount", flow=BANK, if_edited=if_edited, fixed=fixed),
        field("status", flow=BANK, optional=True, if_edited=if_edited),
        field("text", flow=BANK, optional=True, if_edited=if_edited),
    )
    born_in = (BANK, REQUEST) if both else (REQUEST,)
    subject = ObjectPlan(
        name="payout", kind="financial", system_of_record="bank", fields={f.name: f for f in fields},
        flows=(BANK, REQUEST, CRM), born_in=born_in,
    )  # fmt: skip
    systems = ("bank", "erp", "crm")
    return Plan(
        project="northwind", digest="0" * 64, objects={"payout": subject}, flows={f.id: f for f in flows},
        systems={n: SystemPlan(name=n, kind=n, connector="memory", owner="finance") for n in systems},
        readers={(f.system, f.record): f.id for f in flows},
    )  # fmt: skip


def asked(seconds: float, amount: Json = "100", **places: Json) -> Snapshot:
    return shown(seconds, {"wanted": amount, **places}, record="requests", id="req_1")


def withdrawn(seconds: float) -> Snapshot:
    return Snapshot(record="requests", id="req_1", version=at(seconds), content={}, gone=True)


def ordered(seconds: float, *, key: str | None = "req_1", id: str = "po_1", **places: Json) -> Snapshot:  # noqa: A002
    return shown(seconds, {"payout_key": key, "sum": "100", **places}, record="orders", id=id)


def in_bank(driver: Driver, seconds: float, key: str = "req_1") -> Snapshot:
    """What the bank shows of our order."""
    row = driver.tables[BANK][key]
    return shown(seconds, {p: v for p, v in row.items() if p != "id"}, record="orders", id=str(row["id"]))


def conflicts(driver: Driver) -> list[Conflict]:
    return [c for _, d in driver.decisions if isinstance(d, Settled) for c in d.conflicts]


def reviews(driver: Driver) -> list[ReviewItem]:
    return [r for _, d in driver.decisions if isinstance(d, Settled) for r in d.reviews]


def orders(driver: Driver) -> list[str]:
    return [key for flow_id, key, _ in driver.writes if flow_id == BANK]


def test_what_is_asked_for_shows_everywhere_and_is_ordered_once() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    assert driver.row(BANK, "req_1") == {"payout_key": "req_1", "sum": "100"}
    assert driver.row(CRM, "req_1") == {"payout_key": "req_1", "amount": "100"}
    driver.deliver(in_bank(driver, 5), "evt_2")
    driver.settle()
    assert orders(driver) == ["req_1"]
    assert conflicts(driver) == []


def test_the_owners_word_rules_once_it_is_there_and_the_proposal_is_the_loser() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    driver.edit(BANK, "req_1", sum="99", state="paid")
    driver.deliver(in_bank(driver, 5), "evt_2")
    driver.settle()
    assert driver.row(CRM, "req_1") == {"payout_key": "req_1", "amount": "99", "status": "paid"}
    assert [(c.flow, c.rule, c.winner, c.loser) for c in conflicts(driver)] == [
        (REQUEST, "proposal", {"amount": "99"}, {"amount": "100"})
    ]


def test_the_same_is_lost_when_the_request_comes_after_the_order() -> None:
    driver = Driver(payout_plan())
    driver.deliver(ordered(5, sum="99", state="paid"), "evt_2")
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    assert driver.row(CRM, "req_1") == {"payout_key": "req_1", "amount": "99", "status": "paid"}
    assert [(c.rule, c.winner, c.loser) for c in conflicts(driver)] == [
        ("proposal", {"amount": "99"}, {"amount": "100"})
    ]
    assert orders(driver) == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("if_edited", "rules", "questions"),
    [(IfEdited.REPORT, ["report"], 0), (IfEdited.RESTORE, ["report"], 0), (IfEdited.REVIEW, [], 1)],
)
def test_what_the_request_says_later_is_an_edit_before_the_owner_speaks_and_after(
    if_edited: IfEdited, rules: list[str], questions: int, before: bool
) -> None:
    driver = Driver(payout_plan(if_edited=if_edited))
    driver.deliver(asked(0), "evt_1")
    if not before:
        driver.settle()
        driver.deliver(in_bank(driver, 5), "evt_2")
    driver.deliver(asked(6, "7000"), "evt_3")
    driver.deliver(asked(7, "7000"), "evt_4")
    driver.settle()
    assert driver.row(BANK, "req_1")["sum"] == "100"
    assert driver.row(CRM, "req_1")["amount"] == "100"
    assert [c.rule for c in conflicts(driver)] == rules
    assert len(reviews(driver)) == questions
    assert orders(driver) == ["req_1"]


def test_a_request_that_moves_to_what_the_owner_says_is_no_edit() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    driver.edit(BANK, "req_1", sum="99")
    driver.deliver(in_bank(driver, 5), "evt_2")
    driver.deliver(asked(6, "99"), "evt_3")
    assert [c.rule for c in conflicts(driver)] == ["proposal"]


def test_a_proposal_that_is_empty_and_may_not_be_orders_nothing() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0, None, **{"for": "rent"}), "evt_1")
    driver.settle()
    assert orders(driver) == []
    assert [r.field for r in reviews(driver)] == ["amount"]


def test_a_request_that_is_withdrawn_before_its_owner_has_it_is_not_ordered_until_it_is_back() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.deliver(withdrawn(5), "evt_2")
    driver.settle()
    assert orders(driver) == []
    driver.deliver(asked(9), "evt_3")
    driver.settle()
    assert orders(driver) == ["req_1"]


def test_a_request_that_goes_away_after_the_order_is_told_and_changes_nothing() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    driver.deliver(withdrawn(5), "evt_2")
    driver.settle()
    assert not driver.record(REQUEST, "req_1").tombstone
    assert [r.why for r in reviews(driver)] == ["the record is no longer there"]
    assert driver.row(CRM, "req_1")["amount"] == "100"


@pytest.mark.parametrize("if_edited", [IfEdited.REPORT, IfEdited.RESTORE])
def test_an_order_that_the_bank_has_lost_is_not_made_again(if_edited: IfEdited) -> None:
    driver = Driver(payout_plan(if_edited=if_edited))
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    driver.deliver(in_bank(driver, 5), "evt_2")
    lost = Snapshot(record="orders", id="bank-req_1", version=at(9), content={}, gone=True)
    driver.deliver(lost, "evt_3")
    driver.deliver(asked(10), "evt_4")
    driver.settle()
    assert driver.record(REQUEST, "req_1").tombstone
    assert reviews(driver) == [], "what its owner has lost is gone, and not missing there"
    driver.deliver(in_bank(driver, 12), "evt_5")
    driver.settle()
    assert orders(driver) == ["req_1"]


def test_an_order_that_somebody_else_made_meanwhile_is_not_made_again() -> None:
    driver = Driver(payout_plan())
    driver.deliver(asked(0), "evt_1")
    driver.deliver(ordered(5), "evt_2")
    driver.settle()
    assert orders(driver) == []
    assert driver.rulings[0].why == "it stands there already, and the map grants no update"


def test_a_request_that_the_map_has_say_more_than_before_is_no_edit() -> None:
    plan = payout_plan()
    less = replace(plan.flows[REQUEST], proposes=plan.flows[REQUEST].proposes[:1])
    driver = Driver(replace(plan, flows={**plan.flows, REQUEST: less}))
    driver.deliver(asked(0, **{"for": "rent"}), "evt_1")
    driver.plan = plan
    driver.deliver(asked(5, **{"for": "rent"}), "evt_2")
    driver.deliver(asked(9, **{"for": "food"}), "evt_3")
    assert [(c.rule, c.loser) for c in conflicts(driver)] == [("report", {"text": "food"})]


def test_what_the_bank_knew_before_the_grant_is_not_ordered_again() -> None:
    plan = payout_plan(both=True)
    ungranted = replace(plan.flows[BANK], once=(), granted=frozenset(), may_create=False)
    driver = Driver(replace(plan, flows={**plan.flows, BANK: ungranted}))
    driver.deliver(ordered(0, key=None), "evt_1")
    driver.plan = plan
    driver.recheck(driver.record(BANK, "po_1").entity)
    driver.settle()
    assert orders(driver) == []


def test_the_bank_may_have_orders_of_its_own_and_knows_ours_by_their_keys() -> None:
    driver = Driver(payout_plan(both=True))
    driver.deliver(asked(0), "evt_1")
    driver.settle()
    driver.deliver(in_bank(driver, 5, "request:req_1"), "evt_2")
    driver.deliver(ordered(6, key=None, id="po_7", sum="7"), "evt_3")
    driver.deliver(ordered(6, key="a note", id="po_8", sum="8"), "evt_4")
    driver.settle()
    assert orders(driver) == ["request:req_1"]
    assert set(driver.tables[CRM]) == {"request:req_1", "bank:po_7", "bank:po_8"}
    assert conflicts(driver) == []


def test_an_order_that_does_not_show_its_key_is_not_born_again() -> None:
    driver = Driver(payout_plan(both=True))
    driver.deliver(asked(0), "evt_1")
    sparse = shown(5, {"state": "paid"}, record="orders", id="bank-request:req_1", complete=False)
    decision = driver.deliver(sparse, "evt_2")
    assert settled(decision).fate is Fate.UNLINKED
    assert len(driver.records) == 1


STEPS = ("ask", "ask", "amend", "send", "lose", "probe", "bank", "pay")


@given(st.lists(st.sampled_from(STEPS), max_size=14), st.booleans(), st.booleans())
def test_there_is_one_order_whatever_comes_in_which_order(steps: list[str], both: bool, fixed: bool) -> None:
    driver = Driver(payout_plan(both=both, fixed=fixed))
    key = "request:req_1" if both else "req_1"
    clock, first = 10, ""
    for step in (*steps, "ask"):
        clock += 5
        if step in ("ask", "amend"):
            amount = "100" if step == "ask" else "7000"
            first = first or amount
            driver.deliver(asked(0 if step == "ask" else 5, amount), f"evt_{step}")
        elif step in ("send", "lose"):
            driver.send(lose_answer=step == "lose")
        elif step == "probe":
            driver.probe()
        elif key in driver.tables.get(BANK, {}):
            if step == "pay":
                driver.edit(BANK, key, state="paid")
            driver.deliver(in_bank(driver, clock, key), f"evt_{clock}")
    driver.settle()
    driver.deliver(in_bank(driver, 1000, key), "evt_last")
    driver.settle()
    assert orders(driver) == [key]
    assert len(driver.records) == 1
    assert driver.tables[BANK][key]["sum"] == first
    assert driver.row(CRM, key)["amount"] == first
    assert driver.waiting == 0
    assert not reviews(driver)
