from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.decision import Settled
from syncengine.vocabulary import Fate
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, make_plan
from tests.decide.scenes import bill, invoice, settled
from tests.decide.test_order_of_arrival_does_not_change_the_end import Arrival, answer_all, told
from tests.decide.truth import Story


@given(told(may_go=True), st.data())
def test_whenever_it_comes_again(given_: tuple[Story, Arrival], data: st.DataObject) -> None:
    """Although intake would have stopped it: an event that took effect, or was too old to, never does again."""
    story, arrival = given_
    driver = Driver(make_plan())
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        answer_all(driver, story)
    if (BILLING, "in_1") not in driver.links:
        return  # only its deletion was told
    before, actions = invoice(driver), len(driver.actions)
    event, snapshot = data.draw(st.sampled_from(arrival))
    decision = driver.deliver(snapshot, event)
    assert isinstance(decision, Settled)
    assert decision.fate in (Fate.DUPLICATE, Fate.STALE)
    assert invoice(driver) == before
    assert len(driver.actions) == actions


def test_the_newest_event_again_is_a_duplicate() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0), "evt_0")
    assert settled(driver.deliver(bill(0), "evt_0")).fate is Fate.DUPLICATE


def test_a_stale_event_of_the_same_second_again_is_a_duplicate() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0, status="paid"), "evt_1")
    assert settled(driver.deliver(bill(0, status="open"), "evt_0")).fate is Fate.STALE
    assert settled(driver.deliver(bill(0, status="open"), "evt_0")).fate is Fate.DUPLICATE


def test_another_event_with_the_same_content_makes_no_action() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0), "evt_0")
    made = len(driver.actions)
    decision = settled(driver.deliver(bill(3), "evt_1"))
    assert decision.fate is Fate.SETTLED
    assert not decision.changes
    assert {o.why for o in decision.flows} == {"nothing new"}
    assert len(driver.actions) == made
