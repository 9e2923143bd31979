"""What the CRM and the ERP must hold, worked out from what is true of the company. Shares nothing with the engine.

Rows are listed by the key that they stand for; a reference to another row is shown as that row's key.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Truth = Mapping[str, list[dict[str, Any]]]
Row = dict[str, Any]
Dump = dict[str, list[Row]]
Links = dict[str, dict[str, str]]
"""Per flow: their record -> the Stripe id of the thing that it shows."""

BOOKS = ZoneInfo("Europe/Berlin")
CHECKED = {"pending": "pending", "review": "in_review", "passed": "verified", "failed": "rejected"}
SHOWN_SUBSCRIPTION = {"active": "Active", "past_due": "Past due", "canceled": "Canceled", "incomplete": "Pending"}
SHOWN_INVOICE = {"draft": "Draft", "open": "Open", "paid": "Paid", "uncollectible": "Written off", "void": "Void"}
BOOKED_INVOICE = {"open": "posted", "paid": "settled", "uncollectible": "lost", "void": "reversed"}
NEXT_ACTION = "Finish the check of the company, then set kyb to passed on the customer in Stripe."
SOME_TIME = "some time"
"""When the engine itself noticed something, which has nothing to do with when it came about."""
TAX_RULE = {"none": "standard", "exempt": "exempt", "reverse": "reverse-charge"}


def crm(truth: Truth) -> Dump:
    return {
        "accounts": _sorted([_account(c) for c in truth["customers"]], "stripe_customer_id"),
        "subscriptions": _sorted([_subscription(s) for s in truth["subscriptions"]], "stripe_subscription_id"),
        "invoices": _sorted([_invoice(i) for i in truth["invoices"]], "stripe_invoice_id"),
        "payments": _sorted([_payment(p, truth) for p in truth["payments"]], "stripe_payment_id"),
    }


def erp(truth: Truth) -> Dump:
    """Only checked companies are partners, and nothing is booked for anybody else."""
    partners = [c for c in truth["customers"] if c["kyb"] == "passed"]
    booked = {c["id"] for c in partners}
    invoices = [i for i in truth["invoices"] if i["finalized_at"] is not None and i["customer"] in booked]
    receipts = [p for p in truth["payments"] if p["status"] == "succeeded" and p["customer"] in booked]
    return {
        "partner": _sorted([_partner(c) for c in partners], "reference"),
        "sales_invoice": _sorted([_sales_invoice(i) for i in invoices], "reference"),
        "receipt": _sorted([_receipt(p, truth) for p in receipts], "reference"),
    }


def links(truth: Truth) -> Links:
    """Everything is linked to itself where it was born and wherever it is shown; a charge to its payment."""
    shown, booked = crm(truth), erp(truth)
    charges = {c["id"]: c["payment"] for c in truth["charges"] if c["status"] == "succeeded"}
    return {
        "account.stripe": _same(shown["accounts"]),
        "account.crm": _same(shown["accounts"]),
        "account.erp": _same(booked["partner"]),
        "subscription.stripe": _same(shown["subscriptions"]),
        "subscription.crm": _same(shown["subscriptions"]),
        "invoice.stripe": _same(shown["invoices"]),
        "invoice.crm": _same(shown["invoices"]),
        "invoice.erp": _same(booked["sales_invoice"]),
        "payment.stripe": _same(shown["payments"]),
        "payment.stripe_charge": charges,
        "payment.crm": _same(shown["payments"]),
        "payment.erp": _same(booked["receipt"]),
    }


def _same(rows: list[Row]) -> dict[str, str]:
    keys = [str(next(iter(row.values()))) for row in rows]
    return dict(zip(keys, keys, strict=True))


def _account(it: Row) -> Row:
    return {
        "stripe_customer_id": it["id"],
        "name": it["name"],
        "email": it["email"],
        "phone": it["phone"],
        "country": it["country"],
        "kyb_status": CHECKED[it["kyb"]],
        "delinquent": int(it["delinquent"]),
        "customer_since": moment(it["created"]),
        **_hold(it),
        "account_manager": None,
        "notes": "",
    }


def _hold(it: Row) -> Row:
    """A company that is not checked is kept out of the ERP, and the CRM says so."""
    held = it["kyb"] != "passed"
    return {
        "on_hold": int(held),
        "hold_reason": f"kyb {CHECKED[it['kyb']]}" if held else None,
        "hold_since": SOME_TIME if held else None,
        "hold_next_action": NEXT_ACTION if held else None,
    }


def _subscription(it: Row) -> Row:
    return {
        "stripe_subscription_id": it["id"],
        "account_id": it["customer"],
        "status": SHOWN_SUBSCRIPTION[it["status"]],
        "price": it["price"],
        "seats": it["quantity"],
        "started_at": moment(it["created"]),
        "current_period_end": moment(it["period_end"]),
        "cancels_at": moment(it["cancel_at"]),
        "cancels_at_period_end": int(it["cancel_at_period_end"]),
        "canceled_at": moment(it["canceled_at"]),
        "success_note": None,
    }


def _invoice(it: Row) -> Row:
    return {
        "stripe_invoice_id": it["id"],
        "number": it["number"],
        "account_id": it["customer"],
        "subscription_id": it["subscription"],
        "status": SHOWN_INVOICE[it["status"]],
        "total": major(it["total"], it["currency"]),
        "open_amount": major(it["total"] - it["amount_paid"], it["currency"]),
        "currency": it["currency"].upper(),
        "attempts": it["attempts"],
        "issued_at": moment(it["created"]),
        "due_at": moment(it["due_at"]),
        "paid_at": moment(it["paid_at"]),
        "source": "billing",
        "collections_note": None,
    }


def _payment(it: Row, truth: Truth) -> Row:
    charge = _successful_charge(it, truth)
    return {
        "stripe_payment_id": it["id"],
        "account_id": it["customer"],
        "status": it["status"],
        "amount": major(it["amount"], it["currency"]),
        "refunded": None if charge is None else major(charge["refunded"], it["currency"]),
        "currency": it["currency"].upper(),
        "failure": it["failure"],
        "charged_at": None if charge is None else moment(charge["created"]),
    }


def _partner(it: Row) -> Row:
    return {
        "reference": it["id"],
        "legal_name": it["name"],
        "mail": it["email"],
        "street": it["street"],
        "town": it["city"],
        "zip": it["postal_code"],
        "country": it["country"],
        "tax_rule": TAX_RULE[it["tax_exempt"]],
        "partner_kind": "customer",
        "payment_terms": "net 30",
    }


def _sales_invoice(it: Row) -> Row:
    return {
        "reference": it["id"],
        "invoice_number": it["number"],
        "partner_no": it["customer"],
        "state": BOOKED_INVOICE[it["status"]],
        "total_minor": it["total"],
        "open_minor": it["total"] - it["amount_paid"],
        "currency": it["currency"].upper(),
        "invoice_date": day(it["finalized_at"]),
        "due_date": day(it["due_at"]),
        "paid_on": day(it["paid_at"]),
        "ledger_account": "4400",
    }


def _receipt(it: Row, truth: Truth) -> Row:
    charge = _successful_charge(it, truth)
    assert charge is not None
    return {
        "reference": it["id"],
        "partner_no": it["customer"],
        "amount_minor": it["amount"],
        "refunded_minor": charge["refunded"],
        "currency": it["currency"].upper(),
        "received_on": day(charge["created"]),
        "kind": "incoming",
    }


def _successful_charge(payment: Row, truth: Truth) -> Row | None:
    found = [c for c in truth["charges"] if c["payment"] == payment["id"] and c["status"] == "succeeded"]
    assert len(found) < 2, "a payment succeeds once"
    return found[0] if found else None


def moment(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, BOOKS).strftime("%Y-%m-%d")


def major(minor: int, currency: str) -> str:
    """Decimal text in whole units: 49.00 EUR, 4900 JPY."""
    return str(minor) if currency == "jpy" else f"{Decimal(minor) / 100:.2f}"


def _sorted(rows: list[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[key]))
