"""Text and its kin."""

from decimal import Decimal

import pytest

from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.plan import UnreadableError
from syncengine.vocabulary import FieldType as T

JSON = Dialect()
TABLES = Dialect(time="native", tables=True)


def read(field_type: T, raw: object, dialect: Dialect = JSON) -> object:
    return scalar(field_type, dialect).read(raw)


@pytest.mark.parametrize("field_type", sorted(set(T) - {T.MONEY, T.ADDRESS, T.VERIFICATION, T.ONE_OF, T.REF}))
@pytest.mark.parametrize("dialect", [JSON, TABLES, Dialect(time="unix")])
@pytest.mark.parametrize("blank", ["", "  \n"])
def test_blank_text_is_empty_for_every_type(field_type: T, dialect: Dialect, blank: str) -> None:
    assert read(field_type, blank, dialect) is None


def test_text_is_trimmed_and_composed() -> None:
    assert read(T.TEXT, "  Zoe\u0308 GmbH\n") == "Zo\u00eb GmbH"


@pytest.mark.parametrize("raw", [7, True, Decimal("1.5"), ["a"], {"id": "a"}])
def test_text_is_never_made_from_something_else(raw: object) -> None:
    with pytest.raises(UnreadableError):
        read(T.TEXT, raw)


def test_a_table_may_number_what_we_keep_as_text() -> None:
    assert read(T.TEXT, 4711, TABLES) == "4711"
    assert read(T.TEXT, Decimal("4711.00"), TABLES) == "4711"
    for raw in (True, 4711.0, Decimal("0.5"), Decimal("NaN")):
        with pytest.raises(UnreadableError):
            read(T.TEXT, raw, TABLES)


def test_an_error_tells_the_kind_of_the_value_and_not_the_value() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(T.EMAIL, "secret-no-at-sign")
    assert "secret" not in str(caught.value)
    with pytest.raises(UnreadableError, match="a boolean where text is wanted"):
        read(T.TEXT, True)


@pytest.mark.parametrize(
    ("field_type", "raw", "normal"),
    [
        (T.COUNTRY, "de", "DE"),
        (T.CURRENCY, "eur", "EUR"),
        (T.LANGUAGE, "pt_BR", "pt-br"),
        (T.LANGUAGE, "DE", "de"),
        (T.EMAIL, " Ana@Northwind.EXAMPLE ", "ana@northwind.example"),
        (T.PHONE, "+49 (0) 30 / 1234-567", "+49301234567"),
        (T.PHONE, "0049 30 1234567", "+49301234567"),
        (T.WEB_DOMAIN, "https://www.Northwind.example:8443/shop?x=1", "northwind.example"),
        (T.WEB_DOMAIN, "user@host.example.", "host.example"),
        (T.WEB_DOMAIN, "www.www.example.com", "example.com"),
        (T.WEB_DOMAIN, "www.com", "www.com"),
        (T.WEB_DOMAIN, "M\u00fcnchen.example", "xn--mnchen-3ya.example"),
        (T.VAT_NUMBER, "de 123.456-789", "DE123456789"),
    ],
)
def test_each_kind_of_text_has_one_spelling(field_type: T, raw: str, normal: str) -> None:
    assert read(field_type, raw) == normal


@pytest.mark.parametrize(
    ("field_type", "raw"),
    [
        (T.COUNTRY, "Germany"),
        (T.COUNTRY, "D1"),
        (T.COUNTRY, "\u00c4\u00d6"),
        (T.CURRENCY, "EURO"),
        (T.LANGUAGE, "German language"),
        (T.EMAIL, "a@b@c"),
        (T.EMAIL, "a b@c.example"),
        (T.PHONE, "030 1234567"),
        (T.PHONE, "+49 call me"),
        (T.PHONE, "+\u0664\u0669\u0663\u0660\u0661\u0662\u0663"),
        (T.WEB_DOMAIN, "localhost"),
        (T.WEB_DOMAIN, "no spaces.example"),
        (T.VAT_NUMBER, "none"[:3]),
        (T.VAT_NUMBER, "\u0394\u0395123456789"),
    ],
)
def test_what_has_no_normal_form_is_unreadable(field_type: T, raw: str) -> None:
    with pytest.raises(UnreadableError):
        read(field_type, raw)


@pytest.mark.parametrize(
    ("field_type", "raw", "review"),
    [
        (T.PHONE, "030 1234567", True),
        (T.EMAIL, "nobody", True),
        (T.WEB_DOMAIN, "localhost", True),
        (T.WEB_DOMAIN, "\u00e4..example", True),
        (T.EMAIL, 7, False),
        (T.COUNTRY, "Germany", False),
        (T.VAT_NUMBER, "?", False),
    ],
)
def test_what_people_mistype_goes_to_review_and_what_decides_something_parks_the_record(
    field_type: T, raw: object, review: bool
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(field_type, raw)
    assert caught.value.review is review
