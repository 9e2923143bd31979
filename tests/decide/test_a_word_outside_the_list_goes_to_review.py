import pytest

from syncengine.model.value import Json, Value
from syncengine.plan.plan import UnreadableError, WriteSpelling
from syncengine.vocabulary import Fate
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, ERP, changed, make_plan, writes
from tests.decide.scenes import bill, crm, invoice, outcome, seen_in_crm, settled, standing


def test_and_the_old_value_stays_while_the_rest_applies() -> None:
    driver = standing()
    decision = settled(driver.deliver(bill(5, status="frozen", total=2), "evt_1"))
    driver.settle()
    assert decision.fate is Fate.SETTLED
    assert [(r.field, r.flow) for r in decision.reviews] == [("status", BILLING)]
    assert driver.values(BILLING, "in_1")["status"] == "open"
    assert driver.row(CRM, "in_1")["state"] == "Open"
    assert driver.row(CRM, "in_1")["total"] == 2


def test_and_an_older_snapshot_does_not_come_back_for_it() -> None:
    driver = standing()
    driver.deliver(bill(5, status="frozen"), "evt_1")
    assert settled(driver.deliver(bill(3, status="paid"), "evt_2")).fate is Fate.STALE


def test_a_value_without_a_normal_form_parks_its_whole_record() -> None:
    driver = standing()
    before = invoice(driver)
    decision = settled(driver.deliver(bill(5, total="much", note="b"), "evt_1"))
    assert decision.fate is Fate.FAILED
    assert [r.field for r in decision.reviews] == ["total"]
    assert invoice(driver) == before


def test_a_record_that_cannot_be_read_is_not_born() -> None:
    driver = Driver(make_plan())
    assert settled(driver.deliver(bill(0, total="much"), "evt_0")).fate is Fate.FAILED
    assert not driver.records


def test_a_value_that_a_target_cannot_spell_stops_that_flow_alone() -> None:
    def spell(value: Value) -> Json:
        if value == "open":
            raise UnreadableError("their words have none for it")
        return value

    cannot = (writes("status", "state", spell), writes("total", "total"))
    driver = standing(changed(make_plan(), CRM, shows=cannot), status="draft")
    assert driver.row(CRM, "in_1")["state"] == "draft"
    decision = driver.deliver(bill(5, total=4), "evt_1")
    driver.settle()
    assert outcome(decision, CRM) == "review"
    assert outcome(decision, ERP) == "held"
    assert driver.row(CRM, "in_1")["total"] == 1
    told = settled(driver.deliver(bill(6, status="paid", total=4), "evt_2"))
    driver.settle()
    assert not told.reviews
    assert driver.row(CRM, "in_1")["total"] == 4


@pytest.mark.parametrize("seen", [1, 7])
def test_an_edit_beside_a_value_that_cannot_be_spelled_is_still_judged(seen: int) -> None:
    driver = standing()
    driver.plan = changed(driver.plan, CRM, shows=(_unspellable(),))
    driver.deliver(seen_in_crm(9, total=seen), "crm_1")
    assert crm(driver).edited == ({"total": 7} if seen == 7 else {})


def _unspellable() -> WriteSpelling:
    def spell(_value: Value) -> Json:
        raise UnreadableError("nobody can spell it")

    return writes("total", "total", spell)


def test_what_is_only_looked_at_never_stands_in_the_way_of_what_is_written() -> None:
    driver = standing()
    shows = (*(s for s in driver.plan.flows[CRM].shows if s.field != "refunded"), _unspellable())
    driver.plan = changed(driver.plan, CRM, shows=shows, granted=driver.plan.flows[CRM].granted - {"total"})
    decision = driver.deliver(bill(5, note="b"), "evt_1")
    assert outcome(decision, CRM) == "act"
