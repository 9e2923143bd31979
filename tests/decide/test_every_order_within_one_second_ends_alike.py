"""Exhaustive where the properties only sample: short lives in one second, told in every order there is."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import combinations, pairwise, permutations, product

import pytest

from syncengine.model.event import Snapshot
from syncengine.model.value import Json
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, at, make_plan
from tests.decide.truth import FAR, Step, Story


class Read(StrEnum):
    """When a reading is made: after all deliveries, with the newest one that came in, or a step ahead of that."""

    AT_THE_END = "at the end"
    AT_ONCE = "at once"
    AHEAD = "ahead"


PLAN = make_plan(moves={})
LEGAL = make_plan()


def life(contents: tuple[Mapping[str, Json], ...], twice: frozenset[int] = frozenset(), **how: bool) -> Story:
    steps = tuple(Step(round(i / 100, 2), {"note": None, "items": [], **c}) for i, c in enumerate(contents))
    return Story("invoices", "in_1", steps, twice=twice, **how)


def totals(length: int) -> Iterator[tuple[Mapping[str, Json], ...]]:
    """Every life in which the total changes at each step, and may come back to what it was."""
    for values in product((0, 1, 2), repeat=length):
        if values[0] == 0 and all(a != b for a, b in pairwise(values)):
            yield tuple({"status": "open", "total": v} for v in values)


def pairs(length: int) -> Iterator[tuple[Mapping[str, Json], ...]]:
    """Every life in which the total or the note changes at each step."""
    for flips in product((0, 1), repeat=length - 1):
        total, note = 0, "a"
        contents: list[Mapping[str, Json]] = [{"status": "open", "total": total, "note": note}]
        for flip in flips:
            total, note = (1 - total, note) if flip else (total, "b" if note == "a" else "a")
            contents.append({"status": "open", "total": total, "note": note})
        yield tuple(contents)


def end(story: Story, order: tuple[int, ...], *, read: Read, plan: object = PLAN) -> Mapping[str, Json]:
    driver = Driver(plan)  # type: ignore[arg-type]
    events, seen = story.events(), 0.0
    for index in order:
        event, snapshot = events[index]
        seen = max(seen, story.steps[int(event.rpartition("-")[2].rstrip("b"))].moment)
        driver.deliver(snapshot, event)
        if driver.wants and read is not Read.AT_THE_END:
            seen += 0.01 if read is Read.AHEAD else 0.0
            driver.read_back(lambda _flow, _id: story.reading(seen))  # noqa: B023
    while driver.wants:
        driver.read_back(lambda _flow, _id: story.reading(FAR))
    record = driver.record(BILLING, "in_1")
    assert not record.unsettled
    return {name: state.value for name, state in record.fields.items()}


def assert_every_order_ends_in_the_truth(story: Story, *, read: Read, plan: object = PLAN) -> None:
    last = story.steps[-1].content
    for order in permutations(range(len(story.events()))):
        found = end(story, order, read=read, plan=plan)
        shown = {name: found[name] for name in ("status", "total", "note")}
        assert shown == {name: last[name] for name in shown}, (story, order)


@pytest.mark.parametrize("read", Read)
def test_when_each_change_names_what_was_before(read: Read) -> None:
    for length in (2, 3, 4):
        for contents in (*totals(length), *pairs(length)):
            story = life(contents, names_previous=True)
            assert_every_order_ends_in_the_truth(story, read=read)


@pytest.mark.parametrize("read", Read)
def test_when_a_second_event_tells_of_the_same_change_without_naming_it(read: Read) -> None:
    for contents in (*totals(3), *pairs(3)):
        for twice in combinations(range(3), 1):
            story = life(contents, frozenset(twice), names_previous=True)
            assert_every_order_ends_in_the_truth(story, read=read)


@pytest.mark.parametrize("read", Read)
def test_when_nothing_but_readings_can_tell(read: Read) -> None:
    for contents in (*totals(3), *pairs(3), *totals(4)):
        assert_every_order_ends_in_the_truth(life(contents), read=read)


@pytest.mark.parametrize("read", Read)
def test_when_declared_moves_tell_some_of_it(read: Read) -> None:
    lives = [
        ("draft", "open", "paid", "refunded"),
        ("draft", "open", "open", "void"),
        ("draft", "draft", "open", "paid"),
        ("open", "paid", "paid", "paid"),
    ]
    for words, amounts in product(lives, ((0, 0, 0, 0), (0, 1, 1, 2), (1, 1, 0, 1))):
        contents = tuple({"status": w, "total": t} for w, t in zip(words, amounts, strict=True))
        assert_every_order_ends_in_the_truth(life(contents), read=read, plan=LEGAL)
        told = life(contents, names_previous=True)
        assert_every_order_ends_in_the_truth(told, read=read, plan=LEGAL)


@pytest.mark.parametrize("read", Read)
@pytest.mark.parametrize("names_previous", [False, True])
def test_when_each_event_shows_only_what_it_changed(read: Read, names_previous: bool) -> None:
    lives = [*totals(3), *pairs(3), *pairs(4), *moving()]
    for contents in lives:
        story = life(contents, names_previous=names_previous, sparse=True)
        assert_every_order_ends_in_the_truth(story, read=read, plan=LEGAL)


def moving() -> Iterator[tuple[Mapping[str, Json], ...]]:
    """The status moves at one step, the note at any."""
    for step, notes in product((1, 2, 3), product("ab", repeat=4)):
        yield tuple(
            {"status": "paid" if index >= step else "open", "total": 1, "note": note}
            for index, note in enumerate(notes)
        )


def test_created_finalized_and_paid_in_one_second_need_no_reading() -> None:
    story = life(tuple({"status": s, "total": 5} for s in ("draft", "open", "paid")))
    for order in permutations(range(3)):
        driver = Driver(LEGAL)
        for index in order:
            driver.deliver(story.events()[index][1], story.events()[index][0])
        assert not driver.wants
        assert driver.values(BILLING, "in_1")["status"] == "paid"


def test_a_chain_that_names_what_was_before_needs_no_reading() -> None:
    story = life(tuple({"status": "open", "total": t} for t in (0, 1, 2, 3)), names_previous=True)
    for order in permutations(range(4)):
        driver = Driver(PLAN)
        for index in order[:4]:
            driver.deliver(story.events()[index][1], story.events()[index][0])
        assert driver.values(BILLING, "in_1")["total"] == 3 or driver.wants


def test_a_change_that_names_only_some_of_the_others_values_decides_nothing() -> None:
    """Before it, the status was the other's and the total was not: the other may be older, or newer by a way back."""
    driver = Driver(PLAN)
    driver.deliver(told({"status": "open", "total": 20}), "evt_1")
    driver.deliver(told({"status": "paid", "total": 15}, status="open", total=10), "evt_2")
    assert driver.wants
    other = Driver(PLAN)
    other.deliver(told({"status": "paid", "total": 15}, status="open", total=10), "evt_2")
    other.deliver(told({"status": "open", "total": 20}), "evt_1")
    assert other.wants


def told(content: Mapping[str, Json], **previous: Json) -> Snapshot:
    whole = {"note": None, "items": [], **content}
    return Snapshot(record="invoices", id="in_1", version=at(0), content=whole, previous=previous)
