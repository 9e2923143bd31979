from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import decode, encode
from syncengine.decide.decide import decide
from syncengine.decide.evolve import evolve
from syncengine.decide.state import State
from syncengine.model.event import Input
from syncengine.model.record import Record, to_document
from syncengine.model.struct import replace
from tests.decide.driver import Driver
from tests.decide.plans import make_plan
from tests.decide.scenes import customer, seen_in_crm
from tests.decide.test_order_of_arrival_does_not_change_the_end import Arrival, answer_all, told
from tests.decide.truth import Story


def played(story: Story, arrival: Arrival, steps: list[str]) -> Driver:
    driver = Driver(make_plan())
    driver.deliver(customer(0), "evt_c")
    for (event, snapshot), step in zip(arrival, steps, strict=False):
        driver.deliver(snapshot, event)
        match step:
            case "send":
                driver.settle()
            case "read":
                answer_all(driver, story)
            case "edit":
                driver.deliver(seen_in_crm(5, total=77), f"crm_{event}")
    return driver


STEPS = st.lists(st.sampled_from(("send", "read", "edit", "")), min_size=9, max_size=9)


@given(told(may_go=True), STEPS)
def test_nothing_that_is_passed_in_is_changed(given_: tuple[Story, Arrival], steps: list[str]) -> None:
    story, arrival = given_
    driver = played(story, arrival, steps)
    for question, _ in driver.decisions:
        for record in (*driver.records.values(), None):
            if record is not None and question.flow and not question.flow.startswith(record.object):
                continue
            if question.snapshot is None and record is None:
                continue
            neighbours = driver.neighbours()
            state = State(
                record=record, neighbours=neighbours, translated=driver.translated(), switches=driver.switches
            )  # fmt: skip
            before = deepcopy((question, record, dict(neighbours), driver.switches))
            first = decide(question, state, driver.plan, driver.now)
            after = evolve(record, question, first) if record is not None or not _asks_to_read(first) else None
            assert (question, record, dict(neighbours), driver.switches) == before
            assert decide(question, state, driver.plan, driver.now) == first
            assert evolve(record, question, first) == after
            assert_storable(after)


def _asks_to_read(decision: object) -> bool:
    return not hasattr(decision, "fate")


def assert_storable(record: Record | None) -> None:
    if record is not None:
        encode(decode(to_document(record)))


@given(told(), STEPS)
def test_the_same_story_gives_the_same_ledger(given_: tuple[Story, Arrival], steps: list[str]) -> None:
    one, other = played(*given_, steps), played(*given_, steps)
    assert one.decisions == other.decisions
    assert one.records == other.records
    assert one.actions == other.actions


@given(told(), STEPS)
def test_a_judgement_does_not_depend_on_how_often_it_was_made(given_: tuple[Story, Arrival], steps: list[str]) -> None:
    """evolve gives the very same record where nothing changes, so that nothing is written for it."""
    driver = played(*given_, steps)
    entity = driver.links["invoice.billing", "in_1"]
    driver.settle()
    before = driver.records[entity]
    question = Input(seq=999, kind=driver.decisions[0][0].kind, event_id="evt", flow="", snapshot=None)
    again = replace(question, kind=type(question.kind).RECHECK)
    state = State(record=before, neighbours=driver.neighbours(), switches=driver.switches)
    decision = decide(again, state, driver.plan, driver.now)
    if all(o.action is None for o in decision.flows):  # type: ignore[union-attr]
        assert evolve(before, again, decision) is before
