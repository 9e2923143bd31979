"""Closed lists, verifications and refs."""

import pytest

from syncengine.plan.conversion import Dialect, normaliser
from syncengine.plan.conversions.reference import reference
from syncengine.plan.conversions.verification import answer, verification
from syncengine.plan.conversions.words import one_of, spelled_word, word_table
from syncengine.plan.plan import UnreadableError

TABLE = word_table({"open": ("Open",), "paid": ("Paid", "Settled"), "new": ("Working",), "pending": ("Working",)})
LIST = ("open", "paid", "new", "pending", "void")


def test_a_word_is_read_through_the_table_and_written_back() -> None:
    conversion = one_of(LIST, TABLE)
    assert conversion.read(" Open ") == "open"
    assert conversion.read("Settled") == "paid"
    assert conversion.write("open") == "Open"


@pytest.mark.parametrize("raw", ["open", "Unheard Of", 7])
def test_a_word_outside_the_table_goes_to_review_even_if_it_is_one_of_ours(raw: object) -> None:
    with pytest.raises(UnreadableError) as caught:
        one_of(LIST, TABLE).read(raw)
    assert caught.value.review


def test_a_word_of_theirs_for_several_of_ours_is_written_and_never_guessed_back() -> None:
    conversion = one_of(LIST, TABLE)
    assert conversion.write("new") == conversion.write("pending") == "Working"
    with pytest.raises(UnreadableError):
        conversion.read("Working")


@pytest.mark.parametrize("ours", ["paid", "void"])
def test_a_word_that_the_table_spells_in_several_ways_or_not_at_all_cannot_be_written(ours: str) -> None:
    with pytest.raises(UnreadableError):
        one_of(LIST, TABLE).write(ours)


def test_without_a_table_the_words_are_the_same_on_both_sides() -> None:
    conversion = one_of(LIST, None)
    assert conversion.read("void") == conversion.write("void") == "void"
    with pytest.raises(UnreadableError) as caught:
        conversion.read("Void")
    assert caught.value.review


def test_tables_of_words_are_trimmed_like_the_values_they_are_compared_with() -> None:
    conversion = one_of(("open",), word_table({"open": (" Open ",)}))
    assert conversion.write("open") == "Open" == normaliser(spelled_word())(" Open ")
    assert conversion.read("Open") == "open"


def test_numbers_and_booleans_of_theirs_have_words_as_well() -> None:
    conversion = one_of(("on", "off", "many"), word_table({"on": ("true",), "off": ("0",), "many": ("2",)}))
    assert [conversion.read(raw) for raw in (True, 0, 2)] == ["on", "off", "many"]
    with pytest.raises(UnreadableError):
        conversion.read([])


def test_a_word_that_stands_in_a_target_is_compared_as_it_stands() -> None:
    normal = normaliser(spelled_word())
    assert [normal(raw) for raw in ("Paid", " Anything ", 1, None, "")] == ["Paid", "Anything", "1", None, None]


SCREENING = word_table({"verified": ("no_match", "false_positive"), "rejected": ("true_positive",)})


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("no_match", "verified"),
        ("true_positive", "rejected"),
        ("verified", "in_review"),
        ("whatever", "in_review"),
        ({"nested": 1}, "in_review"),
        (1.5, "in_review"),
    ],
)
def test_a_verification_in_unknown_words_is_in_review_and_never_an_error(raw: object, status: str) -> None:
    assert verification(SCREENING).read(raw) == {"status": status}


def test_a_table_cannot_make_up_a_status() -> None:
    assert verification(word_table({"fine": ("ok",)})).read("ok") == {"status": "in_review"}


def test_a_verification_is_spelled_by_its_status() -> None:
    assert verification(SCREENING).write({"status": "rejected", "since": "2026-01-01T00:00:00Z"}) == "true_positive"
    assert verification(None).write({"status": "pending"}) == "pending"


def test_the_answer_of_a_reading_keeps_what_is_known() -> None:
    said = {"status": "verified", "since": 1_700_000_000, "valid_until": "2027-01-01T01:00:00+01:00", "reason": " ok "}
    assert answer(said) == {
        "status": "verified",
        "since": "2023-11-14T22:13:20Z",
        "valid_until": "2027-01-01T00:00:00Z",
        "reason": "ok",
    }
    assert answer("expired") == {"status": "expired"}
    assert answer({"status": "sure", "evidence": 7}) == {"status": "in_review"}
    assert answer({}) == {"status": "in_review"}
    assert answer("") is None


def test_a_verification_that_is_valid_until_nobody_knows_when_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        answer({"status": "verified", "valid_until": "next year"})


def test_a_ref_names_a_record_by_the_ids_of_its_own_system() -> None:
    conversion = reference("account.stripe", Dialect())
    assert conversion.read("cus_1") == {"flow": "account.stripe", "id": "cus_1"}
    elsewhere = {"flow": "account.crm", "id": "7"}
    assert conversion.write(elsewhere) == {**elsewhere, "in": "account.stripe"}
    assert conversion.read(" ") is None
    with pytest.raises(UnreadableError):
        conversion.read(7)
    assert reference("account.erp", Dialect(tables=True)).read(7) == {"flow": "account.erp", "id": "7"}
