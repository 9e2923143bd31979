"""Deliveries in the present Stripe shapes, deterministic: customers first, then invoices; half of all events create a
record, half update one.
"""

import json
from random import Random

T0 = 1_760_000_000
VERSION = "2026-10-28.endive"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789"


def deliveries(count: int, seed: int = 7) -> list[bytes]:
    """`count` event bodies, 2-3 KB each, oldest first."""
    random = Random(seed)
    creates = count // 2
    customers = [_id(random, "cus", 14) for _ in range(max(1, creates // 5))]
    invoices = [(_id(random, "in", 24), random.choice(customers)) for _ in range(creates - len(customers))]
    bodies = []
    for at, customer in enumerate(customers):
        bodies.append(_event(random, at, "customer.created", _customer(random, customer, T0 + at)))
    for at, (invoice, customer) in enumerate(invoices, len(bodies)):
        bodies.append(_event(random, at, "invoice.finalized", _invoice(random, invoice, customer, T0 + at, "open")))
    updated = random.sample(invoices, min(len(invoices), count - len(bodies)))
    for at, (invoice, customer) in enumerate(updated, len(bodies)):
        bodies.append(_event(random, at, "invoice.paid", _invoice(random, invoice, customer, T0 + at, "paid")))
    for at, customer in enumerate(random.choices(customers, k=count - len(bodies)), len(bodies)):
        bodies.append(_event(random, at, "customer.updated", _customer(random, customer, T0 + at)))
    return bodies


def later(random: Random, count: int, invoices: list[tuple[str, str]], at: int) -> list[bytes]:
    """Events after all others: half of them make an invoice, half change one of these (id, customer's id)."""
    bodies = []
    for number, (invoice, customer) in enumerate(random.sample(invoices, count), at):
        if number % 2:
            record = _invoice(random, _id(random, "in", 24), customer, T0 + number, "open")
            bodies.append(_event(random, number, "invoice.finalized", record))
        else:
            record = _invoice(random, invoice, customer, T0 + number, "paid")
            bodies.append(_event(random, number, "invoice.paid", record))
    return bodies


def _id(random: Random, prefix: str, length: int) -> str:
    return prefix + "_" + "".join(random.choices(LETTERS, k=length))


def _event(random: Random, at: int, kind: str, record: dict[str, object]) -> bytes:
    event = {
        "id": _id(random, "evt", 24), "object": "event", "api_version": VERSION, "created": T0 + at,
        "data": {"object": record}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": _id(random, "req", 14), "idempotency_key": None}, "type": kind,
    }  # fmt: skip
    return json.dumps(event).encode()


def _address(random: Random) -> dict[str, object]:
    return {
        "city": "Dublin", "country": "IE", "line1": f"{random.randint(1, 999)} Harbour Road", "line2": "Unit 7",
        "postal_code": f"D{random.randint(1, 24):02d} X{random.randint(100, 999)}", "state": "Leinster",
    }  # fmt: skip


def _customer(random: Random, customer: str, created: int) -> dict[str, object]:
    return {
        "id": customer, "object": "customer", "address": _address(random), "balance": random.randint(-5000, 0),
        "business_name": None, "created": created, "currency": "usd", "customer_account": None,
        "delinquent": random.random() < 0.1, "description": "Account created by the import of the spring campaign",
        "email": f"user{random.randint(1, 10**7)}@example.com", "individual_name": None,
        "invoice_prefix": customer[-8:].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": _id(random, "pm", 24), "footer": None},
        "livemode": False,
        "metadata": {"segment": random.choice(["smb", "mid"]), "notes": "x" * random.randint(400, 1100)},
        "name": f"Customer {random.randint(1, 10**6)} Ltd", "next_invoice_sequence": random.randint(1, 40),
        "phone": "+35315550100", "preferred_locales": ["en-IE", "en"],
        "shipping": {"address": _address(random), "name": "Receiving Dept", "phone": "+35315550101"},
        "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def _line(random: Random, invoice: str, at: int) -> dict[str, object]:
    return {
        "id": _id(random, "il", 24), "object": "line_item", "amount": 4900, "currency": "usd",
        "description": f"{random.randint(1, 20)} x Pro plan (at $49.00 / month)", "discountable": True, "discounts": [],
        "invoice": invoice, "livemode": False, "metadata": {}, "period": {"end": at + 2_592_000, "start": at},
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"subscription": _id(random, "sub", 24)},
        },
        "pricing": {"price_details": {"price": _id(random, "price", 24)}, "unit_amount_decimal": "4900"}, "quantity": 1,
    }  # fmt: skip


def _invoice(random: Random, invoice: str, customer: str, at: int, status: str) -> dict[str, object]:
    total = random.randint(1000, 200_000)
    paid = total if status == "paid" else 0
    return {
        "id": invoice, "object": "invoice", "account_country": "US", "account_name": "Bench Inc", "amount_due": total,
        "amount_overpaid": 0, "amount_paid": paid, "amount_remaining": total - paid, "amount_shipping": 0,
        "attempt_count": 1, "attempted": True, "auto_advance": False, "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically", "created": at, "currency": "usd", "customer": customer,
        "customer_address": _address(random), "customer_email": f"user{random.randint(1, 10**7)}@example.com",
        "customer_name": "Customer Ltd", "due_date": None, "ending_balance": 0,
        "hosted_invoice_url": f"https://invoice.stripe.example/i/{invoice}/" + "y" * 120,
        "invoice_pdf": f"https://pay.stripe.example/invoice/{invoice}/pdf/" + "z" * 120,
        "lines": {"object": "list", "data": [_line(random, invoice, at) for _ in range(2)], "has_more": False,
                  "total_count": 2, "url": f"/v1/invoices/{invoice}/lines"},
        "livemode": False, "metadata": {}, "next_payment_attempt": None, "number": f"B-{random.randint(1, 10**6):06d}",
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": _id(random, "sub", 24)}},
        "period_end": at, "period_start": at - 2_592_000, "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0, "starting_balance": 0, "status": status,
        "status_transitions": {"finalized_at": at, "paid_at": at if paid else None, "voided_at": None},
        "subtotal": total, "total": total, "total_excluding_tax": total, "total_taxes": [],
    }  # fmt: skip
