"""The lines of a log: what they say, what they do not show, and that a piece of news is always one line."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.evidence.log import FORMS, Log
from syncengine.evidence.view import PlanView
from syncengine.model.news import News
from syncengine.vocabulary import Mask, NewsType
from tests.evidence.dossiers import T0, VIEW

DONE = News(
    type=NewsType.CONFIRMED,
    at=T0,
    flow="invoice.crm",
    record="in_1",
    key="shop:abc",
    places={"Status__c": "Paid on time", "Email__c": "anna@example.org"},
)


def line(news: News, form: str = "text", view: PlanView = VIEW) -> str:
    lines: list[str] = []
    Log(view=view, write=lines.append, form=form)(news)
    (only,) = lines
    return only


def test_a_line_of_text_says_when_what_where_and_what_was_written() -> None:
    assert line(DONE) == (
        '2026-03-01T09:30:00Z action.confirmed flow=invoice.crm record=in_1 key=shop:abc Status__c="Paid on time"'
        " Email__c=a•••(16)"
    )


def test_a_line_of_json_is_one_object_with_its_type() -> None:
    assert json.loads(line(DONE, "json")) == {
        "type": "action.confirmed",
        "at": "2026-03-01T09:30:00Z",
        "flow": "invoice.crm",
        "record": "in_1",
        "key": "shop:abc",
        "changes": [
            {"place": "Status__c", "field": "status", "text": "Paid on time", "value": "Paid on time", "masked": False},
            {"place": "Email__c", "field": "email", "text": "a•••(16)", "value": None, "masked": True},
        ],
    }


@pytest.mark.parametrize("form", FORMS)
def test_without_a_view_a_line_shows_no_value(form: str) -> None:
    shown = line(DONE, form, PlanView())
    assert "Paid" not in shown
    assert "Status__c" in shown


def test_what_a_person_is_to_look_at_is_shown_by_the_class_of_its_field() -> None:
    asked = News(
        type=NewsType.REVIEW, at=T0, flow="invoice.crm", record="in_1", object="invoice", field="email",
        why="email was changed in crm", value={"Email__c": "bert@example.org"},
    )  # fmt: skip
    assert line(asked).endswith(' email=••• why="email was changed in crm"')
    moved = replace(asked, field="status", value={"from": "paid", "to": "open"})
    assert ' status="from paid, to open" ' in line(moved)
    assert json.loads(line(moved, "json"))["value"] == {
        "text": "from paid, to open", "value": {"from": "paid", "to": "open"}, "masked": False,
    }  # fmt: skip
    assert " field=status " in line(replace(moved, value=None))


def test_a_place_that_others_share_is_as_sensitive_as_the_most_sensitive_of_them() -> None:
    asked = News(
        type=NewsType.REVIEW, at=T0, flow="invoice.crm", object="invoice", field="status", value={"Email__c": "anna"}
    )
    assert "anna" not in line(asked)


def test_equal_values_look_equal_where_they_are_hashed() -> None:
    hashing = replace(VIEW, cells={"pii": Mask.HASHED}, key=b"key")
    assert line(DONE, view=hashing).split()[-1] == line(replace(DONE, record="in_2"), view=hashing).split()[-1]


def test_fractions_are_data_too() -> None:
    told = json.loads(line(replace(DONE, places={"Status__c": Decimal("1.50")}), "json"))
    assert told["changes"][0]["value"] == "1.50"


NASTY = st.text(alphabet=st.characters() | st.sampled_from('\n\r\x1b\x85\u2028\u2029\u202e\x00 ="\\'))


@given(NASTY, NASTY, NASTY, st.sampled_from(FORMS))
def test_a_piece_of_news_is_one_line_whatever_it_holds(why: str, record: str, value: str, form: str) -> None:
    shown = line(replace(DONE, why=why, record=record, places={"Status__c": value, why or "x": value}), form)
    assert len(shown.splitlines()) == 1
    assert shown.isprintable()


@given(NASTY)
def test_json_holds_what_it_was_told(why: str) -> None:
    told: dict[str, Any] = json.loads(line(replace(DONE, why=why), "json"))
    assert told.get("why", "") == why


@given(st.text(), st.text())
def test_no_text_can_pass_for_a_word_of_its_own(record: str, value: str) -> None:
    """Blanks outside of quotes only stand between the words."""
    shown = line(replace(DONE, record=record, places={"Status__c": value}))
    outside = shown.replace('\\"', "").split('"')[::2]
    words = " ".join(outside).split()
    assert len([word for word in words if word.partition("=")[0] in {"flow", "record", "key", "Status__c"}]) == (
        4 if record else 3
    )
