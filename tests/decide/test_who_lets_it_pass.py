"""What holds is told with whose word it is, what is released with whose word lets it pass; and money that had to wait
is sent only when it is still asked for.
"""

from dataclasses import replace
from typing import Any

from syncengine.clock import to_text
from syncengine.decide.decide import decide
from syncengine.decide.evolve import evolve
from syncengine.decide.rejudge import Ruling, rejudge
from syncengine.decide.state import State
from syncengine.model.action import Hold, OpenHold
from syncengine.model.decision import Settled
from syncengine.model.event import Input
from syncengine.model.record import Record
from syncengine.plan.plan import Plan, Schedule
from syncengine.vocabulary import Consequence, FlowResult, InputKind
from tests.decide.driver import LIVE, Driver
from tests.decide.plans import ACCOUNT, BILLING, ERP, T0, gate, make_plan
from tests.decide.scenes import KYC, customer, with_account

ASKS = gate(flow=ACCOUNT)


def held(plan: Plan) -> Driver:
    driver = with_account({"status": "pending"}, plan)
    assert ERP not in driver.tables
    return driver


def the_invoice(driver: Driver) -> Record:
    return next(record for record in driver.records.values() if record.object == "invoice")


def holds(driver: Driver) -> tuple[Hold, ...]:
    return driver.holds[the_invoice(driver).entity, ERP]


def judged_again(driver: Driver, plan: Plan) -> tuple[Settled, Record]:
    """The invoice on the state of now, with the holds that are open."""
    record = the_invoice(driver)
    state = State(
        record=record, neighbours=driver.neighbours(), translated=driver.translated(), switches=LIVE,
        holds=[OpenHold(entity=record.entity, flow=ERP, hold=hold) for hold in _PENDING],
    )  # fmt: skip
    question = Input(seq=99, kind=InputKind.RECHECK, event_id="", flow="", snapshot=None)
    decision = decide(question, state, plan, driver.now)
    after = evolve(record, question, decision)
    assert isinstance(decision, Settled)
    assert after is not None
    return decision, after


_PENDING = (
    Hold(gate="booking", need="kyc", about="", status="pending", next="", since=T0, facts={"judged_at": to_text(T0)}),
)


def verified_meanwhile(plan: Plan) -> Driver:
    """As if the account's news had not reached the invoice yet."""
    driver = held(plan)
    before = the_invoice(driver)
    driver.deliver(customer(60, kyc=KYC), "evt_ok")
    driver.records[before.entity] = before
    return driver


def money_out(plan: Plan, **birth: Any) -> Plan:
    """The same plan, whose ERP flow moves money and whose invoices are born in a table that is scanned."""
    asked: dict[str, Any] = {"schedule": Schedule(), "pushed": False, **birth}
    paid = replace(plan.flows[ERP], consequences=(Consequence.MOVES_MONEY,))
    return replace(plan, flows={**plan.flows, ERP: paid, BILLING: replace(plan.flows[BILLING], **asked)})


def test_a_hold_names_the_record_and_the_event_on_whose_word_it_holds() -> None:
    (hold,) = holds(held(make_plan(gates=(ASKS,))))
    assert hold.facts["said_by"] == f"{ACCOUNT} cus_1 (evt_c)"


def test_a_hold_on_nobodys_word_says_so() -> None:
    (hold,) = holds(held(make_plan(gates=(gate(flow="account.nowhere"),))))
    assert hold.facts["said_by"] == "nobody so far"


def test_a_release_names_whose_word_lets_it_pass() -> None:
    plan = make_plan(gates=(ASKS,))
    decision, _ = judged_again(verified_meanwhile(plan), plan)
    (outcome,) = (o for o in decision.flows if o.flow == ERP)
    assert outcome.result is FlowResult.ACT
    assert outcome.why == f"every need passes; kyc by {ACCOUNT} cus_1 (evt_ok)"
    assert not decision.doubts


def test_money_that_had_to_wait_is_asked_for_once_more_before_it_is_sent() -> None:
    plan = money_out(make_plan(gates=(ASKS,)))
    driver = verified_meanwhile(plan)
    decision, after = judged_again(driver, plan)
    assert decision.doubts == {BILLING: "is it still asked for?"}
    assert [(link.flow, link.id) for link, _ in decision.wants] == [(BILLING, "in_1")]
    (outcome,) = (o for o in decision.flows if o.flow == ERP)
    assert outcome.action is not None
    candidate = driver.candidate(outcome.action)
    assert rejudge(candidate, after, driver.neighbours(), LIVE, plan, driver.now).ruling is Ruling.KEEP


def test_what_tells_us_of_deletions_by_itself_is_not_asked_again() -> None:
    plan = money_out(make_plan(gates=(ASKS,)), pushed=True)
    decision, _ = judged_again(verified_meanwhile(plan), plan)
    assert not decision.doubts


def test_what_was_not_read_for_too_long_is_not_trusted() -> None:
    plan = make_plan(gates=(ASKS,))
    driver = verified_meanwhile(plan)
    decision, after = judged_again(driver, plan)
    (outcome,) = (o for o in decision.flows if o.flow == ERP)
    assert outcome.action is not None
    asked = (driver.candidate(outcome.action), after, driver.neighbours(), LIVE, plan, driver.now)
    assert rejudge(*asked).ruling is Ruling.SEND
    late = rejudge(*asked, unread={ACCOUNT})
    assert (late.ruling, late.why) == (Ruling.KEEP, f"{ACCOUNT} was not read for too long to be trusted")
    assert rejudge(*asked, unread={"account.elsewhere"}).ruling is Ruling.SEND
