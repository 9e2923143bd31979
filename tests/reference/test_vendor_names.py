"""Every name of Stripe's in the reference map exists in Stripe's own typed client."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from syncengine.connectors.register import descriptions
from syncengine.spec.loader import load_map
from syncengine.spec.map import MapSpec

MAPPINGS = Path(__file__).parents[2] / "mappings"
CLASSES: dict[str, Any] = {
    "accounts": stripe.Account,
    "charges": stripe.Charge,
    "customers": stripe.Customer,
    "invoices": stripe.Invoice,
    "payment_intents": stripe.PaymentIntent,
    "payouts": stripe.Payout,
    "subscriptions": stripe.Subscription,
}


def reference_map() -> MapSpec:
    spec, findings = load_map(MAPPINGS)
    assert spec is not None, findings
    return spec


def of_stripe() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Object, record type, and one place of it."""
    spec = reference_map()
    for name, subject in spec.objects.items():
        for flow_name, flow in subject.flows.items():
            if subject.system_of(flow_name) != "stripe":
                continue
            places = [place for spelling in flow.fields.values() for place in spelling.places]
            for place in (*places, *([flow.key] if flow.key else [])):
                yield name, flow.record, tuple(place.split("."))


def knows(klass: Any, path: tuple[str, ...]) -> bool:
    """Whether the typed client declares a place: each step in the class that the step before is annotated with."""
    declared = (getattr(c, "__annotations__", {}) for c in klass.__mro__)
    said = next((annotations[path[0]] for annotations in declared if path[0] in annotations), None)
    if said is None:
        return False
    inner = [getattr(klass, word) for word in re.findall(r"[A-Z]\w+", str(said)) if hasattr(klass, word)]
    return len(path) == 1 or path[0] == "metadata" or any(knows(below, path[1:]) for below in inner)


@pytest.mark.parametrize(("name", "record", "path"), sorted(set(of_stripe())))
def test_a_place_of_stripes_is_one_that_its_client_knows(name: str, record: str, path: tuple[str, ...]) -> None:
    assert knows(CLASSES[record], path), f"{name}: {record} has no {'.'.join(path)}"


def test_an_invented_place_would_be_noticed() -> None:
    assert not knows(stripe.Invoice, ("amount_owed",))
    assert not knows(stripe.Invoice, ("status_transitions", "posted_at"))
    assert knows(stripe.Invoice, ("parent", "subscription_details", "subscription"))


def test_the_pinned_version_is_the_one_that_the_adapter_and_the_client_speak() -> None:
    pinned = reference_map().systems["stripe"].version
    assert pinned == stripe.api_version == descriptions()["stripe"].version


@pytest.mark.parametrize(
    ("name", "field", "record"),
    [
        ("invoice", "status", "invoices"),
        ("payment", "status", "payment_intents"),
        ("subscription", "status", "subscriptions"),
        ("account", "legal_form", "accounts"),
    ],
)
def test_a_closed_list_holds_the_words_of_the_client(name: str, field: str, record: str) -> None:
    words = reference_map().objects[name].fields[field].one_of
    theirs = "business_type" if field == "legal_form" else field
    said = str(CLASSES[record].__annotations__[theirs])
    literal = re.search(r"Literal\[([^\]]*)\]", said)
    assert literal is not None, f"the client types {record}.{theirs} as open text"
    assert set(words or ()) == set(re.findall(r"'(\w+)'", literal[1]))
