"""What Stripe's API (2026-10-28.endive) says about each thing: whole objects, as webhooks and GETs show them."""

from collections.abc import Mapping
from typing import Any

from company import PLANS, Change, Charge, Customer, Invoice, Line, Payment, Plan, Subscription, Thing

API_VERSION = "2026-10-28.endive"
SUCCEEDS = {
    "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
    "seller_message": "Payment complete.", "type": "authorized",
}  # fmt: skip
DECLINES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
}
CARRY_PREVIOUS = ("customer.updated", "customer.subscription.updated", "charge.refunded")

Json = dict[str, Any]


def listed(url: str, data: list[Json]) -> Json:
    return {"object": "list", "data": data, "has_more": False, "total_count": len(data), "url": url}


def customer(it: Customer) -> Json:
    return {
        "id": it.id,
        "object": "customer",
        "address": {
            "city": it.city, "country": it.country, "line1": it.street, "line2": None,
            "postal_code": it.postal_code, "state": None,
        },
        "balance": 0,
        "created": it.created,
        "currency": it.currency,
        "default_source": None,
        "delinquent": it.delinquent,
        "description": it.note,
        "discount": None,
        "email": it.email,
        "invoice_prefix": it.id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": f"pm_1{it.id[4:]}", "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {"kyb": it.kyb},
        "name": it.name,
        "phone": it.phone,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": it.tax_exempt,
        "test_clock": None,
    }  # fmt: skip


def product(plan: Plan, created: int) -> Json:
    return {
        "id": plan.product, "object": "product", "active": True, "attributes": [], "created": created,
        "default_price": None, "description": None, "images": [], "livemode": False, "marketing_features": [],
        "metadata": {}, "name": plan.name, "package_dimensions": None, "shippable": None,
        "statement_descriptor": None, "tax_code": None, "type": "service", "unit_label": "seat", "updated": created,
        "url": None,
    }  # fmt: skip


def price(plan: Plan) -> Json:
    return {
        "id": plan.price, "object": "price", "active": True, "billing_scheme": "per_unit", "created": 1767225600,
        "currency": plan.currency, "custom_unit_amount": None, "livemode": False,
        "lookup_key": f"{plan.key}_{plan.currency}", "metadata": {}, "nickname": None, "product": plan.product,
        "recurring": {
            "interval": "month", "interval_count": 1, "meter": None, "trial_period_days": None,
            "usage_type": "licensed",
        },
        "tax_behavior": "exclusive", "tiers_mode": None, "transform_quantity": None, "type": "recurring",
        "unit_amount": plan.amount, "unit_amount_decimal": str(plan.amount),
    }  # fmt: skip


def subscription(it: Subscription) -> Json:
    item: Json = {
        "id": it.item, "object": "subscription_item", "billing_thresholds": None, "created": it.created,
        "current_period_end": it.period_end, "current_period_start": it.period_start, "discounts": [],
        "metadata": {}, "price": price(PLANS[it.plan, it.currency]), "quantity": it.quantity,
        "subscription": it.id, "tax_rates": [],
    }  # fmt: skip
    return {
        "id": it.id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": it.created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_thresholds": None,
        "cancel_at": it.cancel_at,
        "cancel_at_period_end": it.cancel_at_period_end,
        "canceled_at": it.canceled_at,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "reason": "cancellation_requested" if it.cancel_at else "payment_failed" if it.canceled_at else None,
        },
        "collection_method": it.collection,
        "created": it.created,
        "currency": it.currency,
        "customer": it.customer,
        "customer_account": None,
        "days_until_due": 30 if it.collection == "send_invoice" else None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": it.ended_at,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": listed(f"/v1/subscription_items?subscription={it.id}", [item]),
        "latest_invoice": it.latest_invoice,
        "livemode": False,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": it.created,
        "status": it.status,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }  # fmt: skip


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


def invoice(it: Invoice, owner: Customer) -> Json:
    return {
        "id": it.id,
        "object": "invoice",
        "account_country": "DE",
        "account_name": "Larkfield",
        "account_tax_ids": None,
        "amount_due": it.total,
        "amount_overpaid": 0,
        "amount_paid": it.amount_paid,
        "amount_remaining": it.total - it.amount_paid,
        "amount_shipping": 0,
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
        "customer_address": customer(owner)["address"],
        "customer_email": owner.email,
        "customer_name": owner.name,
        "customer_phone": owner.phone,
        "customer_shipping": None,
        "customer_tax_exempt": owner.tax_exempt,
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": it.due_at,
        "effective_at": it.finalized_at,
        "ending_balance": None if it.finalized_at is None else 0,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None if it.number is None else f"https://invoice.stripe.com/i/acct_1Larkfield/{it.id}",
        "invoice_pdf": None if it.number is None else f"https://pay.stripe.com/invoice/acct_1Larkfield/{it.id}/pdf",
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": listed(f"/v1/invoices/{it.id}/lines", [invoice_line(it, n, x) for n, x in enumerate(it.lines, 1)]),
        "livemode": False,
        "metadata": {},
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
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": it.status,
        "status_transitions": {
            "finalized_at": it.finalized_at, "marked_uncollectible_at": it.uncollectible_at, "paid_at": it.paid_at,
            "voided_at": it.voided_at,
        },
        "subtotal": it.total,
        "subtotal_excluding_tax": it.total,
        "test_clock": None,
        "total": it.total,
        "total_discount_amounts": [],
        "total_excluding_tax": it.total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None if it.status == "draft" else it.finalized_at,
    }  # fmt: skip


def declined(failure: str | None) -> Json | None:
    if failure is None:
        return None
    return {
        "code": failure, "decline_code": "generic_decline" if failure == "card_declined" else failure,
        "doc_url": f"https://stripe.com/docs/error-codes/{failure.replace('_', '-')}",
        "message": DECLINES[failure], "type": "card_error",
    }  # fmt: skip


def payment_intent(it: Payment) -> Json:
    paid = it.status == "succeeded"
    return {
        "id": it.id,
        "object": "payment_intent",
        "amount": it.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": it.amount if paid else 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{it.id}_secret_kept",
        "confirmation_method": "automatic",
        "created": it.created,
        "currency": it.currency,
        "customer": it.customer,
        "customer_account": None,
        "description": "Subscription creation",
        "excluded_payment_method_types": None,
        "last_payment_error": declined(it.failure),
        "latest_charge": it.latest_charge,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": f"pm_1{it.customer[4:]}" if paid else None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"installments": None, "network": None}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": "off_session",
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": it.status,
        "transfer_data": None,
        "transfer_group": None,
    }


def charge(it: Charge) -> Json:
    worked = it.status == "succeeded"
    return {
        "id": it.id,
        "object": "charge",
        "amount": it.amount,
        "amount_captured": it.amount if worked else 0,
        "amount_refunded": it.refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": f"txn_3{it.id[4:]}" if worked else None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "LARKFIELD",
        "captured": worked,
        "created": it.created,
        "currency": it.currency,
        "customer": it.customer,
        "description": "Subscription creation",
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": it.failure,
        "failure_message": DECLINES[it.failure] if it.failure else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": SUCCEEDS if worked else {
            "network_status": "declined_by_network", "reason": it.failure, "risk_level": "normal",
            "seller_message": "The bank did not return any further details.", "type": "issuer_declined",
        },
        "paid": worked,
        "payment_intent": it.payment,
        "payment_method": f"pm_1{it.customer[4:]}",
        "payment_method_details": {
            "card": {"brand": "visa", "country": "DE", "exp_month": 8, "exp_year": 2027, "funding": "credit",
                     "last4": "4242", "network": "visa", "wallet": None},
            "type": "card",
        },
        "presentment_details": None,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/{it.id}" if worked else None,
        "refunded": it.refunded == it.amount,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": it.status,
        "transfer_data": None,
        "transfer_group": None,
    }  # fmt: skip


def shape(thing: Thing, owners: Mapping[str, Customer]) -> Json:
    """The object as the API shows it. An invoice carries its customer's data of that moment."""
    match thing:
        case Customer():
            return customer(thing)
        case Subscription():
            return subscription(thing)
        case Invoice():
            return invoice(thing, owners[thing.customer])
        case Payment():
            return payment_intent(thing)
        case Charge():
            return charge(thing)


def event(event_id: str, type_: str, at: int, content: Json, previous: Json | None = None) -> Json:
    data: Json = {"object": content}
    if previous:
        data["previous_attributes"] = previous
    return {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": at,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type_,
    }


def previous_attributes(before: Json, after: Json) -> Json:
    """The old values of what changed: nested objects part by part, lists whole."""
    changed: Json = {}
    for key, old in before.items():
        new = after[key]
        if old == new:
            continue
        nested = isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys()
        changed[key] = previous_attributes(old, new) if nested else old
    return changed


def announcements(change: Change, owners: Mapping[str, Customer]) -> list[tuple[str, Json, Json | None]]:
    """The (type, object, previous attributes) of every event that tells of one change."""
    content = shape(change.after, owners)
    previous = None if change.before is None else previous_attributes(shape(change.before, owners), content)
    return [(t, content, previous if t in CARRY_PREVIOUS else None) for t in change.types]
