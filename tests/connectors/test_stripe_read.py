"""Records read from an API that answers as Stripe's does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syncengine.clock import ManualClock
from syncengine.connectors import stripe
from syncengine.connectors.conformance import READER_CHECKS, ReaderRig
from syncengine.connectors.protocol import Adapter
from syncengine.errors import PermanentError, TemporaryError, UserError
from tests.connectors.rigs import setup
from tests.connectors.server import Asked, Reply, Server, serving

KEY = "sk_test_0123456789"
DATE = "Thu, 01 Jan 2026 09:30:00 GMT"
AT = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


class Billing:
    """Customers and their events, newest first, in pages of what is asked for."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.customers: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def save(self, id: str, type_: str = "created", **more: Any) -> None:  # noqa: A002
        now = int(self.clock.now().timestamp())
        known = next((c for c in self.customers if c["id"] == id), None)
        customer = {"id": id, "object": "customer", "created": now, **(known or {}), **more}
        self.customers = [customer, *(c for c in self.customers if c["id"] != id)] if known is None else [
            customer if c["id"] == id else c for c in self.customers
        ]
        event = {"id": f"evt_{len(self.events)}", "object": "event", "type": f"customer.{type_}", "created": now}
        self.events.insert(0, {**event, "livemode": False, "data": {"object": customer}})

    def answer(self, asked: Asked) -> Reply:
        url = urlsplit(asked.path)
        query = parse_qs(url.query)
        if url.path == "/v1/customers":
            return self._page(self.customers, query)
        if url.path == "/v1/events":
            since, types = int(query["created[gte]"][0]), query["types[]"]
            return self._page([e for e in self.events if e["created"] >= since and e["type"] in types], query)
        found = next((c for c in self.customers if url.path == f"/v1/customers/{c['id']}"), None)
        if found is None:
            return Reply(status=404, body={"error": {"type": "invalid_request_error", "code": "resource_missing"}})
        return Reply(body=found)

    def _page(self, rows: list[dict[str, Any]], query: dict[str, list[str]]) -> Reply:
        after = query.get("starting_after")
        start = 0 if after is None else next(i for i, row in enumerate(rows) if row["id"] == after[0]) + 1
        limit = int(query["limit"][0])
        more = len(rows) > start + limit
        return Reply(body={"object": "list", "data": rows[start : start + limit], "has_more": more})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def billing(clock: ManualClock) -> Billing:
    return Billing(clock)


@pytest.fixture
def server(billing: Billing) -> Iterator[Server]:
    with serving(billing.answer) as found:
        yield found


@pytest.fixture
def adapter(server: Server, clock: ManualClock, tmp_path: Path) -> Iterator[Adapter]:
    settings = {"address": server.address, "secret_key": KEY}
    found = stripe.open(setup(tmp_path, settings, clock, version="2020-08-27"))
    yield found
    found.close()


def read(adapter: Adapter, record: str, id: str) -> Any:  # noqa: A002
    assert adapter.reader is not None
    return adapter.reader.read(record, id)


def test_a_reading_is_dated_by_stripes_clock_and_asks_in_the_pinned_version(server: Server, adapter: Adapter) -> None:
    server.answer = lambda _: Reply(body={"id": "in_1", "object": "invoice", "total": 5}, headers={"date": DATE})
    found = read(adapter, "invoices", "in_1")
    assert (found.record, found.id, found.content["total"], found.gone) == ("invoices", "in_1", 5, False)
    assert (found.version.at, found.version.resolution) == (AT, timedelta(seconds=1))
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("GET", "/v1/invoices/in_1")
    assert (asked.headers["authorization"], asked.headers["stripe-version"]) == (f"Bearer {KEY}", "2020-08-27")


def test_without_a_date_the_reading_is_dated_by_our_clock(server: Server, adapter: Adapter, clock: ManualClock) -> None:
    server.answer = lambda _: Reply(body={"id": "in_1", "object": "invoice"})
    version = read(adapter, "invoices", "in_1").version
    assert (version.at, version.resolution) == (clock.now(), timedelta(0))


def test_an_id_cannot_lead_to_another_path(server: Server, adapter: Adapter) -> None:
    server.answer = lambda _: Reply(body={"id": "x", "object": "invoice"})
    read(adapter, "invoices", "../../v1/payouts?x=1#y")
    assert server.asked[0].path == "/v1/invoices/..%2F..%2Fv1%2Fpayouts%3Fx%3D1%23y"


def test_customers_are_read_with_their_tax_ids(server: Server, adapter: Adapter) -> None:
    server.answer = lambda _: Reply(body={"id": "cus_1", "object": "customer"})
    read(adapter, "customers", "cus_1")
    assert server.asked[0].path == "/v1/customers/cus_1?expand%5B%5D=tax_ids"


def test_a_deleted_customer_is_a_stub_and_gone(server: Server, adapter: Adapter) -> None:
    server.answer = lambda _: Reply(body={"id": "cus_1", "object": "customer", "deleted": True})
    assert read(adapter, "customers", "cus_1").gone


def missing(**error: Any) -> Callable[[Asked], Reply]:
    body = {"error": {"type": "invalid_request_error", **error}}
    return lambda _: Reply(status=404, body=body, headers={"date": DATE})


def test_a_missing_record_is_gone(server: Server, adapter: Adapter) -> None:
    server.answer = missing(code="resource_missing", message="No such invoice: 'in_1'")
    found = read(adapter, "invoices", "in_1")
    assert (found.gone, found.id, found.version.at) == (True, "in_1", AT)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Unrecognized request URL"},
        {"code": "resource_missing", "message": "No such customer: a similar object exists in live mode"},
    ],
    ids=["unknown path", "other mode"],
)
def test_another_404_does_not_mean_that_the_record_is_gone(
    server: Server, adapter: Adapter, error: dict[str, str]
) -> None:
    server.answer = missing(**error)
    with pytest.raises(PermanentError, match="404, but not that the record is missing"):
        read(adapter, "invoices", "in_1")


@pytest.mark.parametrize("body", [[], {"object": "charge", "id": "ch_1"}, {"object": "invoice"}, None])
def test_another_answer_than_the_record_is_refused(server: Server, adapter: Adapter, body: Any) -> None:
    server.answer = lambda _: Reply(body=body)
    with pytest.raises(PermanentError):
        read(adapter, "invoices", "in_1")


def test_errors_are_classified_and_hide_the_key(server: Server, adapter: Adapter) -> None:
    server.answer = lambda _: Reply(status=401, body={"error": {"message": f"Invalid API Key: {KEY}"}})
    with pytest.raises(PermanentError) as caught:
        read(adapter, "invoices", "in_1")
    assert KEY not in str(caught.value)
    server.answer = lambda _: Reply(status=500)
    with pytest.raises(TemporaryError):
        read(adapter, "invoices", "in_1")


def test_a_record_type_that_stripe_does_not_have_is_refused(adapter: Adapter) -> None:
    with pytest.raises(PermanentError, match="no records called 'invoice'"):
        read(adapter, "invoice", "in_1")


def test_a_scan_without_cursor_gives_all_records_oldest_first_over_many_pages(
    server: Server, adapter: Adapter, billing: Billing, clock: ManualClock
) -> None:
    for number in range(230):
        billing.save(f"cus_{number}")
        clock.wait(1)
    assert adapter.reader is not None
    pages = list(adapter.reader.scan("customers", version="", cursor=""))
    assert [s.id for page in pages for s in page.snapshots] == [f"cus_{number}" for number in range(230)]
    assert len(server.asked) == 3
    assert {page.cursor for page in pages} == {str(int(clock.now().timestamp()))}


def test_a_scan_from_a_cursor_gives_what_events_say_has_changed(
    server: Server, adapter: Adapter, billing: Billing, clock: ManualClock
) -> None:
    billing.save("cus_1")
    billing.save("cus_2")
    clock.wait(60)
    cursor = str(int(clock.now().timestamp()))
    billing.save("cus_1", "updated", name="New")
    billing.save("cus_1", "deleted")
    assert adapter.reader is not None
    (page,) = adapter.reader.scan("customers", version="", cursor=cursor)
    shown = [(s.id, s.gone, s.content.get("name")) for s in page.snapshots]
    assert shown == [("cus_1", False, "New"), ("cus_1", True, "New")]
    assert server.asked[-1].path.startswith("/v1/events?")


def test_beyond_the_life_of_events_everything_is_read_again(
    server: Server, adapter: Adapter, billing: Billing, clock: ManualClock
) -> None:
    billing.save("cus_1")
    cursor = str(int(clock.now().timestamp()))
    clock.advance(timedelta(days=30))
    assert adapter.reader is not None
    (page,) = adapter.reader.scan("customers", version="", cursor=cursor)
    assert [s.id for s in page.snapshots] == ["cus_1"]
    assert server.asked[-1].path.startswith("/v1/customers?")


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_the_reader_conforms(adapter: Adapter, billing: Billing, clock: ManualClock, check: Any) -> None:
    ids = ["cus_1", "cus_2", "cus_3"]
    for id_ in ids:
        billing.save(id_)
        clock.wait(1)
    rig = ReaderRig(
        adapter=adapter, record="customers", known=ids, missing="cus_9", change=lambda id_: billing.save(id_, "updated")
    )
    check(rig)


def test_nothing_to_read_from_gives_no_reader(tmp_path: Path) -> None:
    assert stripe.open(setup(tmp_path, {})).reader is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"secret_key": KEY, "snapshots": "snapshots"}, "secret_key and snapshots are both set"),
        ({"secret_key": ""}, "secret_key is empty"),
        ({"secret_key": KEY, "address": "http://api.example.com"}, "not https"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, settings: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        stripe.open(setup(tmp_path, settings))
