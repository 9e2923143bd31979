
from syncengine.model.decision import NeedReading
from syncengine.model.event import Snapshot
from syncengine.model.struct import replace
from syncengine.vocabulary import Fate
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, ERP, make_plan
from tests.decide.scenes import bill, charge, invoice, settled, standing


def deleted(seconds: float) -> Snapshot:
    return replace(bill(seconds), content={}, gone=True)


def test_targets_stay_as_they_are_and_nothing_more_is_written() -> None:
    driver = standing()
    driver.deliver(deleted(5), "evt_1")
    driver.deliver(charge(6, amount_refunded=1), "ch_1")
    driver.recheck(invoice(driver).entity)
    driver.settle()
    assert invoice(driver).tombstone
    assert driver.row(CRM, "in_1")["total"] == 1
    taken_back = driver.actions[len(standing().actions) :]
    assert [(a.flow, dict(a.content)) for a in taken_back] == [(ERP, {})], "what was held there is held no more"


def test_a_deletion_of_what_nobody_knows_waits() -> None:
    driver = Driver(make_plan())
    assert settled(driver.deliver(deleted(5), "evt_1")).fate is Fate.UNLINKED
    driver.deliver(bill(0), "evt_0")
    assert invoice(driver).tombstone


def test_an_older_snapshot_does_not_bring_it_back_and_a_newer_one_does() -> None:
    driver = standing()
    driver.deliver(deleted(5), "evt_2")
    assert settled(driver.deliver(bill(3, total=2), "evt_1")).fate is Fate.STALE
    assert invoice(driver).tombstone
    driver.deliver(bill(9, total=3), "evt_3")
    driver.settle()
    assert not invoice(driver).tombstone
    assert driver.row(CRM, "in_1")["total"] == 3


def test_what_was_pending_when_it_went_is_written_when_it_is_back_unchanged() -> None:
    driver = standing()
    driver.deliver(bill(4, total=2), "evt_1")
    driver.deliver(deleted(5), "evt_2")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 1
    driver.deliver(bill(6, total=2), "evt_3")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 2


def test_a_deletion_within_the_second_of_a_change_is_read_back() -> None:
    driver = standing()
    assert isinstance(driver.deliver(deleted(0), "evt_1"), NeedReading)
    driver.read(replace(deleted(1)))
    assert invoice(driver).tombstone
    assert driver.waiting == 0


def test_gone_twice_is_the_same() -> None:
    driver = standing()
    driver.deliver(deleted(5), "evt_1")
    assert settled(driver.deliver(deleted(5), "evt_2")).fate is Fate.SETTLED
    assert invoice(driver).sources[BILLING].events == ("evt_1", "evt_2")
