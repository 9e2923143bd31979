"""Real input: what an independent billing server sends ends up in the CRM as the official SDK reads it back."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.localstripe.business import Business, a_busy_day
from tests.localstripe.server import KEY, SECRET, Capture, localstripe, subscribe

HERE = Path(__file__).parent
INVOICE_WORDS = {"draft": "Draft", "open": "Open", "paid": "Paid", "uncollectible": "Written off", "void": "Void"}


@dataclass(frozen=True)
class Synced:
    business: Business
    truth: dict[str, dict[str, dict[str, Any]]]
    capture: Capture
    folder: Path
    ingested: subprocess.CompletedProcess[str]
    ran: subprocess.CompletedProcess[str]

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """By billing id."""
        with closing(sqlite3.connect(self.folder / "crm.db")) as connection:
            connection.row_factory = sqlite3.Row
            return {row["billing_id"]: dict(row) for row in connection.execute(f"SELECT * FROM {table}")}

    def key_of(self, table: str, own_id: int | None) -> str | None:
        return next((key for key, row in self.rows(table).items() if row["id"] == own_id), None)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    folder = tmp_path_factory.mktemp("localstripe")
    shutil.copytree(HERE / "mappings", folder / "mappings")
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        connection.executescript((HERE / "crm.sql").read_text("utf-8"))
    with localstripe() as address, closing(Capture()) as capture:
        subscribe(address, capture)
        business = a_busy_day(address, KEY)
        capture.wait_for_type("invoice.payment_failed")
        capture.wait_for(business.events())
        captured = capture.write(folder / "captured.jsonl")
        ingested = syncengine(folder, address, "ingest", "stripe", str(captured))
        ran = syncengine(folder, address, "run")
        yield Synced(business, business.read_back(), capture, folder, ingested, ran)


def syncengine(folder: Path, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "BILLING_ADDRESS": address, "BILLING_KEY": KEY, "BILLING_WEBHOOK_SECRET": SECRET,
        "CRM_ADDRESS": f"sqlite:///{folder / 'crm.db'}",
        "SYNCENGINE_MAPS": str(folder / "mappings"), "SYNCENGINE_STATE": f"sqlite:///{folder / 'state.db'}",
        "SYNCENGINE_ENVIRONMENT": "local",
    }  # fmt: skip
    command = [sys.executable, "-m", "syncengine", *arguments, "--format", "json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_both_commands_end_well(synced: Synced) -> None:
    assert synced.ingested.returncode == 0, synced.ingested.stderr
    assert synced.ran.returncode == 0, synced.ran.stderr


def test_every_delivery_carries_a_signature_that_the_sdk_accepts(synced: Synced) -> None:
    assert len(synced.capture.lines) >= 20
    for line in synced.capture.lines:
        captured = json.loads(line)
        signature = captured["headers"]["Stripe-Signature"]
        stripe.WebhookSignature.verify_header(captured["body"], signature, SECRET, tolerance=None)


def test_customers_are_what_the_sdk_reads_back(synced: Synced) -> None:
    truth = synced.truth["customers"]
    assert synced.rows("company").keys() == truth.keys()
    for key, row in synced.rows("company").items():
        it = truth[key]
        assert {name: row[name] for name in row if name not in ("id", "billing_id")} == {
            "title": it["name"],
            "email": it["email"],
            "phone": it["phone"],
            "street": it["address"]["line1"],
            "city": it["address"]["city"],
            "postal_code": it["address"]["postal_code"],
            "country": it["address"]["country"],
            "owes_money": int(it["delinquent"]),
            "segment": it["metadata"].get("segment"),
            "since": moment(it["created"]),
        }


def test_subscriptions_are_what_the_sdk_reads_back(synced: Synced) -> None:
    truth = synced.truth["subscriptions"]
    assert synced.rows("contract").keys() == truth.keys()
    for key, row in synced.rows("contract").items():
        it = truth[key]
        item = it["items"]["data"][0]
        shown = {name: row[name] for name in row if name not in ("id", "billing_id", "company_id")}
        assert synced.key_of("company", row["company_id"]) == it["customer"]
        assert shown == {
            "status": it["status"],
            "plan": item["plan"]["id"],
            "seats": item["quantity"],
            "started_at": moment(it["start_date"]),
            "period_end": moment(it["current_period_end"]),
            "ends_with_period": int(it["cancel_at_period_end"]),
            "ended_at": moment(it["ended_at"]),
        }


def test_invoices_are_what_the_sdk_reads_back(synced: Synced) -> None:
    truth = synced.truth["invoices"]
    assert synced.rows("bill").keys() == truth.keys()
    for key, row in synced.rows("bill").items():
        it = truth[key]
        shown = {name: row[name] for name in row if name not in ("id", "billing_id", "company_id", "contract_id")}
        assert synced.key_of("company", row["company_id"]) == it["customer"]
        assert synced.key_of("contract", row["contract_id"]) == it["subscription"]
        assert shown == {
            "status": INVOICE_WORDS[it["status"]],
            "total": it["total"],
            "due": it["amount_due"],
            "paid": it["amount_paid"],
            "currency": it["currency"].upper(),
            "attempts": it["attempt_count"],
            "issued_at": moment(it["created"]),
            "paid_at": moment(it["status_transitions"]["paid_at"]),
        }


def test_records_whose_order_nobody_could_tell_were_read_back_from_the_server(synced: Synced) -> None:
    """Two updates within one second that name no previous values: only a reading says which one is the latest."""
    assert json.loads(synced.ran.stdout)["readings"] >= 1
    name = "Bruyère & Fils SARL"
    assert name in {row["title"] for row in synced.rows("company").values()}


def test_a_delivery_with_a_changed_byte_is_refused(synced: Synced, tmp_path: Path) -> None:
    captured = json.loads(synced.capture.lines[0])
    body = captured["body"]
    captured["body"] = body.replace("false", "true ", 1)
    assert captured["body"] != body
    forged = tmp_path / "forged.jsonl"
    forged.write_text(json.dumps(captured) + "\n", "utf-8")
    refused = syncengine(synced.folder, "http://127.0.0.1:9", "ingest", "stripe", str(forged))
    assert refused.returncode == 1
    assert "signature" in refused.stdout + refused.stderr


def moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
