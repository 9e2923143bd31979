"""Business done with the billing server through the official SDK, and what the SDK reads back afterwards."""

from dataclasses import dataclass, field
from typing import Any

import stripe

CARD = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}
DEBIT_THAT_BOUNCES = {"type": "sepa_debit", "sepa_debit": {"iban": "DE62370400440532013001"}}


@dataclass
class Business:
    client: stripe.StripeClient
    customers: list[str] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)

    def customer(self, name: str, slug: str, *, city: str, country: str, pays: Any = CARD, **more: Any) -> str:
        address = {"line1": f"{len(name)} Long Road", "city": city, "postal_code": "10115", "country": country}
        values: Any = {"name": name, "email": f"office@{slug}.example", "address": address, **more}
        made = self.client.v1.customers.create(values)
        method = self.client.v1.payment_methods.create(pays)
        self.client.v1.payment_methods.attach(method.id, {"customer": made.id})
        self.client.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": method.id}})
        self.customers.append(made.id)
        return made.id

    def change(self, customer: str, values: Any) -> None:
        self.client.v1.customers.update(customer, values)

    def plan(self, name: str, amount: int, currency: str) -> str:
        product = self.client.v1.products.create({"name": name})
        made = self.client.v1.plans.create(
            {"amount": amount, "currency": currency, "interval": "month", "product": product.id}
        )
        return made.id

    def subscribe(self, customer: str, plan: str, seats: int) -> str:
        made = self.client.v1.subscriptions.create({"customer": customer, "items": [{"plan": plan, "quantity": seats}]})
        self.subscriptions.append(made.id)
        return made.id

    def charge(self, customer: str, amount: int, currency: str) -> None:
        """An invoice of its own, collected at once."""
        self.client.v1.invoice_items.create({"customer": customer, "amount": amount, "currency": currency})
        self.client.v1.invoices.pay(self.client.v1.invoices.create({"customer": customer}).id)

    def read_back(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every record by id, as the SDK shows it now."""
        v1 = self.client.v1
        listed = {i.id: i for c in self.customers for i in v1.invoices.list({"customer": c, "limit": 100}).data}
        return {
            "customers": {i: v1.customers.retrieve(i).to_dict() for i in self.customers},
            "subscriptions": {i: v1.subscriptions.retrieve(i).to_dict() for i in self.subscriptions},
            "invoices": {i: invoice.to_dict() for i, invoice in listed.items()},
        }

    def events(self) -> set[str]:
        """The ids of all that was announced."""
        return {e.id for e in self.client.v1.events.list({"limit": 100}).auto_paging_iter()}


def a_busy_day(address: str, key: str) -> Business:
    """One customer pays, one changes its data, one leaves, and the debit of one bounces, half a second later."""
    it = Business(stripe.StripeClient(key, base_addresses={"api": address}))
    team, yen = it.plan("Team", 4900, "eur"), it.plan("Chīmu", 7800, "jpy")
    pays = it.customer("Ahornblatt GmbH", "ahornblatt", city="Berlin", country="DE", phone="+49301234567",
                       metadata={"segment": "small"})  # fmt: skip
    it.subscribe(pays, team, 3)
    it.charge(pays, 1500, "eur")
    changes = it.customer("Bruyère SARL", "bruyere", city="Lyon", country="FR", metadata={"segment": "middle"})
    it.subscribe(changes, team, 12)
    it.change(changes, {"name": "Bruyère & Fils SARL", "phone": "+33145678901"})
    it.change(changes, {"email": "compta@bruyere.example", "metadata": {"segment": "large"}})
    it.change(changes, {"phone": "+33145678902"})
    it.change(changes, {"email": "factures@bruyere.example"})
    leaves = it.customer("Camélia K.K.", "camelia", city="Tokyo", country="JP")
    it.client.v1.subscriptions.cancel(it.subscribe(leaves, yen, 2))
    owes = it.customer("Distelfink Ltd", "distelfink", city="Leeds", country="GB", pays=DEBIT_THAT_BOUNCES)
    it.subscribe(owes, team, 1)
    return it
