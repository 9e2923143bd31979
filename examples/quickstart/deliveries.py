"""How the news travels: events, and the deliveries of them that a webhook endpoint sees, in the order it sees them.

Providers promise neither order nor "once": news comes late, comes twice, comes as two events for one change, and some
of it is about things that nobody here keeps.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from calendar_times import DAY, HOUR, MINUTE
from company import PLANS, Company, Customer, Invoice
from stripe_shapes.catalog import price, product
from stripe_shapes.event import announcements, event
from stripe_shapes.invoice import invoice
from stripe_shapes.json_list import Json

CYCLE = "subscription_cycle"
DEMO_SECRET = "whsec_larkfield_demo_not_a_secret"  # noqa: S105  # signs made-up deliveries, and nothing else
"""What the deliveries are signed with. Configure it as `webhook_secret` to see the signatures checked."""


@dataclass(frozen=True, slots=True)
class Delivered:
    received_at: int
    body: str

    def line(self) -> str:
        """One line of a capture: headers, the exact body, and when it came."""
        sent = self.received_at - 1
        signed = hmac.new(DEMO_SECRET.encode(), f"{sent}.{self.body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": f"t={sent},v1={signed}",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        when = datetime.fromtimestamp(self.received_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return json.dumps({"headers": headers, "body": self.body, "received_at": when}, ensure_ascii=False)


def events(company: Company, rng: random.Random) -> Iterator[Json]:
    """Everything that is announced, in the order in which it happened."""
    owners: dict[str, Customer] = {}
    for change in company.changes:
        if isinstance(change.after, Customer):
            owners[change.after.id] = change.after
        if change.silent:
            continue
        for type_, content, previous in announcements(change, owners):
            yield event(_id(rng, content), type_, change.at, content, previous)
    yield from about_nothing_of_ours(company, owners, rng)


def about_nothing_of_ours(company: Company, owners: dict[str, Customer], rng: random.Random) -> Iterator[Json]:
    """News of types that the map reads nothing from."""
    first, last = company.changes[0].at, company.changes[-1].at
    plan = PLANS["scale", "eur"]
    yield event(_id(rng, {}), "product.created", first - DAY, product(plan, first - DAY))
    yield event(_id(rng, {}), "price.created", first - DAY, price(plan))
    for at in (first + 20 * DAY, last - 9 * DAY):
        funds = [{"amount": rng.randrange(10_000, 90_000), "currency": "eur", "source_types": {"card": 0}}]
        balance = {"object": "balance", "available": funds, "livemode": False, "pending": []}
        yield event(_id(rng, {}), "balance.available", at, balance)
    draft = next(c.after for c in company.changes if isinstance(c.after, Invoice) and c.after.reason == CYCLE)
    preview = {name: value for name, value in invoice(draft, owners[draft.customer]).items() if name != "id"}
    yield event(_id(rng, {}), "invoice.upcoming", draft.created - 7 * DAY, preview)


def _id(rng: random.Random, content: Json) -> str:
    of_payment = content.get("object") in ("payment_intent", "charge")
    return ("evt_3" if of_payment else "evt_1") + f"{rng.getrandbits(96):024x}"


def deliveries(company: Company, seed: int) -> list[Delivered]:
    rng = random.Random(f"larkfield/{seed}/deliveries")
    happened = list(events(company, rng))
    first_bills = _first_bills(happened)
    sent: list[tuple[int, int, Json]] = []
    for number, it in enumerate(happened):
        delay = rng.randrange(1, 9)
        if rng.random() < 0.1:
            delay += rng.randrange(HOUR, 3 * DAY)
        if it["type"] == "customer.created" and it["data"]["object"]["id"] in first_bills:
            delay = first_bills[it["data"]["object"]["id"]] - it["created"] + 5 * MINUTE
        sent.append((it["created"] + delay, number, it))
        if number % 16 == 5:
            sent.append((it["created"] + delay + rng.randrange(MINUTE, 2 * DAY), number, it))
        if number % 44 == 13:
            twin = it | {"id": _id(rng, it["data"]["object"])}
            sent.append((it["created"] + rng.randrange(2, 20), number, twin))
    sent.sort(key=lambda each: each[:2])
    return [Delivered(at, _body(it)) for at, _, it in sent]


def _first_bills(happened: list[Json]) -> dict[str, int]:
    """Every third customer is heard of only after its first invoice: customer -> when that was."""
    signed_up = [e["data"]["object"]["id"] for e in happened if e["type"] == "customer.created"]
    first: dict[str, int] = {}
    for it in happened:
        content: dict[str, Any] = it["data"]["object"]
        if it["type"] == "invoice.created" and content["customer"] in signed_up[::3]:
            first.setdefault(content["customer"], it["created"])
    return first


def _body(it: Json) -> str:
    return json.dumps(it, ensure_ascii=False, separators=(",", ":"))
