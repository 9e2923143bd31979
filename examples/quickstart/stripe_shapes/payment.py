"""Payment intents, and the charge of each try."""

from company import Charge, Payment

from stripe_shapes.json_list import Json

SUCCEEDS = {
    "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
    "seller_message": "Payment complete.", "type": "authorized",
}  # fmt: skip
DECLINES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
}


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
