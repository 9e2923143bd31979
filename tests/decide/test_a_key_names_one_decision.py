from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncengine.vocabulary import ActionKind
from tests.decide.driver import Driver
from tests.decide.plans import CRM, make_plan
from tests.decide.scenes import bill, standing, with_account
from tests.decide.test_order_of_arrival_does_not_change_the_end import Arrival, answer_all, told
from tests.decide.truth import Story


@given(told())
def test_no_two_decisions_share_a_key(given_: tuple[Story, Arrival]) -> None:
    story, arrival = given_
    driver = Driver(make_plan())
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        answer_all(driver, story)
        driver.settle()
    keys = [action.key for action in driver.actions]
    assert len(set(keys)) == len(keys)


@given(event=st.text(min_size=1), other=st.text(min_size=1))
def test_the_key_of_a_creation_knows_no_event(event: str, other: str) -> None:
    """A provider may send two events for one change, and either may come first."""
    one, two = Driver(make_plan()), Driver(make_plan())
    one.deliver(bill(0), event)
    two.deliver(bill(0), other)
    assert [a.key for a in one.actions] == [a.key for a in two.actions]
    assert {a.kind for a in one.actions} == {ActionKind.CREATE}


def test_the_same_decisions_get_the_same_keys_and_another_content_another() -> None:
    def keys(total: int) -> list[str]:
        driver = standing()
        driver.deliver(bill(5, total=total), "evt_1")
        driver.deliver(bill(6, total=9), "evt_2")
        return [a.key for a in driver.actions if a.flow == CRM]

    assert keys(2) == keys(2)
    assert len(set(keys(2))) == 3


def test_keys_differ_by_project_flow_and_entity() -> None:
    found = set()
    for project in ("northwind", "southwind"):
        driver = with_account(plan=replace(make_plan(), project=project))
        driver.deliver(bill(0, id="in_2"), "evt_2")
        found |= {action.key for action in driver.actions}
        assert all(key.startswith(project) for key in (a.key for a in driver.actions))
    assert len(found) == 2 * len(driver.actions)


@given(project=st.text(min_size=1, max_size=400), id_=st.text(min_size=1, max_size=400))
def test_a_key_has_at_most_255_characters(project: str, id_: str) -> None:
    driver = Driver(replace(make_plan(), project=project))
    driver.deliver(bill(0, id=id_), "evt_0")
    assert driver.actions
    assert all(len(action.key) <= 255 for action in driver.actions)


def test_a_decision_whose_content_is_on_its_way_already_makes_no_action() -> None:
    driver = standing()
    driver.deliver(bill(5, total=2), "evt_1")
    made = len(driver.actions)
    driver.recheck(driver.links["invoice.billing", "in_1"])
    assert len(driver.actions) == made


def test_a_change_that_comes_back_before_it_was_sent_is_taken_back() -> None:
    driver = standing()
    driver.deliver(bill(5, total=2), "evt_1")
    driver.deliver(bill(6, total=1), "evt_2")
    driver.settle()
    assert [places for flow, _, places in driver.writes if flow == CRM][1:] == []
    assert driver.row(CRM, "in_1")["total"] == 1
