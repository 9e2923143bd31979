from hypothesis import given
from hypothesis import strategies as st

from syncengine.decide.confirm import MAX_ECHOES
from syncengine.vocabulary import Fate, IfEdited
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, make_plan
from tests.decide.scenes import bill, crm, seen_in_crm, settled, standing


def written(*totals: int, rule: IfEdited = IfEdited.REPORT) -> Driver:
    """Each total was written to the CRM, and none of the writes has come back."""
    driver = standing(make_plan(if_edited=rule), total=totals[0])
    for second, total in enumerate(totals[1:], start=1):
        driver.deliver(bill(second, total=total), f"evt_{second}")
        driver.settle()
    return driver


@given(totals=st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True), rule=st.sampled_from(IfEdited))
def test_our_writes_coming_back_are_no_edits(totals: list[int], rule: IfEdited) -> None:
    driver = written(*totals, rule=rule)
    base = crm(driver).base
    for second, total in enumerate(totals):
        decision = settled(driver.deliver(seen_in_crm(20 + second, total=total), f"crm_{second}"))
        assert decision.fate is Fate.ECHO
        assert not decision.conflicts
        assert not decision.reviews
        assert not decision.changes
    assert crm(driver).base == base
    assert crm(driver).echoes == ({**_untold(driver), "state": "Open"},)


def _untold(driver: Driver) -> dict[str, object]:
    """Places of our first write that no delivery has shown: they may still come back."""
    return {p: v for p, v in (crm(driver).base or {}).items() if p != "total"}


@given(totals=st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True))
def test_a_later_equal_value_is_an_edit(totals: list[int]) -> None:
    driver = written(*totals)
    old = totals[0]
    driver.deliver(seen_in_crm(20, total=old), "crm_1")
    decision = settled(driver.deliver(seen_in_crm(21, total=old), "crm_2"))
    assert [c.loser for c in decision.conflicts] == [{"total": old}]
    assert crm(driver).edited == {"total": old}


def test_the_newest_write_coming_back_ends_the_older_ones() -> None:
    driver = written(1, 2, 3)
    driver.deliver(seen_in_crm(20, total=3), "crm_1")
    decision = settled(driver.deliver(seen_in_crm(21, total=2), "crm_2"))
    assert [c.loser for c in decision.conflicts] == [{"total": 2}]


def test_an_edit_beside_an_echo_is_seen() -> None:
    driver = written(1, 2)
    decision = settled(driver.deliver(seen_in_crm(20, total=1, note="by hand"), "crm_1"))
    assert decision.fate is Fate.SETTLED
    assert [c.field for c in decision.conflicts] == ["note"]


def test_writes_that_nobody_announces_are_not_remembered() -> None:
    from tests.decide.plans import changed

    driver = standing(changed(make_plan(), CRM, pushed=False))
    assert crm(driver).echoes == ()


def test_only_so_many_writes_are_remembered() -> None:
    driver = written(*range(MAX_ECHOES + 4))
    assert len(crm(driver).echoes) == MAX_ECHOES
    assert driver.values(BILLING, "in_1")["total"] == MAX_ECHOES + 3
