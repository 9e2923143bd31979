"""Events: what is announced when a thing changes."""

from collections.abc import Mapping

from company import Change, Charge, Customer, Invoice, Payment, Subscription, Thing

from stripe_shapes.customer import customer
from stripe_shapes.invoice import invoice
from stripe_shapes.json_list import Json
from stripe_shapes.payment import charge, payment_intent
from stripe_shapes.subscription import subscription

API_VERSION = "2026-10-28.endive"
CARRY_PREVIOUS = ("customer.updated", "customer.subscription.updated", "charge.refunded")
"""Types whose events name the old values of what they changed."""


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
