"""What kinds of records Stripe has, which deliveries carry them, and which conversions ship for them."""

from collections.abc import Mapping
from typing import Final

from syncengine.connectors.stripe.readings import DOCUMENTED
from syncengine.model.capability import RecordType

OBJECTS: Final[Mapping[str, str]] = {
    "account": "accounts",
    "balance_transaction": "balance_transactions",
    "charge": "charges",
    "credit_note": "credit_notes",
    "customer": "customers",
    "dispute": "disputes",
    "invoice": "invoices",
    "invoice_payment": "invoice_payments",
    "payment_intent": "payment_intents",
    "payout": "payouts",
    "plan": "plans",
    "price": "prices",
    "product": "products",
    "refund": "refunds",
    "subscription": "subscriptions",
    "tax_id": "tax_ids",
    "transfer": "transfers",
}
"""The value of `object` -> our name for the record type, which is also its path under /v1/."""

DELETED_FOR_GOOD: Final = frozenset({"customer", "invoice", "plan", "price", "product", "tax_id"})
"""Objects whose `*.deleted` event says that they are gone. A deleted subscription stays readable as canceled."""


MOVES_MONEY: Final = frozenset({"charges", "payment_intents", "payouts", "refunds", "transfers"})
"""Record types that are a movement of money: creating one takes it from somebody, or sends it to somebody."""


def _events(prefix: str, words: str) -> tuple[str, ...]:
    return tuple(f"{prefix}.{word}" for word in words.split())


_EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("account.updated",),
    "balance_transactions": (),
    "charges": _events("charge", "succeeded failed pending captured updated refunded expired"),
    "credit_notes": _events("credit_note", "created updated voided"),
    "customers": _events("customer", "created updated deleted"),
    "disputes": _events("charge.dispute", "created updated closed funds_withdrawn funds_reinstated"),
    "invoice_payments": ("invoice_payment.paid",),
    "invoices": _events(
        "invoice",
        "created updated deleted finalized finalization_failed sent paid payment_succeeded payment_failed "
        "payment_action_required payment_attempt_required overdue overpaid will_be_due marked_uncollectible voided",
    ),
    "payment_intents": _events(
        "payment_intent",
        "created processing requires_action succeeded payment_failed canceled amount_capturable_updated "
        "partially_funded",
    ),
    "payouts": _events("payout", "created updated paid failed canceled reconciliation_completed"),
    "plans": _events("plan", "created updated deleted"),
    "prices": _events("price", "created updated deleted"),
    "products": _events("product", "created updated deleted"),
    "refunds": (*_events("refund", "created updated failed"), "charge.refund.updated"),
    "subscriptions": _events(
        "customer.subscription",
        "created updated deleted paused resumed trial_will_end pending_update_applied pending_update_expired",
    ),
    "tax_ids": _events("customer.tax_id", "created updated deleted"),
    "transfers": _events("transfer", "created updated reversed"),
}

RECORDS: Final[Mapping[str, RecordType]] = {
    name: RecordType(
        name=name,
        push=bool(_EVENTS[name]),
        events=_EVENTS[name],
        readings=DOCUMENTED.get(name, {}),
        deletes=kind in DELETED_FOR_GOOD,
        moves_money=name in MOVES_MONEY,
    )
    for kind, name in OBJECTS.items()
}
