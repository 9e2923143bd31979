"""Invoices. Since 2025 their subscription stands in `parent`, and their payments elsewhere."""

from company import Customer, Invoice, Line

from stripe_shapes.customer import customer
from stripe_shapes.json_list import Json, listed


def invoice_line(it: Invoice, number: int, line: Line) -> Json:
    return {
        "id": f"il_1{it.id[4:-2]}{number:02}", "object": "line_item", "amount": line.amount, "currency": it.currency,
        "description": line.text, "discount_amounts": [], "discountable": not line.proration, "discounts": [],
        "invoice": it.id, "livemode": False, "metadata": {},
        "parent": line_parent(it, line),
        "period": {"end": it.period_end, "start": it.period_start}, "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price, "product": None}, "type": "price_details",
            "unit_amount_decimal": str(line.amount // line.quantity),
        },
        "quantity": line.quantity, "subtotal": line.amount, "taxes": [],
    }  # fmt: skip


def line_parent(it: Invoice, line: Line) -> Json:
    if it.subscription is None:
        return {
            "invoice_item_details": {"invoice_item": f"ii_1{it.id[4:]}", "proration": False, "subscription": None},
            "subscription_item_details": None, "type": "invoice_item_details",
        }  # fmt: skip
    return {
        "invoice_item_details": None,
        "subscription_item_details": {"proration": line.proration, "subscription": it.subscription},
        "type": "subscription_item_details",
    }


def amounts(it: Invoice) -> Json:
    return {
        "amount_due": it.total,
        "amount_overpaid": 0,
        "amount_paid": it.amount_paid,
        "amount_remaining": it.total - it.amount_paid,
        "amount_shipping": 0,
        "ending_balance": None if it.finalized_at is None else 0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "subtotal": it.total,
        "subtotal_excluding_tax": it.total,
        "total": it.total,
        "total_discount_amounts": [],
        "total_excluding_tax": it.total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def billed_to(owner: Customer) -> Json:
    """The customer's data of that moment."""
    return {
        "customer_address": customer(owner)["address"],
        "customer_email": owner.email,
        "customer_name": owner.name,
        "customer_phone": owner.phone,
        "customer_shipping": None,
        "customer_tax_exempt": owner.tax_exempt,
        "customer_tax_ids": [],
    }


def invoice(it: Invoice, owner: Customer) -> Json:
    return {
        "id": it.id, "object": "invoice",
        "account_country": "DE", "account_name": "Larkfield", "account_tax_ids": None,
        "application": None,
        "attempt_count": it.attempts,
        "attempted": it.attempts > 0,
        "auto_advance": it.status in ("draft", "open"),
        "automatic_tax": {
            "disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None,
        },
        "automatically_finalizes_at": it.created + 3600 if it.status == "draft" else None,
        "billing_reason": it.reason,
        "collection_method": it.collection,
        "created": it.created,
        "currency": it.currency,
        "custom_fields": None,
        "customer": it.customer,
        "customer_account": None,
        "default_payment_method": None, "default_source": None, "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": it.due_at,
        "effective_at": it.finalized_at,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None if it.number is None else f"https://invoice.stripe.com/i/acct_1Larkfield/{it.id}",
        "invoice_pdf": None if it.number is None else f"https://pay.stripe.com/invoice/acct_1Larkfield/{it.id}/pdf",
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": listed(f"/v1/invoices/{it.id}/lines", [invoice_line(it, n, x) for n, x in enumerate(it.lines, 1)]),
        "livemode": False, "metadata": {},
        "next_payment_attempt": it.next_attempt,
        "number": it.number,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": it.subscription},
            "type": "subscription_details",
        } if it.subscription else None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": it.period_end,
        "period_start": it.period_start,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "statement_descriptor": None,
        "status": it.status,
        "status_transitions": {
            "finalized_at": it.finalized_at, "marked_uncollectible_at": it.uncollectible_at, "paid_at": it.paid_at,
            "voided_at": it.voided_at,
        },
        "test_clock": None,
        **amounts(it),
        **billed_to(owner),
        "webhooks_delivered_at": None if it.status == "draft" else it.finalized_at,
    }  # fmt: skip
