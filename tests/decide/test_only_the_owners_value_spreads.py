from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.value import Json
from syncengine.vocabulary import IfEdited
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, make_plan
from tests.decide.scenes import bill, charge, crm, invoice, seen_in_crm, settled, standing

VALUES: dict[str, st.SearchStrategy[Json]] = {
    "name": st.sampled_from((None, "N-1", "N-2")),
    "state": st.sampled_from(("Draft", "Open", "Paid", "Nonsense")),
    "total": st.integers(0, 3),
    "note": st.sampled_from((None, "a", "z")),
    "refunded": st.integers(0, 3),
    "unknown": st.text(max_size=3),
}
PLACES = st.fixed_dictionaries({}, optional=VALUES)


@given(places=PLACES, rule=st.sampled_from(IfEdited), complete=st.booleans())
def test_what_a_target_says_never_becomes_a_value(places: dict[str, Json], rule: IfEdited, complete: bool) -> None:
    driver = standing(make_plan(if_edited=rule))
    before = driver.values(BILLING, "in_1")
    decision = settled(driver.deliver(seen_in_crm(5, complete=complete, **places), "crm_1"))
    assert not decision.changes
    assert driver.values(BILLING, "in_1") == before


@given(
    edits=st.lists(PLACES, max_size=4),
    totals=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    rule=st.sampled_from(IfEdited),
)
def test_whatever_is_written_is_the_owners_word(
    edits: list[dict[str, Json]], totals: list[int], rule: IfEdited
) -> None:  # fmt: skip
    """Between the owner's changes people edit the CRM as they like: only words of the owner are ever sent there."""
    driver = standing(make_plan(if_edited=rule), total=9)
    said = {9}
    for second, total in enumerate(totals, start=1):
        driver.deliver(bill(10 * second, total=total), f"evt_{second}")
        said.add(total)
        if second <= len(edits):
            driver.edit(CRM, "in_1", **{p: "" if v is None else v for p, v in edits[second - 1].items()})
            driver.deliver(seen_in_crm(10 * second + 5, **edits[second - 1]), f"crm_{second}")
        driver.settle()
    for flow, _, places in driver.writes:
        assert flow == CRM
        assert "refunded" not in places
        assert places.get("total", 9) in said
        assert places.get("note", "a") == "a"
        assert places.get("state", "Open") == "Open"


def test_a_field_that_is_not_granted_is_only_shown() -> None:
    driver = Driver(make_plan())
    driver.deliver(bill(0), "evt_0")
    decision = settled(driver.deliver(charge(1, amount_refunded=4), "ch_1"))
    driver.settle()
    assert driver.values(BILLING, "in_1")["refunded"] == 4
    shown = [o.sandbox for o in decision.flows if o.flow == CRM]
    assert shown == [{"refunded": 4}]
    assert "refunded" not in driver.row(CRM, "in_1")


def test_an_unmapped_place_of_the_owner_is_not_kept() -> None:
    driver = standing(secret="4242")
    assert "4242" not in str(invoice(driver))
    assert "secret" not in crm(driver).base  # type: ignore[operator]
