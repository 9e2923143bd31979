from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.value import Json
from syncengine.vocabulary import IfEdited
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, changed, make_plan
from tests.decide.scenes import bill, crm, outcome, seen_in_crm, settled, standing

REPORT, RESTORE, REVIEW = IfEdited.REPORT, IfEdited.RESTORE, IfEdited.REVIEW


def in_the_crm(driver: Driver, total: Json) -> None:
    """Somebody writes a total there, and the CRM tells of it."""
    driver.edit(CRM, "in_1", total=total)
    driver.deliver(seen_in_crm(20, total=total), f"crm_{total}")


def from_the_owner(driver: Driver, total: int) -> None:
    driver.deliver(bill(10, total=total), f"evt_{total}")


def kept(driver: Driver) -> list[tuple[str, Any, Any]]:
    """(rule, winner, loser) of everything that lost."""
    found = [c for _, d in driver.decisions for c in settled(d).conflicts]
    return [(c.rule, c.winner["total"], c.loser["total"]) for c in found]


def asked(driver: Driver) -> list[Any]:
    return [value for _, d in driver.decisions for r in settled(d).reviews for value in r.value.values()]


# rule, owner moves to, target moves to -> (what lost, what a person is asked about, what stands there in the end)
TABLE: list[tuple[IfEdited, int | None, int | None, list[tuple[str, int, int]], list[int], int]] = [
    (REPORT, None, None, [], [], 1),
    (REPORT, 2, None, [], [], 2),
    (REPORT, None, 7, [("report", 1, 7)], [], 7),
    (REPORT, 2, 2, [], [], 2),
    (REPORT, 2, 7, [("owner", 2, 7)], [], 2),
    (RESTORE, None, None, [], [], 1),
    (RESTORE, 2, None, [], [], 2),
    (RESTORE, None, 7, [("restore", 1, 7)], [], 1),
    (RESTORE, 2, 2, [], [], 2),
    (RESTORE, 2, 7, [("owner", 2, 7)], [], 2),
    (REVIEW, None, None, [], [], 1),
    (REVIEW, 2, None, [], [], 2),
    (REVIEW, None, 7, [], [7], 7),
    (REVIEW, 2, 2, [], [], 2),
    (REVIEW, 2, 7, [], [7], 7),
]


@pytest.mark.parametrize(("rule", "owner", "target", "losers", "questions", "end"), TABLE)
def test_the_table_when_the_owner_moved_first(
    rule: IfEdited, owner: int | None, target: int | None, losers: list[Any], questions: list[int], end: int
) -> None:  # fmt: skip
    driver = standing(make_plan(if_edited=rule))
    if owner is not None:
        from_the_owner(driver, owner)
    if target is not None:
        in_the_crm(driver, target)
    driver.settle()
    assert kept(driver) == losers
    assert asked(driver) == questions
    assert driver.row(CRM, "in_1")["total"] == end
    assert driver.values(BILLING, "in_1")["total"] == (owner or 1)


@pytest.mark.parametrize(
    ("rule", "owner", "target", "losers", "questions", "end"),
    [
        (REPORT, 2, 7, [("report", 1, 7)], [], 2),
        (REPORT, 2, 2, [("report", 1, 2)], [], 2),
        (RESTORE, 2, 7, [("restore", 1, 7)], [], 2),
        (REVIEW, 2, 7, [], [7], 7),
        (REVIEW, 2, 2, [], [2], 2),
    ],
)
def test_the_table_when_the_target_moved_first(
    rule: IfEdited, owner: int, target: int, losers: list[Any], questions: list[int], end: int
) -> None:  # fmt: skip
    driver = standing(make_plan(if_edited=rule))
    in_the_crm(driver, target)
    from_the_owner(driver, owner)
    driver.settle()
    assert kept(driver) == losers
    assert asked(driver) == questions
    assert driver.row(CRM, "in_1")["total"] == end
    assert crm(driver).edited == ({"total": 7} if end == 7 else {})


@pytest.mark.parametrize("rule", IfEdited)
def test_the_same_edit_told_twice_is_kept_once(rule: IfEdited) -> None:
    driver = standing(make_plan(if_edited=rule))
    driver.switches = type(driver.switches)(floor=driver.switches.floor, paused=frozenset({"system:crm"}))
    in_the_crm(driver, 7)
    driver.deliver(seen_in_crm(21, total=7), "again")
    assert len(kept(driver)) + len(asked(driver)) == 1


def test_the_base_of_an_edit_that_is_only_reported_stays() -> None:
    driver = standing()
    in_the_crm(driver, 7)
    base = crm(driver).base
    assert base is not None
    assert base["total"] == 1
    assert crm(driver).edited == {"total": 7}
    driver.deliver(seen_in_crm(30, total=1), "put_back")
    assert crm(driver).edited == {}


def test_an_edit_under_review_keeps_what_was_pending_from_being_written() -> None:
    driver = standing(make_plan(if_edited=REVIEW))
    from_the_owner(driver, 2)
    in_the_crm(driver, 7)
    driver.deliver(bill(30, total=3), "evt_3")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 7
    driver.edit(CRM, "in_1", total=1)
    driver.deliver(seen_in_crm(40, total=1), "put_back")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 3


def test_an_edit_that_only_the_look_before_a_write_finds_is_judged_first() -> None:
    driver = standing()
    driver.edit(CRM, "in_1", total=7, note="by hand")
    from_the_owner(driver, 2)
    driver.settle()
    assert driver.row(CRM, "in_1") == {**standing().row(CRM, "in_1"), "total": 2, "note": "by hand"}
    assert [c.rule for _, d in driver.decisions for c in settled(d).conflicts] == ["owner", "report"]


def test_a_restore_needs_the_grant() -> None:
    plan = make_plan(if_edited=RESTORE)
    driver = standing(plan)
    driver.plan = changed(plan, CRM, may_update=False)
    driver.edit(CRM, "in_1", total=7)
    decision = driver.deliver(seen_in_crm(20, total=7), "crm_1")
    assert outcome(decision, CRM) == "nothing"
    assert [c.rule for c in settled(decision).conflicts] == ["restore"]


def test_a_row_that_stood_there_before_is_taken_over_and_its_values_are_kept_as_losers() -> None:
    driver = Driver(make_plan())
    driver.tables[CRM] = {"in_1": {"id": "crm-9", "billing_id": "in_1", "total": 50, "note": "a", "source": "import"}}
    driver.deliver(bill(0), "evt_0")
    driver.settle()
    assert driver.row(CRM, "in_1") == {
        "billing_id": "in_1", "total": 1, "note": "a", "source": "import", "state": "Open", "seats": 1,
    }  # fmt: skip
    assert kept(driver) == [("adopted", 1, 50)]
    assert driver.links[CRM, "crm-9"] == driver.links[BILLING, "in_1"]


def test_a_place_that_a_complete_reading_does_not_show_is_empty_there() -> None:
    driver = standing()
    driver.deliver(seen_in_crm(20, complete=True, state="Open", total=1, seats=1, account_id=None), "crm_1")
    assert crm(driver).edited == {"note": None}


@given(rule=st.sampled_from(IfEdited), moves=st.lists(st.sampled_from(("owner", "edit", "send")), max_size=8))
def test_every_value_that_somebody_wrote_there_is_kept(rule: IfEdited, moves: list[str]) -> None:
    """Whoever moves when: an edit ends among the losers or before a person, and restoring ends in the owner's word."""
    driver = standing(make_plan(if_edited=rule))
    edits = []
    for second, move in enumerate(moves, start=1):
        if move == "owner":
            driver.deliver(bill(second, total=second), f"evt_{second}")
        elif move == "edit":
            edits.append(100 + second)
            driver.edit(CRM, "in_1", total=edits[-1])
            driver.deliver(seen_in_crm(second, total=edits[-1]), f"crm_{second}")
        else:
            driver.settle()
    driver.settle()
    assert sorted([loser for _, _, loser in kept(driver)] + asked(driver)) == edits
    if rule is RESTORE:
        assert driver.row(CRM, "in_1")["total"] == driver.values(BILLING, "in_1")["total"]
