"""The quickstart's deliveries are what its generator makes, and hold every difficulty that they are there for."""

import filecmp
import hashlib
import hmac
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.quickstart import oracle
from tests.quickstart.workspace import QUICKSTART, captured, command, make

Event = dict[str, Any]
UNMAPPED = {"balance.available", "product.created", "price.created", "invoice.upcoming"}
SECRET = b"whsec_larkfield_demo_not_a_secret"


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured(QUICKSTART)]


@pytest.fixture(scope="module")
def events(lines: list[dict[str, Any]]) -> list[Event]:
    return [json.loads(line["body"]) for line in lines]


def test_the_generator_makes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    make(tmp_path, seed=2026, customers=12)
    for file in ("crm.json", "erp.json"):
        assert (tmp_path / file).read_bytes() == (QUICKSTART / file).read_bytes()
    for folder in ("inbox", "snapshots"):
        committed = sorted(p.relative_to(QUICKSTART) for p in (QUICKSTART / folder).rglob("*") if p.is_file())
        made = sorted(p.relative_to(tmp_path) for p in (tmp_path / folder).rglob("*") if p.is_file())
        assert committed == made
        names = [str(p) for p in made]
        assert filecmp.cmpfiles(QUICKSTART, tmp_path, names, shallow=False) == (names, [], [])


def test_another_seed_tells_another_story(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", seed=1, customers=7), make(tmp_path / "b", seed=2, customers=7)
    assert len(first["customers"]) == len(second["customers"]) == 7
    assert {c["id"] for c in first["customers"]}.isdisjoint(c["id"] for c in second["customers"])


def test_there_is_a_year_of_deliveries_of_a_dozen_customers(events: list[Event]) -> None:
    assert len(events) >= 240
    assert len({e["data"]["object"]["id"] for e in events if e["type"] == "customer.created"}) == 12
    assert max(e["created"] for e in events) - min(e["created"] for e in events) > 330 * 86_400


def test_five_customers_are_in_the_crm_already_and_one_of_those_who_are_paid_is_not_checked(
    tmp_path: Path,
) -> None:
    truth = make(tmp_path, seed=2026, customers=12)
    assert len(truth["known"]) == 5
    assert {r["payee"] for r in truth["requests"]} == {k["customer"] for k in truth["known"]}
    assert len(truth["requests"]) - len(oracle.ordered(truth)) == 1


def test_a_folder_that_is_made_can_be_run_as_it_is(tmp_path: Path) -> None:
    make(tmp_path, seed=5, customers=8)
    made = command(str(tmp_path / "databases.py"))
    assert made.returncode == 0, made.stderr
    ran = command(
        "-m", "syncengine", "--maps", str(tmp_path / "mappings"), "--state", f"sqlite:///{tmp_path / 'state.db'}",
        "run", "--environment", "local",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_every_event_has_the_present_shape_and_no_live_money(events: list[Event]) -> None:
    assert {e["api_version"] for e in events} == {"2026-10-28.endive"}
    assert {e["livemode"] for e in events} == {False}
    invoices = [e["data"]["object"] for e in events if e["data"]["object"]["object"] == "invoice"]
    assert all("parent" in i and "status_transitions" in i for i in invoices)
    assert not any(gone in i for i in invoices for gone in ("subscription", "paid", "charge", "payment_intent", "tax"))
    subscriptions = [e["data"]["object"] for e in events if e["data"]["object"]["object"] == "subscription"]
    assert all("current_period_end" not in s for s in subscriptions)
    assert all(s["items"]["data"][0]["current_period_end"] > s["created"] for s in subscriptions)


def test_every_delivery_is_signed_over_its_exact_body(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        at, _, signature = line["headers"]["Stripe-Signature"].removeprefix("t=").partition(",v1=")
        assert hmac.new(SECRET, f"{at}.{line['body']}".encode(), hashlib.sha256).hexdigest() == signature


def test_some_events_come_twice_and_some_changes_are_told_by_two_events(events: list[Event]) -> None:
    times = Counter(e["id"] for e in events)
    assert max(times.values()) > 1
    once = {e["id"]: e for e in events}.values()
    twins = Counter(json.dumps([e["type"], e["created"], e["data"]], sort_keys=True) for e in once)
    assert max(twins.values()) > 1


def test_news_comes_late_and_out_of_order(events: list[Event]) -> None:
    seen: dict[str, int] = defaultdict(int)
    late = 0
    for event in events:
        record = event["data"]["object"].get("id", "")
        late += event["created"] < seen[record]
        seen[record] = max(seen[record], event["created"])
    assert late >= 3


def test_an_invoice_comes_before_its_account(events: list[Event]) -> None:
    known: set[str] = set()
    orphans = 0
    for event in events:
        content = event["data"]["object"]
        if content["object"] == "customer":
            known.add(content["id"])
        orphans += event["type"] == "invoice.created" and content["customer"] not in known
    assert orphans


def test_unknown_types_are_among_them(events: list[Event]) -> None:
    assert {e["type"] for e in events} >= UNMAPPED


def test_an_invoice_is_created_finalized_and_paid_in_one_second(events: list[Event]) -> None:
    moments: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for event in events:
        if event["data"]["object"]["object"] == "invoice":
            moments[event["data"]["object"].get("id", "")].add((event["type"], event["created"]))
    wanted = ("invoice.created", "invoice.finalized", "invoice.paid")
    whole = [dict(told) for told in moments.values() if all(t in dict(told) for t in wanted)]
    assert any(len({told[t] for t in wanted}) == 1 for told in whole)


def test_failures_refunds_upgrades_and_cancellations_are_among_them(events: list[Event]) -> None:
    types = {e["type"] for e in events}
    assert types >= {"payment_intent.payment_failed", "charge.refunded", "customer.subscription.deleted"}
    upgrades = [e["data"] for e in events if "items" in e["data"].get("previous_attributes", {})]
    assert any(_price(e["object"]) != _price(e["previous_attributes"]) for e in upgrades)
    recovered = {e["data"]["object"]["id"] for e in events if e["type"] == "payment_intent.payment_failed"}
    assert recovered & {e["data"]["object"]["id"] for e in events if e["type"] == "payment_intent.succeeded"}


def _price(shown: Event) -> str:
    price: str = shown["items"]["data"][0]["price"]["id"]
    return price


def test_ties_within_one_second_are_of_every_kind(events: list[Event]) -> None:
    """Some are ordered by what they say they changed, one contradicts itself, and one says nothing about the other."""
    kinds = {_order(first, second) for first, second in _ties(events)}
    assert kinds == {"one", "both", "neither"}


def _ties(events: list[Event]) -> list[tuple[Event, Event]]:
    updates = {e["id"]: e for e in events if e["type"] == "customer.updated"}
    groups: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in updates.values():
        groups[event["data"]["object"]["id"], event["created"]].append(event)
    different = [g for g in groups.values() if len(g) == 2 and g[0]["data"]["object"] != g[1]["data"]["object"]]
    return [(first, second) for first, second in different]


def _order(first: Event, second: Event) -> str:
    """How many of the two name a value of the other one as the one before."""
    votes = _follows(first, second) + _follows(second, first)
    return ("neither", "one", "both")[votes]


def _follows(later: Event, earlier: Event) -> bool:
    shown = earlier["data"]["object"]
    return any(shown[name] == old for name, old in later["data"]["previous_attributes"].items())


def test_every_record_of_the_deliveries_can_be_read_back(events: list[Event]) -> None:
    folders = {"customer": "customers", "subscription": "subscriptions", "invoice": "invoices",
               "payment_intent": "payment_intents", "charge": "charges"}  # fmt: skip
    for event in events:
        content = event["data"]["object"]
        if event["type"] not in UNMAPPED:
            assert (QUICKSTART / "snapshots" / folders[content["object"]] / f"{content['id']}.json").is_file()
