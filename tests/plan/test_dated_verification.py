"""A verification with the moments between which it counts: read as one value, trusted only as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.model.value import Json
from syncengine.plan.plan import ABSENT
from syncengine.plan.spelling import Spelled
from syncengine.vocabulary import FieldType
from tests.plan.test_spelling import spelled

WORDS = {"verified": ("passed",), "rejected": ("failed",), "in_review": ("review",)}
FORM = {"at": "aml", "since_at": "checked", "until_at": "valid"}


def aml(**more: str) -> Spelled:
    return spelled("crm", FieldType.VERIFICATION, {**FORM, **more}, table=WORDS)


def read(**content: Json) -> Json:
    return aml().to_read().read(content)


def test_status_and_moments_are_one_value() -> None:
    assert read(aml="passed", checked="2026-01-01T09:00:00Z", valid="2027-01-01T00:00:00Z") == {
        "status": "verified", "since": "2026-01-01T09:00:00Z", "valid_until": "2027-01-01T00:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize("empty", [None, "", " "])
def test_a_moment_that_is_not_there_is_not_in_the_value(empty: Json) -> None:
    assert read(aml="passed", checked=empty) == {"status": "verified"}


@pytest.mark.parametrize(("raw", "value"), [(None, None), ("", None)])
def test_without_a_status_there_is_no_check_whatever_its_date(raw: Json, value: Json) -> None:
    assert read(aml=raw, checked="2026-01-01T09:00:00Z") == value
    assert read(checked="2026-01-01T09:00:00Z") is ABSENT


@given(st.one_of(st.from_regex("[a-zA-Z./-]{1,9}", fullmatch=True), st.integers(), st.booleans()))
def test_a_moment_that_cannot_be_read_leaves_nothing_to_trust(moment: Json) -> None:
    assert read(aml="passed", checked=moment) == {"status": "in_review"}


def test_an_unknown_word_is_looked_at_and_keeps_its_date() -> None:
    assert read(aml="fine", checked="2026-01-01T09:00:00Z") == {"status": "in_review", "since": "2026-01-01T09:00:00Z"}


def test_it_is_written_place_by_place_and_emptied_as_a_whole() -> None:
    write = aml().to_write().write
    value = {"status": "verified", "since": "2026-01-01T09:00:00Z"}
    assert write(value) == {"aml": "passed", "checked": "2026-01-01T09:00:00Z", "valid": None}
    assert write(None) == {"aml": None, "checked": None, "valid": None}


def test_each_place_is_compared_in_its_own_way() -> None:
    found = aml()
    assert found.places == ("aml", "checked", "valid")
    assert found.normals["checked"]("2026-01-01 09:00:00") == "2026-01-01T09:00:00Z"
    assert found.normals["aml"](" passed ") == "passed"


def test_what_only_shows_changes_says_nothing_unless_it_shows_all_of_it() -> None:
    assert aml().to_read().needs == ("aml", "checked", "valid")


def test_only_the_status_says_whether_it_is_empty_there() -> None:
    found = spelled("crm", FieldType.VERIFICATION, {**FORM, "only_if_empty": True}, table=WORDS)
    assert found.only_if_empty == ("aml",)
