"""Eight kinds of customer, told through what billing does with them. Any number of customers: the kinds take turns.

No story undoes a verification, deletes a record or takes a number off an invoice: what the systems show in the end
must follow from what is true in the end, whatever order the news of it comes in.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from before import look_back
from billing import bill, collect, fail, finalize, payment_of, refund, renew, seats, subscribe
from calendar_times import DAY, HOUR, MINUTE, moment
from company import Company, Customer, Line, Subscription

UPDATED = "customer.updated"
SUBSCRIPTION_UPDATED = "customer.subscription.updated"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    domain: str
    phone: str
    street: str
    city: str
    postal_code: str
    country: str
    currency: str = "eur"


PROFILES = (
    Profile("Birkenhof Brauerei GmbH", "birkenhof.example", "+493012345601", "Mühlenweg 4", "Berlin", "10115", "DE"),
    Profile("Atelier Rivoire SARL", "rivoire.example", "+33145678902", "12 rue des Lilas", "Lyon", "69003", "FR"),
    Profile("Copperfield Ltd", "copperfield.example", "+442079460903", "8 Dock Lane", "Leeds", "LS1 4AP", "GB", "gbp"),
    Profile("Zeeman Fietsen B.V.", "zeeman.example", "+31201234504", "Keizersgracht 88", "Amsterdam", "1015 CT", "NL"),
    Profile("Łódzka Piekarnia Sp. z o.o.", "piekarnia.example", "+48426543205", "Wschodnia 7", "Łódź", "90-423", "PL"),
    Profile("Kawase Kogyo K.K.", "kawase.example", "+81312345606", "2-11-3 Meguro", "Tokyo", "153-0063", "JP", "jpy"),
    Profile("O'Malley Boats", "omalley.example", "+35318765407", "3 Harbour Row", "Galway", "H91 T8XP", "IE"),
    Profile("Señal Norte S.L.", "senalnorte.example", "+34912345608", "Calle Mayor 19", "Madrid", "28013", "ES"),
    Profile("Fjordlys Møbler ApS", "fjordlys.example", "+4533123410", "Nyhavn 17", "København", "1051", "DK"),
    Profile("Officina Bellandi S.r.l.", "bellandi.example", "+390212345611", "Via Verdi 5", "Milano", "20121", "IT"),
    Profile("Sägewerk Huber AG", "saegewerk.example", "+41441234512", "Seestrasse 40", "Zürich", "8002", "CH"),
    Profile('Grünwald & "Sohn" KG', "gruenwald.example", "+4318765409", "Am Graben 2", "Wien", "1010", "AT"),
)


@dataclass(slots=True)
class Telling:
    """One customer's story while it is told."""

    company: Company
    customer: Customer
    start: int
    rng: random.Random

    def update(self, at: int, *, silent: bool = False, **values: object) -> None:
        """The customer's own data changes."""
        self.customer = self.company.change(self.customer, at, UPDATED, silent=silent, **values)

    def verified(self, at: int) -> None:
        self.update(at, kyb="review")
        self.update(at + 2 * HOUR + 20 * MINUTE, kyb="passed")

    def subscribe(self, after: int, plan: str, quantity: int, collection: str = "charge_automatically") -> Subscription:
        return subscribe(self.company, self.customer, self.start + after, plan, quantity, collection=collection)


def upgrades(tale: Telling) -> None:
    """Buys seats, moves to a bigger plan with more of them, and then its card expires: its last invoice is opened and
    refused in one second, which no event can tell apart. Its phone number is corrected twice within one second.
    """
    company = tale.company
    tale.verified(tale.start + 2 * DAY)
    old = tale.subscribe(15 * MINUTE, "starter", tale.rng.randrange(2, 5))
    at = old.created + 12 * DAY
    grown = company.change(old, at, SUBSCRIPTION_UPDATED, plan="team", quantity=old.quantity + 2)
    extra = prorated(old, grown)
    invoice = finalize(company, bill(company, grown, at, "subscription_update", extra), at)
    collect(company, invoice, at)
    renewed, invoice = renew(company, grown)
    collect(company, invoice, invoice.created + HOUR + 30)
    renewed, invoice = renew(company, renewed)
    at = invoice.finalized_at or 0
    fail(company, invoice, at, "expired_card", again=at + 3 * DAY)
    company.change(renewed, at + 1, SUBSCRIPTION_UPDATED, status="past_due")
    at = tale.start + 40 * DAY + 7 * HOUR
    phone = tale.customer.phone
    tale.update(at, phone=phone[:-2] + "70")
    tale.update(at, phone=phone[:-2] + "71")


def prorated(old: Subscription, new: Subscription) -> tuple[Line, ...]:
    """Three fifths of the period are left: credit for the old seats, debit for the new ones."""
    before, after = seats(old), seats(new)
    return (
        Line(text=f"Unused time on {before.text}", amount=-(before.amount * 3 // 5), price=before.price,
             quantity=before.quantity, proration=True),
        Line(text=f"Remaining time on {after.text}", amount=after.amount * 3 // 5, price=after.price,
             quantity=after.quantity, proration=True),
    )  # fmt: skip


def recovers(tale: Telling) -> None:
    """Its card fails once, then works. Verified only after it was billed twice; one invoice is a mistake and voided."""
    company = tale.company
    subscription = tale.subscribe(HOUR, "team", tale.rng.randrange(3, 9))
    renewed, invoice = renew(company, subscription)
    at = invoice.created + HOUR + 45
    again = at + 3 * DAY
    invoice, payment = fail(company, invoice, at, "card_declined", again=again)
    company.change(renewed, at + 1, SUBSCRIPTION_UPDATED, status="past_due")
    tale.update(at + 1, delinquent=True)
    collect(company, invoice, again, payment)
    company.change(renewed, again + 1, SUBSCRIPTION_UPDATED, status="active")
    tale.update(again + 2, delinquent=False)
    tale.verified(again + 9 * DAY)
    at = again + 11 * DAY
    setup = Line(text="Onboarding", amount=seats(renewed).amount * 2, price=seats(renewed).price, quantity=1)
    mistake = finalize(company, bill(company, renewed, at, "manual", (setup,)), at + 20 * MINUTE)
    company.change(mistake, at + DAY, "invoice.voided", status="void", voided_at=at + DAY)


def leaves(tale: Telling) -> None:
    """Pays once, fails twice, and is cancelled; the open invoice is written off. Failures share their seconds."""
    company = tale.company
    tale.verified(tale.start + 5 * HOUR)
    subscription = tale.subscribe(30 * MINUTE, "scale", 1)
    renewed, invoice = renew(company, subscription)
    at = invoice.finalized_at or 0
    again = at + 5 * DAY
    invoice, payment = fail(company, invoice, at, "expired_card", again=again)
    overdue = company.change(renewed, at, SUBSCRIPTION_UPDATED, status="past_due")
    tale.update(at + 2, delinquent=True)
    invoice, _ = fail(company, invoice, again, "expired_card", payment)
    company.change(
        overdue, again, "customer.subscription.deleted", status="canceled", canceled_at=again, ended_at=again
    )
    company.change(
        invoice, again, "invoice.marked_uncollectible", status="uncollectible", uncollectible_at=again
    )


def asks_money_back(tale: Telling) -> None:
    """Gets a part of its money back, then the rest, and lets the subscription end with its period."""
    company = tale.company
    tale.verified(tale.start + DAY)
    subscription = tale.subscribe(20 * MINUTE, "team", tale.rng.randrange(2, 7))
    payment = payment_of(company, subscription.latest_invoice)
    at = subscription.created + 6 * DAY
    refund(company, payment, at, payment.amount // 3)
    refund(company, payment, at + 2 * DAY, payment.amount - payment.amount // 3)
    noticed, end = at + 2 * DAY + 40, subscription.period_end
    ending = company.change(
        subscription, noticed, SUBSCRIPTION_UPDATED, cancel_at_period_end=True, cancel_at=end, canceled_at=noticed
    )
    company.change(ending, end, "customer.subscription.deleted", status="canceled", ended_at=end)


def stays_unverified(tale: Telling) -> None:
    """Pays like everybody, and the check of the company never comes to an end."""
    tale.update(tale.start + 3 * DAY, kyb="review")
    subscription = tale.subscribe(2 * HOUR, "starter", tale.rng.randrange(1, 4))
    renewed, invoice = renew(tale.company, subscription)
    collect(tale.company, invoice, invoice.created + HOUR + 25)
    renew(tale.company, renewed)
    tale.update(tale.start + 21 * DAY, email="accounts@" + tale.customer.email.partition("@")[2], tax_exempt="exempt")


def pays_by_transfer(tale: Telling) -> None:
    """Is billed by invoice. Its profile is changed in ways whose order nobody could tell from the news alone."""
    company = tale.company
    tale.verified(tale.start + 6 * HOUR)
    subscription = tale.subscribe(5 * HOUR, "team", tale.rng.randrange(4, 12), "send_invoice")
    invoice = bill(company, subscription, subscription.created + 5, "subscription_create")
    invoice = finalize(company, invoice, invoice.created + HOUR)
    company.change(subscription, invoice.created + 2, SUBSCRIPTION_UPDATED, latest_invoice=invoice.id)
    collect(company, invoice, invoice.created + 13 * DAY + 9 * HOUR)
    toggled = tale.start + 17 * DAY
    tale.update(toggled, tax_exempt="reverse")
    tale.update(toggled, tax_exempt="none")
    moved = tale.start + 26 * DAY + 5 * HOUR
    tale.update(moved, street=f"{tale.customer.street}, 2F", phone=tale.customer.phone[:-2] + "80")
    tale.update(moved, silent=True, email="keiri@" + tale.customer.email.partition("@")[2])
    tale.update(moved, email="seikyu@" + tale.customer.email.partition("@")[2])


def pays_on(tale: Telling) -> None:
    """Buys, is billed once more, and nothing else ever happens."""
    tale.verified(tale.start + 7 * HOUR)
    subscription = tale.subscribe(3 * HOUR, "starter", tale.rng.randrange(1, 6))
    _, invoice = renew(tale.company, subscription)
    collect(tale.company, invoice, invoice.created + HOUR + 35)


def looks_around(tale: Telling) -> None:
    """Signs up, is checked, and has bought nothing so far."""
    tale.verified(tale.start + 2 * DAY)


KINDS: tuple[Callable[[Telling], None], ...] = (
    pays_on, upgrades, recovers, looks_around, leaves, asks_money_back, stays_unverified, pays_by_transfer,
)  # fmt: skip


FIRST_DAY = moment(2025, 10, 27, 8)
SIGN_UPS = 345 * DAY
"""How long it takes until all have signed up; each of them is told of for two months at most."""


def tell(seed: int, customers: int) -> Company:
    """The company with that many customers; the same seed tells the same story on every machine."""
    company = Company(rng=random.Random(f"larkfield/{seed}"))
    for number in range(customers):
        kind = KINDS[number % len(KINDS)]
        start = FIRST_DAY + number * (SIGN_UPS // customers) + company.rng.randrange(15 * HOUR)
        customer = sign_up(company, number, start, by_transfer=kind is pays_by_transfer)
        kind(Telling(company=company, customer=customer, start=start, rng=company.rng))
    company.changes.sort(key=lambda change: change.at)
    look_back(company)
    return company


def sign_up(company: Company, number: int, at: int, *, by_transfer: bool) -> Customer:
    round_, place = divmod(number, len(PROFILES))
    profile = PROFILES[place]
    suffix = f"-{round_ + 1}" if round_ else ""
    return company.start(
        Customer(
            id=company.name("cus_"),
            created=at,
            name=profile.name + suffix,
            email=f"billing{suffix}@{profile.domain}",
            phone=profile.phone,
            street=profile.street,
            city=profile.city,
            postal_code=profile.postal_code,
            country=profile.country,
            currency="jpy" if by_transfer else profile.currency,
            note=f"Prefers {profile.city} time" if number % 2 else None,
        ),
        "customer.created",
    )
