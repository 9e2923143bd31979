"""Whom an event of Stripe is about: the customer, whatever the record hangs on, and every person or company in it.

Types that nobody maps, and types that are newer than this file, are looked through in the same way.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from syncengine.model.value import Json

OWNERS: Final = (
    "customer", "customer_account", "account", "subscription", "invoice", "charge", "payment_intent", "setup_intent",
    "source_transaction", "credit_note", "transfer", "quote", "schedule",
)  # fmt: skip
"""Where a record says what it hangs on, the customer first."""

PEOPLE: Final = ("cus_", "acct_", "person_")
"""How the ids of persons and companies begin, wherever they stand."""

Named = tuple[tuple[str, ...], str, tuple[str, ...]]
"""Subjects (the owners, then the record itself), the record's id ("" for none), and who else is mentioned."""


def named(event: Mapping[str, Json]) -> Named:
    """Never raises, whatever the event holds."""
    data = event.get("data")
    shown = data.get("object") if isinstance(data, Mapping) else event.get("related_object")
    if not isinstance(shown, Mapping):
        shown = {}
    owners = dict.fromkeys(_owners(shown))
    record = _id(shown)
    people = dict.fromkeys(_people(data))
    connected = _id(event.get("account") or event.get("context"))
    if connected:
        people[connected] = None
    if not owners and not record.startswith(PEOPLE):
        owners = people  # nothing else says whose it is
    owners.pop(record, None)
    subjects = (*owners, record) if record else tuple(owners)
    return subjects, record, tuple(name for name in people if name not in subjects)


def _owners(shown: Mapping[str, Json]) -> Iterator[str]:
    for name in OWNERS:
        value = shown.get(name)
        if value is not None and (owner := _id(value)):
            yield owner


def _id(value: Json) -> str:
    """An id, also of a record that is shown whole in its place."""
    found: Any = value.get("id") if type(value) is dict else value
    return found if isinstance(found, str) else ""


def _people(data: Json) -> Iterator[str]:
    """Ids of persons and companies, however deep they stand and under whatever name."""
    left = [data]
    for value in left:  # which grows meanwhile
        kind = type(value)
        if kind is str:
            if value.startswith(PEOPLE):
                yield value
        elif kind is dict:
            left.extend(value.values())
        elif kind is list:
            left.extend(value)
