"""A payout of the reference map on real databases: asked for in the ERP, held, released by a check, ordered once."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.reference import company
from tests.reference.test_first_day import Day, account

NOW = datetime.now(UTC)  # what was checked has to be recent for the command line, which knows no other clock


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Finance(Day):
    """`version` counts what people touch, so that a scan sees it."""

    version = 0

    def change(self, database: Path, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            assert connection.execute(statement, values).rowcount == 1

    def check(self, **said: str | None) -> None:
        """What compliance writes down about the one account."""
        self.version += 1
        columns = ", ".join(f"{name} = ?" for name in said)
        moment = (NOW + timedelta(minutes=self.version)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.change(self.crm, f"UPDATE accounts SET {columns}, updated_at = ? WHERE id = 1", *said.values(), moment)

    def later(self) -> None:
        """Every schedule has fired since."""
        with closing(sqlite3.connect(self.folder / ".syncengine" / "state.db")) as ledger, ledger:
            ledger.execute("UPDATE cursors SET at = ?", (ago(0.02),))
        self.run()

    def payout(self) -> dict[str, Any]:
        (row,) = company.rows(self.crm, "payouts")
        return row

    def orders(self) -> list[dict[str, Any]]:
        return company.rows(self.erp, "payment_order")


@pytest.fixture
def finance(tmp_path: Path) -> Finance:
    it = Finance(tmp_path)
    company.insert(it.crm, "accounts", [account(1, "Alder GmbH", aml_status="Pending", aml_checked_at=ago(1))])
    it.check(vat_status="Passed", vat_checked_at=ago(10))
    enabled = company.connected("acct_1", "1", enabled=True)
    it.deliver("1", company.event(1, "account.updated", enabled, created=1))
    it.run()
    it.later()
    request = {"crm_account": "1", "amount_minor": "125050", "currency": "EUR", "changed_at": ago(0.01)}
    company.insert(it.erp, "payout_request", [request])
    it.later()
    it.later()
    return it


def test_a_payout_is_held_with_its_reason_until_compliance_is_done_and_then_ordered_once(finance: Finance) -> None:
    assert finance.orders() == []
    row = finance.payout()
    assert (row["request_no"], str(row["account_id"]), row["amount"], row["currency"]) == ("1", "1", "1250.50", "EUR")
    assert (row["on_hold"], row["hold_reason"], row["payment_order_no"]) == (1, "aml pending", None)
    assert row["hold_next_action"] == "Compliance looks at the screening, and writes the result down in the CRM."
    shown = company.rows(finance.crm, "accounts")[0]
    assert (shown["on_hold"], shown["hold_reason"]) == (1, "aml pending")

    finance.check(aml_status="Passed", aml_checked_at=ago(200))
    finance.later()
    finance.later()
    assert (finance.orders(), finance.payout()["hold_reason"]) == ([], "aml expired")

    finance.check(aml_checked_at=ago(0.1))
    finance.later()
    finance.later()
    (order,) = finance.orders()
    assert (order["request_no"], str(order["amount_minor"]), order["currency"]) == ("1", "125050", "EUR")
    assert order["source"] == "syncengine"
    row = finance.payout()
    assert (row["on_hold"], row["hold_reason"], str(row["payment_order_no"])) == (0, None, str(order["id"]))
    finance.later()
    assert len(finance.orders()) == 1
    assert finance.command("audit", "verify")["exit"] == 0


def test_a_verification_that_stripe_takes_back_stops_what_is_not_sent_yet(finance: Finance) -> None:
    finance.check(aml_status="Passed", aml_checked_at=ago(0.1))
    disabled = company.connected("acct_1", "1", enabled=False)
    finance.deliver("2", company.event(2, "account.updated", disabled, created=2))
    finance.later()
    finance.later()
    assert (finance.orders(), finance.payout()["hold_reason"]) == ([], "kyb pending")
