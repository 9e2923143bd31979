"""The blocked payout of the quickstart, as the people of the company live with it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.quickstart import oracle
from tests.quickstart.dump import differences
from tests.quickstart.workspace import Workspace, command


class Blocked:
    """A workspace after its first run. `number` is the request that is not paid, `payee` its customer."""

    def __init__(self, folder: Path, truth: oracle.Truth) -> None:
        self.it = Workspace(folder)
        self.it.deliver(self.it.captured, "all")
        assert self.it.run().exit == 0
        paid = [r["number"] for r in oracle.ordered(truth)]
        (self.request,) = (r for r in truth["requests"] if r["number"] not in paid)
        self.number = str(self.request["number"])
        (self.name,) = (c["name"] for c in truth["customers"] if c["id"] == self.request["payee"])

    def verify(self) -> None:
        done = command(str(self.it.folder / "databases.py"), "--verify", self.name)
        assert done.returncode == 0, done.stderr

    def in_the_crm(self) -> oracle.Row:
        return next(row for row in self.it.holds("crm")["payouts"] if row["request_no"] == self.number)

    def orders(self) -> list[oracle.Row]:
        return [row for row in self.it.holds("erp")["payment_order"] if row["request_no"] == self.number]

    def crm(self, statement: str) -> None:
        with closing(sqlite3.connect(self.it.database("crm"))) as database, database:
            assert database.execute(statement, (self.request["payee"],)).rowcount == 1

    def erp(self, statement: str) -> None:
        with closing(sqlite3.connect(self.it.database("erp"))) as database, database:
            assert database.execute(statement, (self.number,)).rowcount == 1

    def trace(self, id_: str) -> str:
        told = self.it.syncengine("trace", id_)
        assert told.returncode == 0, told.stderr
        return told.stdout


@pytest.fixture
def blocked(tmp_path: Path, truth: oracle.Truth) -> Blocked:
    return Blocked(tmp_path / "it", truth)


def test_it_is_not_ordered_and_the_crm_says_why(blocked: Blocked) -> None:
    row = blocked.in_the_crm()
    assert blocked.orders() == []
    assert (row["on_hold"], row["payment_order_no"], row["status"]) == (1, None, None)
    assert re.fullmatch("(kyc|aml|vat) (not_started|pending|in_review|rejected|expired)", row["hold_reason"])
    assert row["hold_next_action"] == oracle.NEXT[row["hold_reason"].partition(" ")[0]]


def test_the_company_is_verified_and_exactly_one_order_is_made(blocked: Blocked, truth: oracle.Truth) -> None:
    blocked.verify()
    assert blocked.it.run().exit == 0
    (order,) = blocked.orders()
    wanted = (blocked.request["amount"], blocked.request["currency"].upper(), blocked.request["payee"])
    assert (order["amount_minor"], order["currency"], order["partner_no"]) == wanted
    row = blocked.in_the_crm()
    assert (row["on_hold"], row["hold_reason"], row["status"]) == (0, None, "entered")
    again = blocked.it.run()
    assert (again.exit, again.answer["has_changes"], len(blocked.orders())) == (0, False, 1)
    others = [r for r in blocked.it.holds("erp")["payment_order"] if r["request_no"] != blocked.number]
    assert differences({"payment_order": others}, {"payment_order": oracle.erp(truth)["payment_order"]}) == []


def test_nothing_but_a_result_of_our_time_releases_it(blocked: Blocked) -> None:
    blocked.verify()
    said = [f"aml_status = '{word}'" for word in ("open", "pending", "review", "revoked", "", "so-so", "verified")]
    said += [f"aml_checked_at = {at}" for at in ("NULL", "'2019-01-01T00:00:00Z'", "'soon'", "'2999-01-01T00:00:00Z'")]
    for column in said:
        blocked.verify()
        blocked.crm(f"UPDATE accounts SET {column} WHERE stripe_customer_id = ?")
        assert blocked.it.run().exit in (0, 5), column
        assert blocked.orders() == [], column
        assert blocked.in_the_crm()["on_hold"] == 1, column


def test_what_is_not_asked_for_any_more_is_not_paid(blocked: Blocked) -> None:
    blocked.erp("DELETE FROM payout_request WHERE request_no = ?")
    blocked.verify()
    blocked.it.run()
    assert blocked.orders() == []


def test_the_trace_says_why_it_was_held_and_who_released_it(blocked: Blocked) -> None:
    held = blocked.trace(blocked.number)
    reason = blocked.in_the_crm()["hold_reason"]
    need, _, status = reason.partition(" ")
    assert f"payout.erp is held by the gate payout-release: {need} is {status}" in held
    assert f"next            {oracle.NEXT[need]}" in held
    blocked.verify()
    blocked.it.run()
    with closing(sqlite3.connect(blocked.it.database("erp"))) as database:
        asked = "SELECT order_no FROM payment_order WHERE request_no = ?"
        (order,) = database.execute(asked, (blocked.number,)).fetchone()
    with closing(sqlite3.connect(blocked.it.database("crm"))) as database:
        asked = "SELECT p.id, a.id FROM payouts p JOIN accounts a ON a.id = p.account_id WHERE p.request_no = ?"
        row, account = database.execute(asked, (blocked.number,)).fetchone()
    for id_ in (blocked.number, str(order), row):
        told = blocked.trace(id_)
        assert re.search(rf"released  +\S+Z, every need passes; {need} by account\.crm {account} \(reading:", told)
        assert re.search(r"create in payout\.erp: confirmed; moves money\n +wrote .*amount_minor", told)
        assert re.search(r"on_hold +true -> false", told)
