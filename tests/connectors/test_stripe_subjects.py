"""Whom an event of Stripe names, whatever its type: an erasure goes by it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.connectors.stripe.parse import envelope
from syncengine.connectors.stripe.subjects import named


def event(shown: Any, **said: Any) -> dict[str, Any]:
    head = {"id": "evt_1", "object": "event", "type": "some.thing", "created": 1, "livemode": False}
    return {**head, "data": {"object": shown}, **said}


CUSTOMER = {"object": "customer", "id": "cus_1", "email": "a@b.example"}


@pytest.mark.parametrize(
    ("shown", "subjects", "mentions"),
    [
        (CUSTOMER, ("cus_1",), ()),
        ({"object": "invoice", "id": "in_1", "customer": "cus_1"}, ("cus_1", "in_1"), ()),
        ({"object": "invoice", "id": "in_1", "customer": CUSTOMER}, ("cus_1", "in_1"), ()),
        ({"object": "invoice", "customer": "cus_1"}, ("cus_1",), ()),
        ({"object": "refund", "id": "re_1", "charge": "ch_1"}, ("ch_1", "re_1"), ()),
        ({"object": "charge", "id": "ch_1", "invoice": "in_1", "customer": "cus_1"}, ("cus_1", "in_1", "ch_1"), ()),
        ({"object": "never_heard_of", "id": "x_1", "deep": [{"er": {"who": "cus_1"}}]}, ("cus_1", "x_1"), ()),
        ({"object": "never_heard_of", "id": "x_1", "holder": CUSTOMER}, ("cus_1", "x_1"), ()),
        ({"object": "charge", "id": "ch", "customer": "cus_1", "for": "acct_1"}, ("cus_1", "ch"), ("acct_1",)),
        ({"object": "customer", "id": "cus_1", "metadata": {"friend": "cus_2"}}, ("cus_1",), ("cus_2",)),
        ({"object": "balance"}, (), ()),
        ("no object", (), ()),
        (None, (), ()),
    ],
)  # fmt: skip
def test_a_record_names_whom_it_hangs_on(shown: Any, subjects: tuple[str, ...], mentions: tuple[str, ...]) -> None:
    found, record, others = named(event(shown))
    assert (found, others) == (subjects, mentions)
    own = shown.get("id") if isinstance(shown, dict) else None
    assert record == (own or "")


def test_what_belongs_to_nobody_else_is_the_connected_accounts() -> None:
    payout = {"object": "payout", "id": "po_1"}
    assert named(event(payout, account="acct_9"))[0] == ("acct_9", "po_1")
    charge = {"object": "charge", "id": "ch_1", "customer": "cus_1"}
    assert named(event(charge, account="acct_9")) == (("cus_1", "ch_1"), "ch_1", ("acct_9",))


def test_a_thin_event_names_its_record() -> None:
    thin = {"object": "v2.core.event", "id": "evt_1", "type": "v2.x", "created": "2026-01-01T00:00:00Z"}
    found = envelope({**thin, "related_object": {"id": "cus_1", "type": "customer"}})
    assert (found.subjects, found.record) == (("cus_1",), "cus_1")


def test_what_changed_is_looked_through_too() -> None:
    shown = {"object": "thing", "id": "x_1"}
    found = named({"data": {"object": shown, "previous_attributes": {"owner": "cus_7"}}})
    assert found[0] == ("cus_7", "x_1")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["cus_1", "acct_2", "in_3", ""]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "customer", "charge", "object", "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(data=ANYTHING, account=ANYTHING)
def test_every_person_is_named_and_nothing_raises(data: Any, account: Any) -> None:
    subjects, record, mentions = named({"data": data, "account": account})
    assert set(people(data)) <= {*subjects, *mentions}
    assert not record or subjects[-1] == record
    assert len(set(subjects)) == len(subjects)
    assert set(subjects).isdisjoint(mentions)


def people(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.startswith(("cus_", "acct_")) else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for part in parts for name in people(part)]
