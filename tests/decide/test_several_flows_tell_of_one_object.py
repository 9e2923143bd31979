
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.event import Snapshot
from syncengine.model.struct import replace
from syncengine.vocabulary import Fate, IfEdited
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CHARGE, CRM, ERP, changed, make_plan
from tests.decide.scenes import bill, charge, crm, invoice, seen_in_crm, settled, standing
from tests.decide.test_order_of_arrival_does_not_change_the_end import in_our_words
from tests.decide.truth import Step, Story, stories


@st.composite
def charges(draw: st.DrawFn) -> Story:
    """What a charge says of how much was refunded, one cent more each time."""
    moments = draw(st.lists(st.sampled_from((0.0, 0.01, 1.0, 1.01, 3.0)), min_size=1, unique=True).map(sorted))
    steps = tuple(
        Step(moment, {"invoice": "in_1", "status": "succeeded", "amount_refunded": cents})
        for cents, moment in enumerate(moments)
    )
    return Story("charges", "ch_1", steps, names_previous=draw(st.booleans()))


@given(invoices=stories(), refunds=charges(), data=st.data())
def test_in_any_order_the_charge_waits_for_its_invoice_and_both_end_in_the_truth(
    invoices: Story, refunds: Story, data: st.DataObject
) -> None:  # fmt: skip
    told: list[tuple[str, Snapshot]] = [*invoices.events(), *refunds.events()]
    driver = Driver(make_plan())
    truth = {BILLING: invoices, CHARGE: refunds}
    for event, snapshot in data.draw(st.permutations(told)):
        driver.deliver(snapshot, event)
        if data.draw(st.booleans()):
            driver.settle()
    while driver.wants:
        driver.read_back(lambda flow, _id: truth[flow].reading())
    driver.settle()
    assert driver.waiting == 0
    refunded = refunds.steps[-1].content["amount_refunded"]
    assert driver.values(BILLING, "in_1") == {**in_our_words(invoices.steps[-1].content), "refunded": refunded}
    assert driver.row(CRM, "in_1")["total"] == invoices.steps[-1].content["total"]


def test_a_record_that_nobody_knows_yet_waits_and_is_never_adopted() -> None:
    driver = Driver(make_plan())
    assert settled(driver.deliver(charge(0, amount_refunded=4), "ch_1")).fate is Fate.UNLINKED
    assert not driver.records
    driver.deliver(bill(1), "evt_0")
    assert driver.values(BILLING, "in_1")["refunded"] == 4
    assert driver.links[CHARGE, "ch_1"] == driver.links[BILLING, "in_1"]


def test_a_record_of_theirs_without_our_key_waits_as_well() -> None:
    driver = standing()
    assert settled(driver.deliver(charge(0, id="ch_9", invoice=None), "ch_1")).fate is Fate.UNLINKED


def test_several_of_their_records_with_one_key_go_to_review() -> None:
    driver = standing()
    driver.deliver(charge(1, amount_refunded=4), "ch_1")
    before = invoice(driver)
    decision = settled(driver.deliver(charge(2, id="ch_2", amount_refunded=9), "ch_2"))
    assert [r.flow for r in decision.reviews] == [CHARGE]
    assert invoice(driver) == before


def test_a_condition_of_the_flow_leaves_records_out() -> None:
    driver = standing()
    decision = settled(driver.deliver(charge(1, status="failed", amount_refunded=4), "ch_1"))
    assert decision.fate is Fate.SETTLED
    assert driver.values(BILLING, "in_1").get("refunded") is None
    assert (CHARGE, "ch_1") not in driver.links


def test_a_condition_of_the_flow_leaves_out_what_would_be_born() -> None:
    driver = Driver(changed(make_plan(), BILLING, only_read=lambda theirs: theirs["status"] != "draft"))
    assert settled(driver.deliver(bill(0, status="draft"), "evt_0")).fate is Fate.SETTLED
    assert not driver.records
    driver.deliver(bill(1), "evt_1")
    assert driver.values(BILLING, "in_1")["status"] == "open"


def test_a_reading_that_is_left_out_ends_the_doubt_with_what_is_known() -> None:
    driver = standing()
    driver.deliver(charge(1, amount_refunded=4), "ch_1")
    driver.deliver(charge(1, amount_refunded=5), "ch_2")
    assert driver.wants
    driver.read(charge(9, status="failed", amount_refunded=0))
    assert not driver.wants
    assert not driver.waiting
    assert not invoice(driver).unsettled
    assert driver.values(BILLING, "in_1")["refunded"] == 4


def test_a_flow_of_a_target_that_reads_too_is_put_in_order_by_its_own_records_alone() -> None:
    """A look before a write shows only what we write: it says nothing about how new the rest is."""
    plan = changed(make_plan(), CRM, reads=make_plan().flows[CHARGE].reads)
    driver = standing(plan)
    seen = seen_in_crm(9, complete=True, state="Open", total=1, note="a", seats=1, amount_refunded=3)
    driver.edit(CRM, "in_1", note="by hand")
    driver.deliver(bill(20, total=2), "evt_1")
    driver.settle()
    assert CRM not in invoice(driver).sources
    driver.deliver(seen, "crm_1")
    assert driver.values(BILLING, "in_1")["refunded"] == 3


def test_gone_in_a_secondary_flow_is_not_gone() -> None:
    driver = standing()
    driver.deliver(charge(1, amount_refunded=4), "ch_1")
    driver.deliver(replace(charge(2), gone=True), "ch_2")
    assert not invoice(driver).tombstone
    driver.deliver(replace(bill(5), gone=True), "evt_1")
    driver.deliver(charge(6, amount_refunded=5), "ch_3")
    assert invoice(driver).tombstone


def test_a_row_that_comes_back_under_another_id_is_linked_anew() -> None:
    driver = standing()
    driver.deliver(seen_in_crm(5, gone=True), "crm_1")
    assert crm(driver).missing
    driver.deliver(replace(seen_in_crm(6, state="Open", total=5), id="crm-new"), "crm_2")
    assert not crm(driver).missing
    assert driver.links[CRM, "crm-new"] == driver.links[BILLING, "in_1"]
    driver.deliver(bill(9, total=7), "evt_9")
    driver.tables[CRM]["in_1"]["total"] = 5
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 7


def test_a_row_that_is_gone_there_is_created_again_only_where_the_map_restores() -> None:
    for rule, stands in ((IfEdited.RESTORE, True), (IfEdited.REPORT, False)):
        driver = standing(make_plan(if_edited=rule))
        del driver.tables[CRM]["in_1"]
        driver.deliver(seen_in_crm(5, gone=True), "crm_1")
        driver.deliver(seen_in_crm(6, gone=True), "crm_2")
        driver.deliver(bill(7, total=3), "evt_1")
        driver.settle()
        assert ("in_1" in driver.tables[CRM]) is stands
        reviews = [r for _, d in driver.decisions for r in settled(d).reviews]
        assert len(reviews) == (0 if stands else 1)


def test_a_row_that_is_found_gone_just_before_a_write_is_not_written() -> None:
    driver = standing()
    del driver.tables[CRM]["in_1"]
    driver.deliver(bill(7, total=3), "evt_1")
    driver.settle()
    assert "in_1" not in driver.tables[CRM]
    assert crm(driver).missing


def test_an_entity_that_the_condition_for_creating_leaves_out_is_updated_once_it_is_on_its_way() -> None:
    driver = standing()
    driver.plan = changed(driver.plan, ERP, gates=())
    driver.deliver(bill(5, total=2), "evt_1")
    assert driver.lanes[invoice(driver).entity, ERP].ready is not None
    driver.deliver(bill(6, total=3, status="void"), "evt_2")
    driver.settle()
    assert driver.row(ERP, "in_1")["amount"] == 3
    other = Driver(driver.plan)
    other.deliver(bill(5, status="void"), "evt_1")
    other.settle()
    assert ERP not in other.tables
