"""Spellings: one field in one flow."""

import pytest

from syncengine.plan.plan import ABSENT, UnreadableError
from syncengine.plan.spelling import Spelled, compile_spelling
from syncengine.vocabulary import FieldType as T
from tests.plan import maps


def spelled(system: str, field_type: T, written: object, record: str = "invoices", **given: object) -> Spelled:
    flow = maps.flow("f", "invoice", system, record)
    spelling = maps.spelling(maps.field("x", field_type), written, **given)
    return compile_spelling(spelling, flow, maps.READINGS)


def test_absent_and_null_pass_through_and_are_not_the_same() -> None:
    read = spelled("stripe", T.TEXT, "a.b").to_read().read
    assert read({}) is ABSENT
    assert read({"a": None}) is None
    assert read({"a": {"b": " "}}) is None


def test_an_error_says_where_and_keeps_whether_it_goes_to_review() -> None:
    with pytest.raises(UnreadableError, match=r"a\.b: a boolean where text is wanted") as caught:
        spelled("stripe", T.TEXT, "a.b").to_read().read({"a": {"b": True}})
    assert not caught.value.review
    with pytest.raises(UnreadableError, match=r"kind: a word outside") as caught:
        spelled("stripe", T.ONE_OF, "kind").to_read().read({"kind": "new"})
    assert caught.value.review


def test_each_system_is_read_and_written_in_its_own_way() -> None:
    unix, native = spelled("stripe", T.TIMESTAMP, "at"), spelled("crm", T.TIMESTAMP, "at")
    assert unix.to_read().read({"at": 0}) == native.to_read().read({"at": "1970-01-01 00:00:00"})
    assert unix.to_write().write("1970-01-01T00:00:00Z") == {"at": 0}
    assert native.to_write().write("1970-01-01T00:00:00Z") == {"at": "1970-01-01T00:00:00Z"}
    assert native.to_write().write(None) == {"at": None}


def test_money_touches_two_places_and_normalises_both() -> None:
    found = spelled("crm", T.MONEY, {"at": "total", "currency_at": "currency"}, unit="major")
    assert found.places == ("total", "currency")
    assert found.normals["total"](49.0) == "49.00"
    assert found.normals["currency"]("eur") == "EUR"


def test_a_local_date_is_written_and_compared_as_a_date_and_never_read() -> None:
    found = spelled("crm", T.TIMESTAMP, {"at": "due", "as": "date"}, zone="Europe/Berlin")
    assert found.read is None
    assert found.to_write().write("2026-01-31T23:30:00Z") == {"due": "2026-02-01"}
    assert found.normals["due"]("2026-02-01 00:00:00") == "2026-02-01"


def test_a_ref_is_written_untranslated_and_compared_as_the_id_that_stands_there() -> None:
    found = spelled("crm", T.REF, "account_id", ref_flow="account.crm")
    value = {"flow": "account.stripe", "id": "cus_1"}
    assert found.to_write().write(value) == {"account_id": {**value, "in": "account.crm"}}
    assert found.normals["account_id"](17) == "17"


def test_an_address_is_spelled_part_by_part() -> None:
    found = spelled("crm", T.ADDRESS, {"street": "street", "country": "country_code"})
    assert found.places == ("street", "country_code")
    content = {"street": "Main St 1", "country_code": "de"}
    assert found.to_read().read(content) == {"street": "Main St 1", "country": "DE"}
    assert found.normals["country_code"]("de") == "DE"


def test_a_reading_is_the_connectors_own_and_is_only_read() -> None:
    found = spelled("stripe", T.VERIFICATION, {"reading": "kyc"}, record="customers")
    assert found.write is None
    read = found.to_read().read
    assert read({"verification": {"status": "verified", "at": 0}}) == {
        "status": "verified",
        "since": "1970-01-01T00:00:00Z",
    }


def answer(field_type: T, said: object, **given: object) -> object:
    flow = maps.flow("f", "account", "stripe", "customers")
    spelling = maps.spelling(maps.field("x", field_type), {"reading": "said"}, **given)
    readings = {("stripe", "customers", "said"): lambda content: content["said"]}
    content = {} if said is ABSENT else {"said": said}
    return compile_spelling(spelling, flow, readings).to_read().read(content)


@pytest.mark.parametrize(
    ("field_type", "said", "value"),
    [
        (T.EMAIL, "Ana@Example.com", "ana@example.com"),
        (T.TIMESTAMP, 0, "1970-01-01T00:00:00Z"),
        (T.INTEGER, 3, 3),
        (T.MONEY, {"currency": "eur", "minor": 4900}, {"currency": "EUR", "minor": 4900}),
        (T.MONEY, {}, None),
        (T.ADDRESS, {"city": "Berlin", "country": "de"}, {"city": "Berlin", "country": "DE"}),
        (T.VERIFICATION, {"status": "verified"}, {"status": "verified"}),
        (T.EMAIL, None, None),
        (T.EMAIL, ABSENT, ABSENT),
    ],
)
def test_the_answer_of_a_reading_is_read_by_the_type_of_its_field(field_type: T, said: object, value: object) -> None:
    assert answer(field_type, said) == value


def test_the_answer_of_a_reading_may_be_the_id_of_another_record() -> None:
    assert answer(T.REF, "sub_1", ref_flow="subscription.stripe") == {"flow": "subscription.stripe", "id": "sub_1"}


@pytest.mark.parametrize(("field_type", "said"), [(T.EMAIL, True), (T.MONEY, "49.00 EUR"), (T.ADDRESS, "Berlin")])
def test_an_answer_of_another_kind_is_unreadable(field_type: T, said: object) -> None:
    with pytest.raises(UnreadableError, match="reading said: "):
        answer(field_type, said)


@pytest.mark.parametrize("error", [ValueError, TypeError, AttributeError, IndexError])
def test_a_shape_that_a_reading_does_not_know_parks_the_record_and_not_the_flow(error: type[Exception]) -> None:
    def ask(_content: object) -> object:
        raise error("secret")

    flow = maps.flow("f", "account", "stripe", "customers")
    spelling = maps.spelling(maps.field("x", T.EMAIL), {"reading": "said"})
    with pytest.raises(UnreadableError, match="a shape") as caught:
        compile_spelling(spelling, flow, {("stripe", "customers", "said"): ask}).to_read().read({})
    assert "secret" not in str(caught.value)
