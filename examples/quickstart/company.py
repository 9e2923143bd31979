"""Larkfield, a small software company: what is true of its customers, and the history of how that came to be.

Nothing in here knows a provider's JSON. Amounts are integers in minor units, times are unix seconds.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is sold: a price per seat and month."""

    key: str
    name: str
    amount: int
    currency: str

    @property
    def price(self) -> str:
        return f"price_1Lark{self.key.title()}{self.currency.title()}"

    @property
    def product(self) -> str:
        return f"prod_Lark{self.key.title()}"


PLANS = {
    (key, currency): Plan(key=key, name=f"Larkfield {key.title()}", amount=amount, currency=currency)
    for key, amounts in {
        "starter": {"eur": 2900, "gbp": 2500, "jpy": 4500},
        "team": {"eur": 4900, "gbp": 4300, "jpy": 7800},
        "scale": {"eur": 19950, "gbp": 17500, "jpy": 31000},
    }.items()
    for currency, amount in amounts.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """`kyb` is how far the check of the company has come: pending, review, passed or failed."""

    id: str
    created: int
    name: str
    email: str
    phone: str
    street: str
    city: str
    postal_code: str
    country: str
    currency: str
    tax_exempt: str = "none"
    kyb: str = "pending"
    delinquent: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    id: str
    item: str
    created: int
    customer: str
    plan: str
    currency: str
    quantity: int
    status: str
    period_start: int
    period_end: int
    collection: str = "charge_automatically"
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    latest_invoice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    amount: int
    price: str
    quantity: int
    proration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    id: str
    created: int
    customer: str
    subscription: str | None
    reason: str
    currency: str
    lines: tuple[Line, ...]
    period_start: int
    period_end: int
    status: str = "draft"
    number: str | None = None
    amount_paid: int = 0
    attempts: int = 0
    collection: str = "charge_automatically"
    due_at: int | None = None
    next_attempt: int | None = None
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    uncollectible_at: int | None = None

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One intent to collect an invoice; each try makes a charge."""

    id: str
    created: int
    customer: str
    invoice: str
    amount: int
    currency: str
    status: str = "requires_payment_method"
    failure: str | None = None
    latest_charge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    id: str
    created: int
    customer: str
    payment: str
    amount: int
    currency: str
    status: str
    refunded: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What compliance found out about an account, and how many days ago (None: nobody has looked)."""

    status: str
    days_ago: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """A customer as the CRM had it all along: under an id of its own, written by hand."""

    id: str
    customer: str
    name: str
    email: str | None
    country: str | None
    account_manager: str
    notes: str
    checks: dict[str, Check]


@dataclass(slots=True, kw_only=True)
class PayoutRequest:
    """Finance asks for a payout. It has a number as soon as all of them are known."""

    payee: str
    amount: int
    currency: str
    requested_at: int
    requested_by: str
    number: int = 0


Thing = Customer | Subscription | Invoice | Payment | Charge
T = TypeVar("T", Customer, Subscription, Invoice, Payment, Charge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing as it was before and after something happened, and the names under which that is announced.

    `silent` changes are true, and their announcement never reaches us.
    """

    at: int
    types: tuple[str, ...]
    before: Thing | None
    after: Thing
    silent: bool = False


@dataclass(slots=True)
class Company:
    """The books: every thing as it stands now, and every change in the order in which it really happened."""

    rng: random.Random
    things: dict[str, Thing] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    known: list[KnownAccount] = field(default_factory=list)
    requests: list[PayoutRequest] = field(default_factory=list)

    def name(self, prefix: str, length: int = 14) -> str:
        """A new id in the provider's manner."""
        return prefix + "".join(self.rng.choice(_LETTERS) for _ in range(length))

    def start(self, thing: T, *types: str) -> T:
        self.things[thing.id] = thing
        self.changes.append(Change(at=thing.created, types=types, before=None, after=thing))
        return thing

    def change(self, thing: T, at: int, *types: str, silent: bool = False, **values: Any) -> T:
        before = self.things[thing.id]
        after = replace(thing, **values)
        self.things[thing.id] = after
        self.changes.append(Change(at=at, types=types, before=before, after=after, silent=silent))
        return after

    def every(self, kind: type[T]) -> Iterator[T]:
        return (thing for thing in self.things.values() if isinstance(thing, kind))

    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """Everything as it stands in the end, in our own terms."""
        return {
            "customers": [asdict(c) for c in self.every(Customer)],
            "subscriptions": [
                {**asdict(s), "price": PLANS[s.plan, s.currency].price} for s in self.every(Subscription)
            ],
            "invoices": [{**asdict(i), "total": i.total} for i in self.every(Invoice)],
            "payments": [asdict(p) for p in self.every(Payment)],
            "charges": [asdict(c) for c in self.every(Charge)],
            "known": [asdict(k) for k in self.known],
            "requests": [asdict(r) for r in self.requests],
        }
