"""What is put back again and again is put back no more: after three rounds within an hour a person looks at it, until
an hour goes by without an edit.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from syncengine.decide.fight import MAX_ROUNDS, SPAN, Rounds, edited_again, is_fight
from syncengine.model.decision import Conflict, ReviewItem, Settled
from syncengine.model.event import Snapshot
from syncengine.model.record import Record
from syncengine.model.value import Json
from syncengine.vocabulary import IfEdited
from tests.decide.driver import Driver
from tests.decide.plans import CRM, T0, at, make_plan
from tests.decide.scenes import bill, crm, seen_in_crm, standing

MINUTE = timedelta(minutes=1)


def restoring() -> Driver:
    return standing(make_plan(if_edited=IfEdited.RESTORE))


def edit(driver: Driver, minute: int, **places: Json) -> None:
    """Somebody edits the CRM, a scan sees it, and whatever follows from it is done."""
    driver.now = T0 + minute * MINUTE
    driver.edit(CRM, "in_1", **places)
    driver.deliver(seen_in_crm(minute * 60, **places), f"edit_{minute}")
    driver.settle()


def conflicts(driver: Driver) -> list[Conflict]:
    return [c for _, d in driver.decisions if isinstance(d, Settled) for c in d.conflicts]


def reviews(driver: Driver) -> list[ReviewItem]:
    return [r for _, d in driver.decisions if isinstance(d, Settled) for r in d.reviews]


def shown(driver: Driver, place: str) -> object:
    return driver.row(CRM, "in_1").get(place)


def test_the_fourth_round_within_an_hour_is_left_for_a_person() -> None:
    driver = restoring()
    for minute in (1, 2, 3):
        edit(driver, minute, total=minute + 70)
        assert shown(driver, "total") == 1
    edit(driver, 4, total=99)
    assert shown(driver, "total") == 99
    (asked,) = reviews(driver)
    assert asked.why.startswith("restore_fight: total")
    assert asked.value == {"total": 99}
    assert [c.rule for c in conflicts(driver)] == ["restore"] * 3


def test_other_fields_of_the_record_are_put_back_all_the_same() -> None:
    driver = restoring()
    for minute in (1, 2, 3, 4):
        edit(driver, minute, total=minute + 70)
    edit(driver, 5, note="edited")
    assert (shown(driver, "total"), shown(driver, "note")) == (74, "a")


def test_the_owner_has_to_wait_for_the_person_too() -> None:
    driver = restoring()
    for minute in (1, 2, 3, 4):
        edit(driver, minute, total=minute + 70)
    driver.deliver(bill(300, total=5, note="b"), "evt_1")
    driver.settle()
    assert (shown(driver, "total"), shown(driver, "note")) == (74, "b")


def test_edits_that_are_far_apart_are_put_back_for_ever() -> None:
    driver = restoring()
    for minute in range(0, 300, 25):
        edit(driver, minute, total=minute + 70)
        assert shown(driver, "total") == 1
    assert reviews(driver) == []


def test_a_fight_goes_on_while_somebody_edits_and_ends_an_hour_after_that() -> None:
    driver = restoring()
    for minute in (1, 2, 3, 4, 50, 100):
        edit(driver, minute, total=minute + 70)
    assert shown(driver, "total") == 170
    driver.now = T0 + 161 * MINUTE
    driver.deliver(seen_in_crm(161 * 60, total=170), "seen")
    driver.settle()
    assert shown(driver, "total") == 1, "the edit that still stands there is put back after all"


def test_one_look_is_one_round_however_many_places_of_the_field_it_finds_changed() -> None:
    rounds: Rounds = {}
    for minute in (1, 2, 3):
        rounds = edited_again(edited_again(rounds, "total", T0 + minute * MINUTE), "total", T0 + minute * MINUTE)
    assert not is_fight(rounds, "total", T0 + 3 * MINUTE)


def test_a_record_that_is_deleted_again_and_again_is_created_no_more() -> None:
    driver = restoring()
    for minute in (1, 2, 3, 4):
        driver.now = T0 + minute * MINUTE
        driver.tables[CRM].pop("in_1", None)
        gone = Snapshot(record="bills", id="crm-in_1", version=at(minute * 60), content={}, gone=True)
        driver.deliver(gone, f"gone_{minute}")
        driver.settle()
    assert "in_1" not in driver.tables[CRM]
    assert [r.why for r in reviews(driver)] == ["restore_fight: it was created again 3 times"]


def test_what_is_only_reported_or_reviewed_is_no_fight() -> None:
    for rule in (IfEdited.REPORT, IfEdited.REVIEW):
        driver = standing(make_plan(if_edited=rule))
        for minute in range(1, 8):
            edit(driver, minute, total=minute + 70)
        assert not crm(driver).rounds


def test_the_rounds_are_kept_with_the_record() -> None:
    driver = restoring()
    edit(driver, 1, total=71)
    record: Record = next(iter(driver.records.values()))
    assert record.targets[CRM].rounds == {"total": (T0 + MINUTE,)}


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30, unique=True))
def test_no_hour_has_more_rounds_than_it_may_have(minutes: list[int]) -> None:
    rounds: Rounds = {}
    put_back: list[datetime] = []
    left: list[datetime] = []
    for minute in sorted(minutes):
        moment = T0 + minute * MINUTE
        rounds = edited_again(rounds, "total", moment)
        (left if is_fight(rounds, "total", moment) else put_back).append(moment)
    for index, moment in enumerate(put_back):
        assert len([other for other in put_back[: index + 1] if moment - other < SPAN]) <= MAX_ROUNDS
    for before, after in pairwise(sorted(put_back + left)):
        if before in left and after in put_back:
            assert after - before >= SPAN, "an hour without a round ends a fight, and nothing else"
    assert len(rounds["total"]) <= MAX_ROUNDS + 1
