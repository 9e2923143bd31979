"""The quickstart as a user runs it, judged by an oracle that knows the company and not the engine."""

import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.quickstart import oracle
from tests.quickstart.conftest import Ledgers
from tests.quickstart.dump import differences, links
from tests.quickstart.workspace import Finished, Workspace, make

ORDERS = int(os.environ.get("QUICKSTART_ORDERS", "5"))
"""How many orders of arrival are tried: QUICKSTART_ORDERS=50 pytest tests/quickstart -k order_of_arrival"""

LATER = 1_793_491_200
"""A moment after everything that happened in the committed deliveries: 1 November 2026."""

New = Callable[[str], Workspace]


def wrong(it: Workspace, truth: oracle.Truth) -> list[str]:
    """Where the CRM, the ERP and the ledger's links are not what is true."""
    rows = differences(it.holds("crm"), oracle.crm(truth)) + differences(it.holds("erp"), oracle.erp(truth))
    linked, wanted = links(it.folder, it.state), oracle.links(truth)
    return rows + [f"links of {flow}" for flow in linked.keys() | wanted.keys() if linked.get(flow) != wanted.get(flow)]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, ledgers: Ledgers) -> tuple[Workspace, Finished, Finished]:
    """One quickstart, run twice."""
    it = Workspace(tmp_path_factory.mktemp("quickstart") / "it", state=ledgers())
    it.deliver(it.captured, "all")
    return it, it.run(), it.run()


def test_the_crm_holds_what_is_true(first: tuple[Workspace, Finished, Finished], truth: oracle.Truth) -> None:
    it, run, _ = first
    assert run.exit == 0, run.errors
    assert differences(it.holds("crm"), oracle.crm(truth)) == []


def test_the_erp_holds_what_is_true_of_checked_companies(
    first: tuple[Workspace, Finished, Finished], truth: oracle.Truth
) -> None:
    it, _, _ = first
    assert differences(it.holds("erp"), oracle.erp(truth)) == []


def test_the_counts_add_up_to_what_was_delivered(first: tuple[Workspace, Finished, Finished]) -> None:
    it, run, _ = first
    read = run.answer["events"]
    ids = [json.loads(json.loads(line)["body"])["id"] for line in it.captured]
    assert read["duplicate"] == len(ids) - len(set(ids))
    unmapped = ("balance.available", "product.created", "price.created", "invoice.upcoming")
    bodies = {i: json.loads(json.loads(line)["body"])["type"] for i, line in zip(ids, it.captured, strict=True)}
    assert read["unmapped"] >= sum(1 for kind in bodies.values() if kind in unmapped)
    assert read["failed"] == 0
    assert read["unlinked"] == 0


def test_the_company_that_is_not_checked_is_held_and_its_bookings_wait(
    first: tuple[Workspace, Finished, Finished], truth: oracle.Truth
) -> None:
    _, run, _ = first
    unchecked = [c["id"] for c in truth["customers"] if c["kyb"] != "passed"]
    assert len(unchecked) == 1
    blocked = len(truth["requests"]) - len(oracle.ordered(truth))
    assert (blocked, run.answer["writes"]["held"]) == (1, len(unchecked) + blocked)
    invoices = [i for i in truth["invoices"] if i["customer"] in unchecked and i["finalized_at"] is not None]
    payments = [p for p in truth["payments"] if p["customer"] in unchecked and p["status"] == "succeeded"]
    assert run.answer["writes"]["waiting"] == len(invoices) + len(payments)


def test_a_second_run_writes_nothing_and_says_so(first: tuple[Workspace, Finished, Finished]) -> None:
    it, _, again = first
    assert again.exit == 0
    assert again.answer["has_changes"] is False
    assert again.answer["writes"]["confirmed"] == 0
    assert "already processed" in it.run_in_words()


@pytest.mark.parametrize("seed", [7, 41, 1001])
def test_another_company_of_the_same_kind_comes_out_right_too(seed: int, tmp_path: Path, ledgers: Ledgers) -> None:
    truth = make(tmp_path / "company", seed=seed, customers=8 + seed % 5)
    it = Workspace(tmp_path / "it", tmp_path / "company", ledgers())
    it.deliver(it.captured, "all")
    run = it.run()
    assert run.exit == 0, run.errors
    assert wrong(it, truth) == []


@pytest.mark.parametrize("order", range(ORDERS))
def test_the_order_of_arrival_changes_nothing(order: int, workspace: New, truth: oracle.Truth) -> None:
    """The same deliveries shuffled, spread over several runs; each run is a new process."""
    it = workspace("it")
    rng = random.Random(order)
    lines = list(it.captured)
    rng.shuffle(lines)
    for number, part in enumerate(_parts(lines, rng)):
        it.deliver(part, f"part-{number}")
        run = it.run()
        assert run.exit == 0, run.errors
    assert wrong(it, truth) == []


def _parts(lines: list[str], rng: random.Random) -> Iterator[list[str]]:
    cuts = sorted(rng.sample(range(1, len(lines)), rng.randrange(1, 4)))
    yield from (lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True))


def test_the_crm_goes_on_while_the_erp_is_away_and_the_erp_catches_up(workspace: New, truth: oracle.Truth) -> None:
    it = workspace("it")
    half = len(it.captured) // 2
    it.deliver(it.captured[:half], "before")
    assert it.run().exit == 0
    away = it.database("erp").rename(it.folder / "erp.away")
    it.deliver(it.captured[half:], "while")
    without = it.run()
    assert without.exit == 75
    held, wanted = it.holds("crm"), oracle.crm(truth)
    for payouts in (held, wanted):
        del payouts["payouts"]  # their orders are made in the ERP
    assert differences(held, wanted) == []
    assert not it.database("erp").exists()
    away.rename(it.database("erp"))
    back = it.run_until(oracle.erp(truth), "erp")
    assert wrong(it, truth) == []
    assert back.exit == 0


def test_an_edited_account_is_reported_and_stays_until_stripe_moves(workspace: New, truth: oracle.Truth) -> None:
    """`if_edited: report`: another field of the row is written around the edit, the edited one with a new value."""
    it = workspace("it")
    it.deliver(it.captured, "all")
    assert it.run().exit == 0
    account = truth["customers"][0]["id"]
    _edit(it, "UPDATE accounts SET name = 'Edited by hand' WHERE stripe_customer_id = ?", account)
    it.deliver([_news(it, "customers", account, "customer.updated", LATER, {"phone": "+4930999"})], "phone")
    noticed = it.run()
    row = _row(it, "accounts", account)
    assert (row["name"], row["phone"]) == ("Edited by hand", "+4930999")
    assert noticed.answer["conflicts"] == 1
    both = {"phone": "+4930999", "name": "A new name"}
    it.deliver([_news(it, "customers", account, "customer.updated", LATER + 60, both)], "name")
    assert it.run().exit == 0
    assert _row(it, "accounts", account)["name"] == "A new name"


def test_an_edited_invoice_is_restored(workspace: New, truth: oracle.Truth) -> None:
    """`if_edited: restore`: what Stripe says is written back with the next change of the row."""
    it = workspace("it")
    it.deliver(it.captured, "all")
    assert it.run().exit == 0
    invoice = next(i["id"] for i in truth["invoices"] if i["status"] == "open" and not i["attempts"])
    _edit(it, "UPDATE invoices SET status = 'Void', collections_note = 'kept' WHERE stripe_invoice_id = ?", invoice)
    it.deliver([_news(it, "invoices", invoice, "invoice.updated", LATER, {"attempt_count": 7})], "attempts")
    restored = it.run()
    row = _row(it, "invoices", invoice)
    assert (row["status"], row["attempts"], row["collections_note"]) == ("Open", 7, "kept")
    assert restored.answer["conflicts"] == 1


def _edit(it: Workspace, statement: str, key: str) -> None:
    with closing(sqlite3.connect(it.database("crm"))) as connection, connection:
        assert connection.execute(statement, (key,)).rowcount == 1


def _row(it: Workspace, table: str, key: str) -> oracle.Row:
    return next(row for row in it.holds("crm")[table] if key in row.values())


def _news(it: Workspace, record: str, key: str, kind: str, at: int, values: Mapping[str, object]) -> str:
    """A captured delivery: the record as the provider would show it, with some values changed."""
    content = json.loads((it.folder / "snapshots" / record / f"{key}.json").read_text("utf-8"))
    body = {
        "id": f"evt_1later{at}", "object": "event", "api_version": "2026-10-28.endive", "created": at,
        "data": {"object": {**content, **values}}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "type": kind,
    }  # fmt: skip
    return json.dumps({"headers": {}, "body": json.dumps(body), "received_at": "2026-11-01T00:05:00Z"})
