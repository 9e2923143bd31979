"""What people may see, and what never reaches their screen."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.evidence.mask import EMPTY, HASH_DIGITS, HIDDEN, MASK, ends, escape, hashed, hint, show
from syncengine.evidence.view import PlanView
from syncengine.vocabulary import Mask

KEY = b"the ledger's own key"
MONEY = {"currency": "EUR", "minor": 4900}
ADDRESS = {"street": "Main Street 17", "city": "Springfield", "country": "DE"}
VERIFICATION = {"status": "verified", "since": "2026-01-01T00:00:00Z"}
REF = {"flow": "account.billing", "id": "cus_1234567890123456", "in": "account.crm"}
IBAN = "DE89 3704 0044 0532 0130 00"
WITH_PARTS = [MONEY, ADDRESS, VERIFICATION, REF]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def runs(text: str, length: int) -> set[str]:
    return {text[n : n + length] for n in range(len(text) - length + 1)}


# --- masked: a hint


@given(st.text())
def test_a_hint_never_holds_five_characters_in_a_row_of_the_value(value: str) -> None:
    assert not runs(hint(value), 5) & runs(value, 5)


@given(st.text(alphabet="•()0123456789", min_size=4))
def test_a_value_that_looks_like_its_own_hint_is_no_exception(value: str) -> None:
    assert not runs(hint(value), 5) & runs(value, 5)


@given(st.text(min_size=4))
def test_a_hint_shows_at_most_the_first_character(value: str) -> None:
    before, _, after = hint(value).partition(MASK)
    assert before in ("", value[0])
    assert after in ("", f"({len(value)})")


def test_a_hint_keeps_the_initial_and_the_length() -> None:
    assert show("anna@example.org", Mask.MASKED) == "a•••(16)"


@pytest.mark.parametrize("value", ["abc", 7, True, 12.5, ["x"], *WITH_PARTS])
def test_short_texts_and_what_has_parts_keep_nothing(value: Any) -> None:
    assert show(value, Mask.MASKED) == MASK


# --- hashed


@given(st.text() | st.integers(), st.text() | st.integers())
def test_equal_values_and_only_they_have_equal_hashes(one: Any, other: Any) -> None:
    assert (hashed(one, KEY) == hashed(other, KEY)) is (str(one) == str(other))


@given(st.dictionaries(st.text(), st.text()))
def test_the_order_of_parts_means_nothing(value: dict[str, str]) -> None:
    assert hashed(value, KEY) == hashed(dict(reversed(value.items())), KEY)


def test_a_number_and_its_text_are_one_value() -> None:
    assert hashed(49, KEY) == hashed("49", KEY) == hashed(Decimal("49.0"), KEY)


def test_a_ref_is_the_record_that_it_leads_to() -> None:
    assert hashed(REF, KEY) == hashed({"flow": REF["flow"], "id": REF["id"]}, KEY)


@given(JSON, st.binary(min_size=1), st.binary(min_size=1))
def test_another_ledger_has_other_hashes(value: Any, one: bytes, other: bytes) -> None:
    assert one.rstrip(b"\0") == other.rstrip(b"\0") or hashed(value, one) != hashed(value, other)


@given(st.text(min_size=1))
def test_a_hash_is_digits_of_one_length_whatever_the_value(value: str) -> None:
    digits = hashed(value, KEY).removeprefix("#")
    assert len(digits) == HASH_DIGITS
    assert set(digits) <= set("0123456789abcdef")


@pytest.mark.parametrize("value", ["anna@example.org", *WITH_PARTS])
def test_without_a_key_a_hash_shows_nothing(value: Any) -> None:
    """A bare hash could be looked up by whoever tries values."""
    assert show(value, Mask.HASHED) == MASK


# --- last4, first6_last4


@given(st.text(alphabet=st.characters(categories=["Nd", "L", "Zs", "Pd"])), st.sampled_from([0, 6]))
def test_ends_never_show_more_than_they_may_and_hide_five_at_least(value: str, first: int) -> None:
    kept = [c for c in value if c.isalnum()]
    before, _, after = ends(value, first=first, last=4).partition(MASK)
    assert (len(before), len(after)) in {(0, 0), (first, 4)}
    assert len(kept) - len(before) - len(after) >= min(HIDDEN, len(kept))


@pytest.mark.parametrize(
    ("value", "last4", "first6_last4"),
    [
        (IBAN, "•••3000", "DE8937•••3000"),
        ("4242424242424242", "•••4242", "424242•••4242"),
        (4242424242424242, "•••4242", "424242•••4242"),
        ("12345678", MASK, MASK),
        ("123456789", "•••6789", MASK),
        ("12345678901234", "•••1234", MASK),
        ("123456789012345", "•••2345", "123456•••2345"),
        ("--------------------", MASK, MASK),
        (True, MASK, MASK),
        *((value, MASK, MASK) for value in WITH_PARTS),
    ],
)
def test_ends_of_values(value: Any, last4: str, first6_last4: str) -> None:
    assert show(value, Mask.LAST4) == last4
    assert show(value, Mask.FIRST6_LAST4) == first6_last4


# --- clear, withheld, and the view that chooses


@pytest.mark.parametrize("value", ["Example Ltd", 7, True, *WITH_PARTS])
def test_what_is_withheld_shows_nothing(value: Any) -> None:
    assert show(value, Mask.WITHHELD) == MASK


@pytest.mark.parametrize("mask", Mask)
def test_that_a_value_is_empty_is_no_secret(mask: Mask) -> None:
    assert show(None, mask, KEY) == EMPTY


@pytest.mark.parametrize("mask", [mask for mask in Mask if mask is not Mask.CLEAR])
@pytest.mark.parametrize("value", WITH_PARTS)
def test_nothing_but_clear_shows_a_part_of_what_has_parts(mask: Mask, value: dict[str, Any]) -> None:
    shown = show(value, mask, KEY)
    assert not [part for part in value.values() if str(part) in shown]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (MONEY, "49.00 EUR"),
        ({"currency": "JPY", "minor": 4900}, "4900 JPY"),
        ({"flow": "account.billing", "id": "cus_1", "in": "account.crm"}, "account.billing cus_1"),
        ({"status": "verified", "since": "2026-01-01"}, "status verified, since 2026-01-01"),
        (ADDRESS, "street Main Street 17, city Springfield, country DE"),
        (True, "true"),
        (0, "0"),
        ("", ""),
    ],
)
def test_clear_values_are_told_in_words(value: Any, words: str) -> None:
    assert show(value, Mask.CLEAR) == words


def test_a_view_withholds_what_it_does_not_name_and_the_unknown() -> None:
    view = PlanView(cells={"internal": Mask.CLEAR}, key=KEY)
    assert view.seen("Paid", "internal").value == "Paid"
    for klass in ("pii", "", "unheard_of"):
        hidden = view.seen("Paid", klass)
        assert (hidden.text, hidden.value, hidden.masked) == (MASK, None, True)


@pytest.mark.parametrize("mask", [mask for mask in Mask if mask is not Mask.CLEAR])
def test_what_is_masked_is_no_data(mask: Mask) -> None:
    hidden = PlanView(cells={"pii": mask}, key=KEY).seen("anna@example.org", "pii")
    assert (hidden.value, hidden.masked) == (None, True)


def test_the_key_of_a_view_is_in_no_text_of_it() -> None:
    assert "ledger" not in repr(PlanView(key=KEY))


# --- the terminal


@given(st.text())
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    left = {unicodedata.category(c) for c in escape(text)}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\r\nb", r"a\r\nb"), ("\x1b[31m", r"\x1b[31m"), ("\u202etxt", r"\u202etxt"), ("Zoë €5", "Zoë €5")],
)
def test_characters_that_act_stand_as_escapes(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(JSON, st.sampled_from(Mask))
def test_whatever_is_shown_is_harmless(value: Any, mask: Mask) -> None:
    assert show(value, mask, KEY).isprintable()
