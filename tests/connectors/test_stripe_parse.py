"""Events of every age and kind as envelopes and snapshots."""

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stripe import _event

from syncengine.canonical import encode
from syncengine.connectors import stripe
from syncengine.connectors.conformance import INTAKE_CHECKS, IntakeRig
from syncengine.connectors.stripe.parse import envelope, parse
from syncengine.connectors.stripe.records import OBJECTS, RECORDS
from syncengine.connectors.stripe.signature import sign
from syncengine.errors import PermanentError
from tests.connectors.rigs import setup

CREATED = 1769851800


def event(type_: str = "invoice.paid", shown: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": CREATED,
        "livemode": False,
        "type": type_,
        "data": {"object": {"id": "in_1", "object": "invoice", "status": "paid"} if shown is None else shown},
        **more,
    }


def test_an_envelope_says_what_intake_needs() -> None:
    found = envelope(event(livemode=True))
    assert (found.event_id, found.type, found.live) == ("evt_1", "invoice.paid", True)
    assert found.at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def test_a_snapshot_is_the_object_untouched_with_the_second_of_the_event() -> None:
    data = {"object": {"id": "in_1", "object": "invoice", "status": "open"}, "previous_attributes": {"status": "draft"}}
    found = parse(event("invoice.finalized", data=data))
    assert found is not None
    assert (found.record, found.id, found.complete, found.gone) == ("invoices", "in_1", True, False)
    assert found.content is data["object"]
    assert found.previous == {"status": "draft"}
    assert found.version.at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert found.version.resolution == timedelta(seconds=1)
    assert found.version.sequence is None


@pytest.mark.parametrize(("kind", "record"), OBJECTS.items())
def test_every_known_object_is_a_record(kind: str, record: str) -> None:
    found = parse(event("some.event", {"id": "x_1", "object": kind}))
    assert found is not None
    assert found.record == record


@pytest.mark.parametrize(
    ("type_", "kind", "gone"),
    [
        ("customer.deleted", "customer", True),
        ("invoice.deleted", "invoice", True),
        ("product.deleted", "product", True),
        ("customer.tax_id.deleted", "tax_id", True),
        ("customer.subscription.deleted", "subscription", False),
        ("customer.updated", "customer", False),
    ],
)
def test_only_what_really_disappears_is_gone(type_: str, kind: str, gone: bool) -> None:
    found = parse(event(type_, {"id": "x_1", "object": kind}))
    assert found is not None
    assert found.gone is gone


def test_a_stub_that_says_deleted_is_gone() -> None:
    found = parse(event("customer.updated", {"id": "cus_1", "object": "customer", "deleted": True}))
    assert found is not None
    assert found.gone


@pytest.mark.parametrize(
    "shown",
    [
        {"object": "invoice", "status": "draft"},
        {"object": "balance", "available": []},
        {"id": "pm_1", "object": "payment_method"},
        {"id": "x"},
        {"id": "x", "object": ["invoice"]},
    ],
    ids=["upcoming invoice", "balance", "unmapped", "no kind", "odd kind"],
)
def test_an_object_without_id_or_of_a_kind_nobody_maps_is_no_snapshot(shown: dict[str, Any]) -> None:
    assert parse(event("invoice.upcoming", shown)) is None


def test_an_old_shape_passes_through() -> None:
    shown = {"id": "sub_1", "object": "subscription", "current_period_end": 1, "plan": {"id": "gold"}, "quantity": 2}
    found = parse(event("customer.subscription.created", shown, api_version="2017-08-15"))
    assert found is not None
    assert found.content == shown


def test_a_thin_event_has_an_envelope_and_no_snapshot() -> None:
    moment = "2026-01-31T10:30:00+01:00"
    thin = {"id": "evt_2", "object": "v2.core.event", "type": "v1.customer.created", "created": moment}
    assert envelope(thin).at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert envelope(thin).live is None
    assert parse(thin) is None


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({}, "not a Stripe event"),
        ({"object": "invoice", "id": "in_1"}, "not a Stripe event"),
        (event(id=None), "has no id"),
        (event(id=""), "has no id"),
        (event(type=7), "has no type"),
        (event(created="now"), "no number of unix seconds"),
        (event(created=True), "no number of unix seconds"),
        (event(created=-1), "no number of unix seconds"),
        (event(created=10**15), "no number of unix seconds"),
        (event(livemode="no"), "livemode"),
        (event(data=None), "shows no object"),
        (event(data={"object": []}), "shows no object"),
        (event(data={"object": {"id": "x", "object": "invoice"}, "previous_attributes": 5}), "previous_attributes"),
        (event(shown={"id": 5, "object": "invoice"}), "the id of a invoice is no text"),
        ({"id": "e", "type": "t", "object": "v2.core.event", "created": "yesterday"}, "RFC 3339"),
    ],
)
def test_a_malformed_event_says_what_is_wrong(broken: dict[str, Any], message: str) -> None:
    with pytest.raises(PermanentError, match=message):
        parse(broken)


def test_the_declared_events_are_ones_that_stripe_knows() -> None:
    known = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', inspect.getsource(_event)))
    declared = {name for record in RECORDS.values() for name in record.events}
    assert len(known) > 200
    assert declared <= known


def test_the_description_says_which_records_push_and_vanish() -> None:
    record = stripe.DESCRIPTION.record("invoices")
    assert record is not None
    assert (record.push, record.deletes, "invoice.upcoming" in record.events) == (True, True, False)
    silent = stripe.DESCRIPTION.record("balance_transactions")
    assert silent is not None
    assert not silent.push
    assert stripe.DESCRIPTION.record("nothings") is None


@pytest.mark.parametrize("check", INTAKE_CHECKS, ids=lambda check: check.__name__)
def test_the_intake_conforms(tmp_path: Path, check: Any) -> None:
    content = event()
    body = encode(content)
    secret = "whsec_0123456789abcdef"
    rig = IntakeRig(
        adapter=stripe.open(setup(tmp_path, {"webhook_secret": secret})),
        body=body,
        content=json.loads(body),
        headers={"stripe-signature": f"t={CREATED},v1={sign(secret, CREATED, body)}"},
        at=datetime.fromtimestamp(CREATED, UTC),
        record="invoices",
        id="in_1",
    )
    check(rig)
