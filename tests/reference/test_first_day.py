"""The reference map on its first day in a company that has had a CRM for years."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.reference import company


class Day:
    def __init__(self, folder: Path) -> None:
        self.folder, self.maps = folder, company.settle_in(folder)
        self.crm, self.erp = folder / "crm.db", folder / "erp.db"

    def command(self, *arguments: str, expected: int = 0) -> dict[str, Any]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SYNCENGINE_")}
        done = subprocess.run(
            [sys.executable, "-m", "syncengine", *arguments, "--format", "json"],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def run(self, expected: int = 0) -> dict[str, Any]:
        return self.command("run", "--environment", "local", expected=expected)

    def snapshot(self, record: str, *contents: Mapping[str, Any]) -> None:
        """What Stripe answers when it is asked."""
        folder = self.folder / "snapshots" / record
        folder.mkdir(parents=True, exist_ok=True)
        for content in contents:
            (folder / f"{content['id']}.json").write_text(json.dumps(content), encoding="utf-8")

    def deliver(self, name: str, *lines: str) -> None:
        (self.folder / "inbox" / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def account(id_: int, name: str, **said: Any) -> dict[str, Any]:
    return {
        "id": id_, "name": name, "legal_form": "company", "country": "DE", "updated_at": "2026-01-01T00:00:00Z", **said,
    }  # fmt: skip


def test_customers_of_the_crm_are_linked_whatever_they_are_called(day: Day) -> None:
    company.insert(
        day.crm,
        "accounts",
        [
            account(1, "Alder & Co. GmbH", billing_email="AP@alder.example "),
            account(2, "Birch AG"),
            account(3, "Twin GmbH", billing_email="ap@twin.example"),
            account(4, "Twin Holding GmbH", billing_email="ap@twin.example"),
        ],
    )
    customers = [
        company.customer("cus_1", name="Alder", email="ap@alder.example"),
        company.customer("cus_2", name="BIRCH  ag", address={"country": "DE"}),
        company.customer("cus_3", name="Twin", email="ap@twin.example"),
    ]
    day.snapshot("customers", *customers)
    day.deliver(
        "1",
        *(company.event(n, "customer.created", one, created=1) for n, one in enumerate(customers, start=1)),
        company.event(4, "invoice.finalized", company.invoice("in_1", "cus_1"), created=2),
        company.event(5, "invoice.finalized", company.invoice("in_2", "cus_2"), created=2),
    )
    first = day.run(expected=5)
    day.run()

    linked = {row["id"]: row["stripe_customer_id"] for row in company.rows(day.crm, "accounts")}
    assert linked == {1: "cus_1", 2: "cus_2", 3: None, 4: None}
    assert {row["stripe_invoice_id"]: str(row["account_id"]) for row in company.rows(day.crm, "invoices")} == {
        "in_1": "1",
        "in_2": "2",
    }
    assert first["unmatched"]["review"] == 2, "each of the twins is asked about"
    whys = [review["why"] for record in day.command("trace", "cus_3")["records"] for review in record["reviews"]]
    assert whys, "both candidates are listed"
    assert all("crm 3, crm 4" in why for why in whys), whys


def test_a_partner_waits_for_its_verification_and_the_crm_says_so(day: Day) -> None:
    company.insert(day.crm, "accounts", [account(1, "Alder GmbH")])
    pending = company.connected("acct_1", "1", enabled=False)
    day.deliver("1", company.event(1, "account.updated", pending, created=1))
    day.run()
    row = company.rows(day.crm, "accounts")[0]
    assert (row["on_hold"], row["hold_reason"]) == (1, "kyb pending")
    assert row["hold_next_action"].startswith("Ask the payee for company")
    assert company.rows(day.erp, "partner") == []

    enabled = company.connected("acct_1", "1", enabled=True)
    day.deliver("2", company.event(2, "account.updated", enabled, created=2))
    second = day.run()
    row = company.rows(day.crm, "accounts")[0]
    assert (row["on_hold"], row["hold_reason"], row["hold_since"]) == (0, None, None)
    assert second["writes"]["ready"] == 1
    assert company.rows(day.erp, "partner") == [], "the ERP takes its batch every half hour"
