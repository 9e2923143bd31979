"""What people do in the CRM while deliveries come in, and what must stand there in the end because of it.

Worked out from what is true, from what the deliveries say, and from what a row showed when it was edited.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from random import Random
from typing import Any, Final

from tests.quickstart import oracle
from tests.quickstart.workspace import Workspace

KEPT: Final = {
    "accounts": ("stripe_customer_id", ("account_manager", "notes")),
    "invoices": ("stripe_invoice_id", ("collections_note",)),
    "subscriptions": ("stripe_subscription_id", ("success_note",)),
}
"""Columns that belong to the people there: what they write stays."""

REPORTED: Final = {"name": ("name",), "phone": ("phone",)}
"""Columns of accounts and where Stripe shows them: an edit stays until Stripe itself says something else."""

LATER: Final = 1_800_000_000
"""A moment after everything that happened."""


class Hands:
    """People with a seed."""

    def __init__(self, it: Workspace, truth: oracle.Truth, random: Random) -> None:
        self._it = it
        self._truth = deepcopy(dict(truth))
        self._random = random
        self._said = _said(it.captured)
        self._stays: dict[tuple[str, str, str], Any] = {}
        self._restored: set[str] = set()
        self._count = 0

    def edit(self) -> None:
        """Some rows that are there, between two runs."""
        with closing(sqlite3.connect(self._it.database("crm"))) as crm, crm:
            crm.row_factory = sqlite3.Row
            for table, (key, columns) in KEPT.items():
                for row in self._some(crm, table, key):
                    self._write(crm, table, row, key, self._random.choice(columns))
            for row in self._some(crm, "accounts", "stripe_customer_id"):
                self._report(crm, row, self._random.choice(list(REPORTED)))
            for row in self._some(crm, "invoices", "stripe_invoice_id"):
                crm.execute("UPDATE invoices SET status = 'Mislaid', total = '0.01' WHERE id = ?", (row["id"],))
                self._restored.add(row["stripe_invoice_id"])

    def news(self) -> list[str]:
        """Deliveries that touch every invoice that was edited: what is not Stripe's word is put back."""
        return [self._touched(invoice) for invoice in sorted(self._restored)]

    def expected(self) -> oracle.Dump:
        for invoice in self._truth["invoices"]:
            if invoice["id"] in self._restored:
                invoice["attempts"] += 7
        rows = oracle.expected(self._truth)
        for (table, key, column), value in self._stays.items():
            for row in rows[table]:
                if row[KEPT[table][0]] == key:
                    row[column] = value
        return rows

    def _some(self, crm: sqlite3.Connection, table: str, key: str) -> Iterator[sqlite3.Row]:
        """Rows that are known to be Stripe's, few of them."""
        rows = crm.execute(f"SELECT * FROM {table} WHERE {key} IS NOT NULL ORDER BY {key}").fetchall()
        yield from self._random.sample(rows, min(len(rows), self._random.randrange(3)))

    def _write(self, crm: sqlite3.Connection, table: str, row: sqlite3.Row, key: str, column: str) -> None:
        self._count += 1
        text = f"by hand {self._count}"
        crm.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (text, row["id"]))
        self._stays[table, row[key], column] = text

    def _report(self, crm: sqlite3.Connection, row: sqlite3.Row, column: str) -> None:
        """Left alone where nobody could tell what becomes of it: where Stripe's word came, went and came again."""
        customer = row["stripe_customer_id"]
        end = next(c for c in self._truth["customers"] if c["id"] == customer)[column]
        steady = len(self._said[customer, column]) == 1
        if steady and (row[column] == end or ("accounts", customer, column) in self._stays):
            self._write(crm, "accounts", row, "stripe_customer_id", column)

    def _touched(self, invoice: str) -> str:
        file = self._it.folder / "snapshots" / "invoices" / f"{invoice}.json"
        content = json.loads(file.read_text("utf-8"))
        content["attempt_count"] += 7
        body = {
            "id": f"evt_touched_{invoice}", "object": "event", "api_version": "2026-10-28.endive", "created": LATER,
            "data": {"object": content}, "livemode": False, "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None}, "type": "invoice.updated",
        }  # fmt: skip
        return json.dumps({"headers": {}, "body": json.dumps(body), "received_at": "2027-02-01T00:05:00Z"})


def _said(captured: list[str]) -> Mapping[tuple[str, str], set[Any]]:
    """Everything that deliveries say of a customer's columns."""
    found: dict[tuple[str, str], set[Any]] = {}
    for line in captured:
        event = json.loads(json.loads(line)["body"])
        shown = event["data"]["object"]
        if shown.get("object") == "customer":
            for column, path in REPORTED.items():
                found.setdefault((shown["id"], column), set()).add(shown.get(path[0]))
    return found
