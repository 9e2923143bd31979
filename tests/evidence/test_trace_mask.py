"""What people may see, and what never reaches their screen."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.evidence.mask import EMPTY, MASK, clear, escape, mask, show
from syncengine.vocabulary import SENSITIVITY_CLASSES

CLASSES = (*SENSITIVITY_CLASSES, "", "unheard_of")


def runs(text: str, length: int) -> set[str]:
    return {text[n : n + length] for n in range(len(text) - length + 1)}


@given(st.text(), st.sampled_from(CLASSES))
def test_a_mask_never_holds_five_characters_in_a_row_of_the_value(value: str, klass: str) -> None:
    assert not runs(mask(value, klass), 5) & runs(value, 5)


@given(st.text(alphabet="•()0123456789", min_size=4))
def test_a_value_that_looks_like_its_own_mask_is_no_exception(value: str) -> None:
    assert not runs(mask(value, "pii"), 5) & runs(value, 5)


@given(st.text(min_size=4), st.sampled_from(CLASSES))
def test_a_mask_shows_at_most_the_first_character(value: str, klass: str) -> None:
    before, _, after = mask(value, klass).partition(MASK)
    assert before in ("", value[0])
    assert after in ("", f"({len(value)})")


def test_pii_keeps_its_initial_and_its_length() -> None:
    assert mask("anna@example.org", "pii") == "a•••(16)"


@pytest.mark.parametrize("klass", ["account_number", "restricted", "", "unheard_of"])
def test_what_is_more_sensitive_or_unknown_keeps_nothing(klass: str) -> None:
    assert mask("DE89370400440532013000", klass) == MASK


@pytest.mark.parametrize("value", ["abc", 7, True, 12.5, {"line1": "Main St"}, ["x"]])
def test_short_texts_and_other_values_keep_nothing(value: Any) -> None:
    assert mask(value, "pii") == MASK


@pytest.mark.parametrize("klass", ["public", "internal", "financial"])
def test_values_below_personal_data_are_clear(klass: str) -> None:
    assert show("Paid", klass) == "Paid"


@pytest.mark.parametrize("klass", ["pii", "account_number", "restricted", "", "unheard_of"])
def test_everything_else_is_masked(klass: str) -> None:
    assert "Example" not in show("Example Ltd", klass)


def test_that_a_value_is_empty_is_no_secret() -> None:
    assert show(None, "restricted") == EMPTY


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"currency": "EUR", "minor": 4900}, "49.00 EUR"),
        ({"currency": "JPY", "minor": 4900}, "4900 JPY"),
        ({"flow": "account.billing", "id": "cus_1", "in": "account.crm"}, "account.billing cus_1"),
        ({"status": "verified", "since": "2026-01-01"}, "status verified, since 2026-01-01"),
        (True, "true"),
        (0, "0"),
        ("", ""),
    ],
)
def test_clear_values_are_told_in_words(value: Any, words: str) -> None:
    assert clear(value) == words


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


@given(st.text(min_size=4), st.sampled_from(CLASSES))
def test_a_mask_is_harmless_too(value: str, klass: str) -> None:
    assert mask(value, klass).isprintable()
