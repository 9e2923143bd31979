"""Subscriptions. Since 2025 their periods stand at their items."""

from company import PLANS, Subscription

from stripe_shapes.catalog import price
from stripe_shapes.json_list import Json, listed


def subscription(it: Subscription) -> Json:
    item: Json = {
        "id": it.item, "object": "subscription_item", "billing_thresholds": None, "created": it.created,
        "current_period_end": it.period_end, "current_period_start": it.period_start, "discounts": [],
        "metadata": {}, "price": price(PLANS[it.plan, it.currency]), "quantity": it.quantity,
        "subscription": it.id, "tax_rates": [],
    }  # fmt: skip
    return {
        "id": it.id, "object": "subscription",
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
