from syncengine.model.decision import NeedReading
from syncengine.vocabulary import Fate
from tests.decide.plans import BILLING, CRM, make_plan
from tests.decide.scenes import bill, invoice, settled, standing


def test_and_what_the_reading_confirms_is_accepted_and_flagged() -> None:
    driver = standing(status="paid")
    assert isinstance(driver.deliver(bill(5, status="open"), "evt_1"), NeedReading)
    assert driver.values(BILLING, "in_1")["status"] == "paid"
    confirmed = settled(driver.read(bill(6, status="open")))
    driver.settle()
    assert [(r.field, r.why, r.value) for r in confirmed.reviews] == [
        ("status", "status made a move that the map does not list", {"from": "paid", "to": "open"})
    ]
    assert driver.row(CRM, "in_1")["state"] == "Open"
    assert not invoice(driver).unsettled
    asked, answered = (d for q, d in driver.decisions if q.event_id == "evt_1")
    assert isinstance(asked, NeedReading)
    assert settled(answered).fate is Fate.STALE


def test_and_what_the_reading_refutes_is_stale() -> None:
    driver = standing(status="paid")
    driver.deliver(bill(5, status="open"), "evt_1")
    refuted = settled(driver.read(bill(6, status="paid")))
    assert not refuted.reviews
    assert driver.values(BILLING, "in_1")["status"] == "paid"
    assert driver.waiting == 0


def test_a_listed_move_over_several_steps_needs_no_reading() -> None:
    driver = standing(status="draft")
    driver.deliver(bill(5, status="paid"), "evt_1")
    assert not driver.wants
    assert driver.values(BILLING, "in_1")["status"] == "paid"


def test_without_declared_moves_every_move_is_right() -> None:
    driver = standing(make_plan(moves={}), status="paid")
    driver.deliver(bill(5, status="draft"), "evt_1")
    assert not driver.wants
    assert driver.values(BILLING, "in_1")["status"] == "draft"


def test_two_ends_in_one_second_are_read_back() -> None:
    driver = standing(status="refunded")
    driver.deliver(bill(0, status="void"), "evt_1")
    assert driver.wants


def test_words_of_separate_chains_are_told_apart_by_which_ends() -> None:
    """No way leads from one to the other: a word from which nothing leads on is later than one that goes on."""
    plan = make_plan(moves={"draft": ("void",), "open": ("paid",)})
    driver = standing(plan, status="paid")
    assert settled(driver.deliver(bill(0, status="draft"), "evt_1")).fate is Fate.STALE
    other = standing(plan, status="draft")
    other.deliver(bill(0, status="paid"), "evt_1")
    assert other.wants  # later by its place in the chains, and not listed: read back
