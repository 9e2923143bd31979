from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.event import Snapshot
from syncengine.model.value import Json
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, WORDS, make_plan
from tests.decide.truth import FAR, Story, stories

Arrival = list[tuple[str, Snapshot]]


def arrivals(story: Story) -> st.SearchStrategy[Arrival]:
    """Its events in any order, some of them more than once."""
    events = story.events()
    return st.lists(st.sampled_from(events), max_size=3).flatmap(lambda more: st.permutations([*events, *more]))


@st.composite
def told(draw: st.DrawFn, *, may_go: bool = False) -> tuple[Story, Arrival]:
    story = draw(stories(may_go=may_go))
    return story, draw(arrivals(story))


def in_our_words(content: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "number": None,
        "status": content["status"],
        "total": content["total"],
        "note": content["note"],
        "seats": sum(item["quantity"] for item in content["items"]),
        "account": None,
    }


def in_the_crm(content: Mapping[str, Json]) -> dict[str, Json]:
    ours = in_our_words(content)
    shown = {
        "billing_id": "in_1", "source": "billing", "state": WORDS[ours["status"]], "total": ours["total"],
        "note": ours["note"], "seats": ours["seats"],
    }  # fmt: skip
    return {place: value for place, value in shown.items() if value is not None}


def answer_all(driver: Driver, story: Story) -> None:
    while driver.wants:
        driver.read_back(lambda _flow, _id: story.reading())


def assert_it_ended_in_the_truth(driver: Driver, story: Story) -> None:
    record = driver.record(BILLING, story.id)
    assert not record.unsettled
    assert driver.waiting == 0
    assert record.tombstone is story.steps[-1].gone
    if not story.steps[-1].gone:
        assert driver.values(BILLING, story.id) == in_our_words(story.steps[-1].content)


@given(told())
def test_when_readings_are_answered_at_the_end(given_: tuple[Story, Arrival]) -> None:
    story, arrival = given_
    driver = Driver(make_plan())
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
    answer_all(driver, story)
    assert_it_ended_in_the_truth(driver, story)


@given(told(may_go=True), st.data())
def test_when_readings_are_answered_between_deliveries(given_: tuple[Story, Arrival], data: st.DataObject) -> None:
    story, arrival = given_
    driver = Driver(make_plan())
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        if data.draw(st.booleans()):
            answer_all(driver, story)
    answer_all(driver, story)
    assert_it_ended_in_the_truth(driver, story)


@given(told(), st.data())
def test_when_a_reading_races_with_events_of_its_own_second(given_: tuple[Story, Arrival], data: st.DataObject) -> None:
    """A reading shows what is true when it is made: after all that has come in, before some of what has not."""
    story, arrival = given_
    driver = Driver(make_plan())
    moment = 0.0
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        moment = max(moment, story.steps[int(event.rpartition("-")[2].rstrip("b"))].moment)
        if data.draw(st.booleans()) and driver.wants:
            later = [m for s in story.steps if (m := s.moment + 0.005) >= moment]
            moment = data.draw(st.sampled_from(later))
            driver.read_back(lambda _flow, _id: story.reading(moment))  # noqa: B023
    answer_all(driver, story)
    assert_it_ended_in_the_truth(driver, story)


@given(told(), st.data())
def test_and_what_is_written_last_is_the_truth(given_: tuple[Story, Arrival], data: st.DataObject) -> None:
    story, arrival = given_
    driver = Driver(make_plan())
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        match data.draw(st.sampled_from(("nothing", "send", "lose", "probe", "read"))):
            case "send":
                driver.send()
            case "lose":
                driver.send(lose_answer=True)
            case "probe":
                driver.probe()
            case "read":
                answer_all(driver, story)
    answer_all(driver, story)
    driver.settle()
    assert_it_ended_in_the_truth(driver, story)
    assert driver.row(CRM, "in_1") == in_the_crm(story.steps[-1].content)


@given(told(), st.data())
def test_a_reading_is_asked_for_at_most_once_per_event(given_: tuple[Story, Arrival], data: st.DataObject) -> None:
    story, arrival = given_
    driver = Driver(make_plan())
    readings = 0
    for event, snapshot in arrival:
        driver.deliver(snapshot, event)
        while driver.wants:
            readings += len(driver.wants)
            driver.read_back(lambda _flow, _id: story.reading(min(FAR, snapshot_moment(story))))
    assert readings <= len(arrival)


def snapshot_moment(story: Story) -> float:
    """Within the last second of the story: the worst moment to read."""
    return story.steps[-1].moment + 0.001
