from datetime import timedelta

import pytest

from syncengine.model.event import Snapshot, Version
from syncengine.vocabulary import Fate, InputKind
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, T0, at, make_plan
from tests.decide.scenes import BILL, bill, invoice, settled


def test_so_that_a_late_older_one_cannot_win() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0, total=1), "evt_0")
    driver.deliver(bill(10, total=1), "evt_2")
    late = settled(driver.deliver(bill(5, total=9), "evt_1"))
    assert late.fate is Fate.STALE
    assert driver.values(BILLING, "in_1")["total"] == 1
    assert invoice(driver).sources[BILLING].version == at(10)


def numbered(seconds: float, number: int | str | None, **changes: object) -> Snapshot:
    return Snapshot(
        record="invoices", id="in_1", content={**BILL, **changes},
        version=Version(at=T0 + timedelta(seconds=seconds), resolution=timedelta(0), sequence=number),
    )  # fmt: skip


def test_a_sequence_decides_whatever_the_clock_says() -> None:
    driver = Driver(make_plan())
    driver.deliver(numbered(50, 7), "evt_7")
    assert settled(driver.deliver(numbered(60, 6, total=6), "evt_6")).fate is Fate.STALE
    assert settled(driver.deliver(numbered(40, 8, total=8), "evt_8")).fate is Fate.SETTLED
    assert driver.values(BILLING, "in_1")["total"] == 8


@pytest.mark.parametrize(("first", "second"), [(7, "8"), (7, None), (None, 8), (7, 7)])
def test_sequences_that_do_not_decide_leave_it_to_the_clock(first: int | None, second: int | str | None) -> None:
    driver = Driver(make_plan())
    driver.deliver(numbered(50, first), "evt_1")
    assert settled(driver.deliver(numbered(40, second, total=4), "evt_2")).fate is Fate.STALE
    assert settled(driver.deliver(numbered(60, second, total=6), "evt_3")).fate is Fate.SETTLED


def test_a_second_change_under_one_number_is_settled_by_one_reading() -> None:
    """A version column that counts whole seconds: the reading has the same number as the row it is to settle."""
    driver = Driver(make_plan())
    driver.deliver(numbered(50, 7), "evt_1")
    driver.deliver(numbered(50, 7, total=2), "evt_2")
    assert driver.wants
    driver.read(numbered(50, 7, total=2))
    assert not driver.wants
    assert driver.values(BILLING, "in_1")["total"] == 2


def test_equal_content_of_one_second_keeps_the_widest_doubt_about_when() -> None:
    """The later of an event and a reading may be either: what is read within that second is not certainly newer."""
    driver = Driver(make_plan())
    driver.deliver(bill(5), "evt_1")
    driver.read(numbered(5, None))
    assert invoice(driver).sources[BILLING].version == at(5)
    driver.read(numbered(5.5, None, total=2))
    assert driver.wants


def test_a_reading_settles_what_waited_although_our_clock_is_behind_theirs() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(100), "evt_1")
    driver.deliver(bill(100, total=2), "evt_2")
    driver.read(numbered(20, None, total=3))
    assert not driver.wants
    assert not driver.waiting
    assert driver.values(BILLING, "in_1")["total"] == 3
    assert [q.kind for q, _ in driver.decisions].count(InputKind.READING) == 1


def test_while_a_reading_is_awaited_only_what_is_certainly_newer_applies() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(5, status="open"), "evt_1")
    driver.deliver(bill(5, status="open", total=2), "evt_2")
    driver.deliver(bill(5, status="paid"), "evt_3")
    assert driver.values(BILLING, "in_1")["status"] == "open"
    assert driver.waiting == 2
    driver.deliver(bill(6, status="paid", total=3), "evt_4")
    assert not driver.wants
    assert not driver.waiting
    assert not invoice(driver).unsettled
    assert driver.values(BILLING, "in_1")["total"] == 3


def test_a_reading_from_before_what_is_known_settles_nothing() -> None:
    """A replica that lags: its number is older than that of an event we have."""
    driver = Driver(make_plan())
    driver.deliver(numbered(50, 7), "evt_1")
    driver.deliver(numbered(50, 7, total=2), "evt_2")
    driver.read(numbered(60, 6, total=0))
    assert invoice(driver).unsettled
    assert driver.wants
    driver.read(numbered(61, 7, total=2))
    assert not driver.wants
    assert driver.values(BILLING, "in_1")["total"] == 2
