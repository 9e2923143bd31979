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
FOUND_OUT = {"open": "not_started", "pending": "pending", "review": "in_review", "passed": "verified",
             "failed": "rejected", "n/a": "not_applicable"}  # fmt: skip
PASSING = {"kyc": ("passed",), "aml": ("passed",), "vat": ("passed", "n/a")}
OLDEST = {"kyc": 365, "aml": 180, "vat": 365}
NEXT = {
    "kyc": "Check the people behind the company, and write it down in the CRM.",
    "kyb": NEXT_ACTION,
    "aml": "Compliance looks at the screening, and writes the result down in the CRM.",
    "vat": "Have the VAT number corrected, check it again, and write it down in the CRM.",
}
SOME_ORDER = "some order"
"""The number of a payment order, which the ERP gives as it likes."""
SOME_TIME = "some time"
"""When the engine itself noticed something, which has nothing to do with when it came about."""
TAX_RULE = {"none": "standard", "exempt": "exempt", "reverse": "reverse-charge"}


def crm(truth: Truth) -> Dump:
    return {
        "accounts": _sorted([_account(c, truth) for c in truth["customers"]], "stripe_customer_id"),
        "subscriptions": _sorted([_subscription(s) for s in truth["subscriptions"]], "stripe_subscription_id"),
        "invoices": _sorted([_invoice(i) for i in truth["invoices"]], "stripe_invoice_id"),
        "payments": _sorted([_payment(p, truth) for p in truth["payments"]], "stripe_payment_id"),
        "payouts": _sorted([_payout(r, truth) for r in truth["requests"]], "request_no"),
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
        "payout_request": _sorted([_request(r) for r in truth["requests"]], "request_no"),
        "payment_order": _sorted([_order(r) for r in ordered(truth)], "request_no"),
    }


def expected(truth: Truth) -> Dump:
    """Every table of both, when all has come in and nothing is left to do."""
    return {**crm(truth), **erp(truth)}


def ordered(truth: Truth) -> list[Row]:
    """The requests that are paid: nothing is wrong with the payee."""
    return [r for r in truth["requests"] if not troubles(_one(truth["customers"], "id", r["payee"]), truth)]


def troubles(customer: Row, truth: Truth) -> list[tuple[str, str]]:
    """What stands between a customer and its payouts: (check, status), in the order in which they are told."""
    known = _known(customer, truth)
    found = [] if customer["kyb"] == "passed" else [("kyb", CHECKED[customer["kyb"]])]
    for name, passing in PASSING.items():
        check: Row = {"status": "open", "days_ago": None} if known is None else known["checks"][name]
        old = check["days_ago"] is None or check["days_ago"] > OLDEST[name]
        if check["status"] not in passing:
            found.append((name, FOUND_OUT[check["status"]]))
        elif old:
            found.append((name, "expired"))
    return sorted(found)


def _known(customer: Row, truth: Truth) -> Row | None:
    """The customer as the CRM had it before."""
    return next((k for k in truth["known"] if k["customer"] == customer["id"]), None)


def _one(rows: list[Row], key: str, value: str) -> Row:
    (found,) = (row for row in rows if row[key] == value)
    return found


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
        "payout.erp_request": _same(shown["payouts"]),
        "payout.crm": _same(shown["payouts"]),
        "payout.erp": _same(booked["payment_order"]),
    }


def _same(rows: list[Row]) -> dict[str, str]:
    keys = [str(next(iter(row.values()))) for row in rows]
    return dict(zip(keys, keys, strict=True))


def _account(it: Row, truth: Truth) -> Row:
    """What the CRM had under its own id stays its: what it means the same by is left as it was spelled there."""
    row = _shown_account(it, truth)
    known = _known(it, truth)
    if known is None:
        return row
    row |= {"account_manager": known["account_manager"], "notes": known["notes"]}
    row |= {f"{name}_status": check["status"] for name, check in known["checks"].items()}
    dated = {f"{name}_checked_at": check["days_ago"] for name, check in known["checks"].items()}
    row |= {column: None if days_ago is None else SOME_TIME for column, days_ago in dated.items()}
    spelled = {name: known[name] for name in ("email", "country") if known[name] is not None}
    return row | {name: text for name, text in spelled.items() if text.casefold() == row[name].casefold()}


def _shown_account(it: Row, truth: Truth) -> Row:
    return {
        "stripe_customer_id": it["id"],
        "name": it["name"],
        "email": it["email"],
        "phone": it["phone"],
        "country": it["country"],
        "kyb_status": CHECKED[it["kyb"]],
        "delinquent": int(it["delinquent"]),
        "customer_since": moment(it["created"]),
        **_hold(_holds_about(it, truth)),
        **{f"{name}_status": "open" for name in PASSING},
        **{f"{name}_checked_at": None for name in PASSING},
        "account_manager": None,
        "notes": "",
    }


def _holds_about(it: Row, truth: Truth) -> list[tuple[str, str]]:
    """A company that is not checked is kept out of the ERP, and is not paid; the CRM says so."""
    asked = sum(1 for r in truth["requests"] if r["payee"] == it["id"])
    unchecked = [] if it["kyb"] == "passed" else [("kyb", CHECKED[it["kyb"]])]
    assert not (unchecked and asked), "which of the two is held longer is not known here"
    return unchecked + troubles(it, truth) * asked


def _hold(holds: list[tuple[str, str]]) -> Row:
    """The oldest of some holds, and how many more there are."""
    name, status = holds[0] if holds else ("", "")
    more = f" and {len(holds) - 1} more" if len(holds) > 1 else ""
    return {
        "on_hold": int(bool(holds)),
        "hold_reason": f"{name} {status}{more}" if holds else None,
        "hold_since": SOME_TIME if holds else None,
        "hold_next_action": NEXT[name] if holds else None,
    }


def _payout(it: Row, truth: Truth) -> Row:
    held = troubles(_one(truth["customers"], "id", it["payee"]), truth)
    return {
        "request_no": str(it["number"]),
        "account_id": it["payee"],
        "amount": major(it["amount"], it["currency"]),
        "currency": it["currency"].upper(),
        "status": None if held else "entered",
        "payment_order_no": None if held else SOME_ORDER,
        **_hold(held),
    }


def _request(it: Row) -> Row:
    return {
        "request_no": it["number"],
        "payee": it["payee"],
        "amount_minor": it["amount"],
        "currency": it["currency"].upper(),
        "requested_on": datetime.fromtimestamp(it["requested_at"], UTC).strftime("%Y-%m-%d"),
        "requested_by": it["requested_by"],
    }


def _order(it: Row) -> Row:
    return {
        "request_no": str(it["number"]),
        "partner_no": it["payee"],
        "amount_minor": it["amount"],
        "currency": it["currency"].upper(),
        "state": "entered",
        "source": "syncengine",
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
