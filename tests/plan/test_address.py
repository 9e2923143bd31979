"""Addresses, part by part."""

import pytest

from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions import address
from syncengine.plan.plan import ABSENT, UnreadableError

PLACES = {"street": "address.line1", "city": "address.city", "country": "address.country"}
read = address.reader(PLACES, Dialect())


def test_only_the_parts_that_are_not_empty_are_kept() -> None:
    content = {"address": {"line1": " Main St 1 ", "city": "", "country": "de"}}
    assert read(content) == {"street": "Main St 1", "country": "DE"}


def test_an_address_is_absent_when_every_part_is_and_empty_when_none_says_anything() -> None:
    assert read({}) is ABSENT
    assert read({"address": {}}) is ABSENT
    assert read({"address": None}) is None
    assert read({"address": {"city": None}}) is None
    assert read({"address": {"city": " ", "country": None}}) is None


def test_a_part_that_is_no_text_makes_the_address_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read({"address": {"line1": 7}})
    with pytest.raises(UnreadableError):
        read({"address": {"country": "Germany"}})


def test_every_place_is_written_so_that_what_is_gone_is_cleared() -> None:
    write = address.writer(PLACES)
    assert write({"city": "Berlin", "line2": "unspelled"}) == {
        "address.line1": None,
        "address.city": "Berlin",
        "address.country": None,
    }
    assert write(None) == dict.fromkeys(PLACES.values())
