"""Documents keep what a target says, fractions included."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import decode, encode
from syncengine.store.document import to_bytes, to_text

exact = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=plain)
def test_a_document_without_fractions_is_canonical(value: Any) -> None:
    assert to_bytes(value) == encode(value)
    assert decode(to_text(value)) == value


@given(value=exact)
def test_an_amount_comes_back_as_the_same_number(value: Decimal) -> None:
    assert decode(to_bytes({"amount": value}))["amount"] == value


def test_a_fraction_that_readers_would_round_is_kept_as_text() -> None:
    long = Decimal("0.12345678901234567890123")
    assert decode(to_bytes([long, Decimal("NaN")])) == ["0.12345678901234567890123", "NaN"]


def test_names_stay_in_their_order_where_nobody_compares_bytes() -> None:
    assert list(decode(to_text({"b": 1, "a": 2}))) == ["b", "a"]
    assert to_bytes({"b": 1, "a": 2}) == b'{"a":2,"b":1}'


@pytest.mark.parametrize("value", [date(2026, 1, 1), b"x", {1, 2}])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no document"):
        to_bytes({"value": value})
