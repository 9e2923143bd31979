"""Decisions are made while earlier ones are still ready, held, or of unknown outcome."""


from syncengine.decide.evolve import evolve
from syncengine.model.decision import NeedReading
from syncengine.model.event import Input, Snapshot
from syncengine.model.struct import replace
from syncengine.vocabulary import IfEdited, InputKind
from tests.decide.driver import Driver
from tests.decide.plans import BILLING, CRM, ERP, at, make_plan
from tests.decide.scenes import bill, crm, customer, erp, invoice, seen_in_crm, standing, with_account


def changed_but_unanswered(total: int) -> Driver:
    """A change went out to the CRM, and nobody knows whether it arrived."""
    driver = standing()
    driver.deliver(bill(5, total=total), "evt_1")
    driver.send(lose_answer=True)
    return driver


def test_a_change_that_comes_back_after_it_was_sent_is_written_back() -> None:
    driver = changed_but_unanswered(2)
    driver.deliver(bill(6, total=1), "evt_2")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 1


def test_a_late_confirmation_does_not_undo_what_was_decided_since() -> None:
    driver = changed_but_unanswered(2)
    driver.deliver(bill(6, total=3), "evt_2")
    driver.probe()
    driver.recheck(invoice(driver).entity)
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 3
    assert crm(driver).intended is None


def test_a_change_whose_row_was_edited_before_its_answer_came_is_judged_anew() -> None:
    driver = changed_but_unanswered(2)
    driver.edit(CRM, "in_1", total=50)
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 2


def test_a_restore_goes_with_what_is_pending_beside_it() -> None:
    driver = standing(make_plan(if_edited=IfEdited.RESTORE))
    driver.deliver(bill(5, note="b"), "evt_1")
    driver.edit(CRM, "in_1", total=7)
    driver.deliver(seen_in_crm(6, total=7), "crm_1")
    driver.settle()
    assert (driver.row(CRM, "in_1")["note"], driver.row(CRM, "in_1")["total"]) == ("b", 1)


def test_a_row_that_comes_back_as_we_left_it_is_written_again() -> None:
    driver = standing()
    driver.deliver(seen_in_crm(5, gone=True), "crm_1")
    assert crm(driver).missing
    driver.deliver(seen_in_crm(6, state="Open", total=1), "crm_2")
    assert not crm(driver).missing
    driver.deliver(bill(7, total=4), "evt_1")
    driver.settle()
    assert driver.row(CRM, "in_1")["total"] == 4


def held_behind_a_creation_of_unknown_outcome() -> Driver:
    driver = with_account()
    driver.send(lose_answer=True)
    driver.deliver(customer(5, kyc="revoked"), "evt_c2")
    driver.deliver(bill(6, customer="cus_1", total=2), "evt_1")
    assert erp(driver).held == ("kyc revoked",)
    driver.probe()
    return driver


def test_what_was_held_behind_a_creation_is_an_update_once_that_is_confirmed() -> None:
    driver = held_behind_a_creation_of_unknown_outcome()
    driver.settle()
    assert driver.row(ERP, "in_1")["amount"] == 2
    assert erp(driver).held == ()


def test_what_was_held_is_let_go_when_nothing_of_it_is_left_to_write() -> None:
    driver = held_behind_a_creation_of_unknown_outcome()
    driver.deliver(bill(7, customer="cus_1", total=1), "evt_2")
    assert erp(driver).held == ()
    driver.settle()
    assert driver.row(ERP, "in_1")["amount"] == 1


def test_an_input_that_waits_again_moves_nothing() -> None:
    driver = standing()
    driver.deliver(bill(0, total=2), "evt_1")
    driver.deliver(bill(0, total=3), "evt_2")
    record = invoice(driver)
    asked = NeedReading(flow=BILLING, id="in_1", why="again")
    question = Input(seq=2, kind=InputKind.DELIVERY, event_id="evt_1", flow=BILLING, snapshot=bill(0, total=2))
    assert evolve(record, question, asked) is record
    later = evolve(record, replace(question, seq=99), asked)
    assert later is not None
    assert later.sources[BILLING].doubt == 99
    assert later.sources[BILLING].unsettled == record.sources[BILLING].unsettled


def test_a_creation_is_let_go_when_somebody_else_made_the_same_record() -> None:
    driver = with_account("pending")
    assert erp(driver).held == ("kyc pending",)
    driver.tables[ERP] = {"in_1": {"id": "erp-1", "reference": "in_1", "amount": 1}}
    content = {"reference": "in_1", "amount": 1, "refunded": None}
    driver.deliver(Snapshot(record="postings", id="erp-1", version=at(5), content=content), "erp_1")
    assert erp(driver).held == ()
    assert not driver.lanes[invoice(driver).entity, ERP].held
    driver.settle()
    assert driver.row(ERP, "in_1") == {"reference": "in_1", "amount": 1}
