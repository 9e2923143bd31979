"""Conversions that a path cannot express: lists without an order, and facts that moved between API versions.

Each takes the record as Stripe sends it, of any API version, and gives None for "empty"; it raises KeyError where
the record does not say, ValueError for a shape it does not know. Moments are unix seconds, as everywhere in Stripe.
"""

from collections.abc import Mapping
from typing import Any, Final

from syncengine.connectors.protocol import Reading
from syncengine.model.value import Json
from syncengine.vocabulary import VerificationStatus as Status

Content = Mapping[str, Json]


def plan_price(subscription: Content) -> Json:
    item = _only_item(subscription)
    return _id(item.get("price")) or _id(item.get("plan"))


def quantity(subscription: Content) -> Json:
    return _only_item(subscription).get("quantity")


def period_end(subscription: Content) -> Json:
    return _earliest(subscription, "current_period_end")


def period_start(subscription: Content) -> Json:
    return _earliest(subscription, "current_period_start")


def eu_vat(customer: Content) -> Json:
    """Verified ones first, then the oldest: the list has no order that means anything."""
    listed = customer["tax_ids"]
    found = [t for t in _data(listed) if t.get("type") == "eu_vat"]
    if not found:
        if isinstance(listed, Mapping) and listed.get("has_more"):
            raise KeyError("tax_ids")
        return None
    return min(found, key=_tax_id_rank)["value"]


def _tax_id_rank(tax_id: Content) -> tuple[bool, Any, str]:
    verification = tax_id.get("verification") or {}
    return verification.get("status") != "verified", tax_id.get("created") or 0, str(tax_id.get("id"))


def invoice_subscription(invoice: Content) -> Json:
    if "parent" not in invoice and "subscription" not in invoice:
        raise KeyError("parent")
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return _id(details.get("subscription")) or _id(invoice.get("subscription"))


def invoice_status(invoice: Content) -> Json:
    """Before API version 2018-11-08 an invoice had no status but three flags."""
    if "status" in invoice:
        return invoice["status"]
    if invoice["paid"]:
        return "paid"
    if invoice.get("forgiven"):
        return "uncollectible"
    return "void" if invoice.get("closed") else "open"


def latest_charge(intent: Content) -> Json:
    """Before API version 2022-11-15 the charges stood in the payment intent as a list, newest first."""
    if "latest_charge" in intent:
        return _id(intent["latest_charge"])
    charges = _data(intent["charges"])
    return _id(charges[0]) if charges else None


def account_kyb(account: Content) -> Json:
    if account["business_type"] == "individual":
        return _status(Status.NOT_APPLICABLE, "an individual")
    return account_kyc(account)


def account_kyc(account: Content) -> Json:
    """Closed by default: only enabled payouts with nothing due count as verified, an unknown reason is a review."""
    requirements = account["requirements"] or {}
    reason = requirements.get("disabled_reason")
    if reason:
        return _status(_disabled(reason), reason)
    if requirements.get("past_due"):
        return _status(Status.INPUT_REQUIRED, "requirements.past_due")
    if account.get("payouts_enabled") is True:
        return _status(Status.VERIFIED)
    if requirements.get("currently_due"):
        fresh = account.get("details_submitted") is False
        return _status(Status.NOT_STARTED if fresh else Status.INPUT_REQUIRED, "requirements.currently_due")
    if requirements.get("pending_verification"):
        return _status(Status.PENDING, "requirements.pending_verification")
    return _status(Status.IN_REVIEW)


_DISABLED: Final[Mapping[str, Status]] = {
    "action_required.requested_capabilities": Status.INPUT_REQUIRED,
    "requirements.past_due": Status.INPUT_REQUIRED,
    "requirements.pending_verification": Status.PENDING,
    "platform_paused": Status.REVOKED,
}


def _disabled(reason: str) -> Status:
    if reason.startswith("rejected."):
        return Status.REJECTED
    return _DISABLED.get(reason, Status.IN_REVIEW)


def _status(status: Status, reason: str = "") -> Json:
    return {"status": status.value, "reason": reason} if reason else {"status": status.value}


def _data(listed: Json) -> list[Content]:
    """The members of a Stripe list, or of a plain one (very old shapes)."""
    return list(listed.get("data") or ()) if isinstance(listed, Mapping) else list(listed or ())


def _only_item(subscription: Content) -> Content:
    """The one item; without a list of items the subscription itself, which had one plan then. Several: nothing."""
    if "items" not in subscription:
        return {"plan": subscription["plan"], "quantity": subscription.get("quantity")}
    items = _data(subscription["items"])
    return items[0] if len(items) == 1 else {}


def _earliest(subscription: Content, name: str) -> Json:
    """The period stands at the items since API version 2025-03-31, at the subscription before."""
    moments = [i[name] for i in _data(subscription.get("items")) if i.get(name) is not None]
    return min(moments) if moments else subscription[name]


def _id(value: Json) -> str | None:
    """The id of something that stands there as an id, or expanded."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value or None


def _guarded(convert: Reading) -> Reading:
    def read(content: Content) -> Json:
        try:
            return convert(content)
        except (AttributeError, TypeError):
            raise ValueError("the record has a shape that no API version is known to have") from None

    return read


READINGS: Mapping[tuple[str, str], Reading] = {
    ("accounts", "kyb"): _guarded(account_kyb),
    ("accounts", "kyc"): _guarded(account_kyc),
    ("customers", "eu_vat"): _guarded(eu_vat),
    ("invoices", "status"): _guarded(invoice_status),
    ("invoices", "subscription"): _guarded(invoice_subscription),
    ("payment_intents", "charge"): _guarded(latest_charge),
    ("subscriptions", "period_end"): _guarded(period_end),
    ("subscriptions", "period_start"): _guarded(period_start),
    ("subscriptions", "plan_price"): _guarded(plan_price),
    ("subscriptions", "quantity"): _guarded(quantity),
}

DOCUMENTED: Final[Mapping[str, Mapping[str, str]]] = {
    "accounts": {
        "kyb": "verification: as kyc, of a company; not_applicable for an individual",
        "kyc": "verification: verified when payouts are enabled and nothing is past due or disabled; unknown reasons "
        "are in_review",
    },
    "customers": {"eu_vat": "the value of their EU VAT number: a verified one first, then the oldest"},
    "invoices": {
        "status": "draft, open, paid, uncollectible or void, also for invoices of API versions before 2018-11-08",
        "subscription": "the id of the subscription it bills, wherever the API version has it; empty without one",
    },
    "payment_intents": {"charge": "the id of the latest charge, wherever the API version has it"},
    "subscriptions": {
        "period_end": "the earliest end of the current period of its items",
        "period_start": "the earliest start of the current period of its items",
        "plan_price": "the id of the price (or plan) of its only item; empty when it has several items",
        "quantity": "the quantity of its only item; empty when it has several items",
    },
}
