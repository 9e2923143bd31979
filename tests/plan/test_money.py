"""Money: integers of the smallest unit inside, whatever stands outside."""

from decimal import Decimal

import pytest

from syncengine.plan.conversion import Dialect, normaliser
from syncengine.plan.conversions import money
from syncengine.plan.plan import ABSENT, UnreadableError

JSON = Dialect()
TABLES = Dialect(tables=True)


def minor(amount: object, currency: object, dialect: Dialect = JSON) -> object:
    return money.reader("amount", "currency", "minor", dialect)({"amount": amount, "currency": currency})


def major(amount: object, currency: object, dialect: Dialect = JSON) -> object:
    return money.reader("amount", "currency", "major", dialect)({"amount": amount, "currency": currency})


def euros(cents: int) -> dict[str, object]:
    return {"currency": "EUR", "minor": cents}


def test_an_amount_in_minor_units_is_taken_as_it_is() -> None:
    assert minor(4900, "eur") == euros(4900)
    assert minor(4900, "jpy") == {"currency": "JPY", "minor": 4900}


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("49.00", "EUR", 4900),
        (Decimal(49), "EUR", 4900),
        (49, "EUR", 4900),
        ("-0.01", "EUR", -1),
        ("4900.00", "JPY", 4900),
        ("4.905", "KWD", 4905),
        ("1e3", "EUR", 100_000),
    ],
)
def test_an_amount_in_major_units_is_counted_in_the_smallest_of_its_currency(
    amount: object, currency: str, units: int
) -> None:
    assert major(amount, currency) == {"currency": currency, "minor": units}


@pytest.mark.parametrize(("amount", "currency"), [("49.005", "EUR"), ("0.5", "JPY"), (Decimal("1.0001"), "KWD")])
def test_more_decimals_than_the_currency_has_are_refused_and_never_rounded(amount: object, currency: str) -> None:
    with pytest.raises(UnreadableError, match="more decimals"):
        major(amount, currency)


def test_a_float_is_taken_from_tables_by_its_shortest_text() -> None:
    assert major(19.99, "EUR", TABLES) == euros(1999)
    with pytest.raises(UnreadableError):
        major(19.99, "EUR")
    with pytest.raises(UnreadableError):
        major(0.1 + 0.2, "EUR", TABLES)


def test_absent_and_empty_amounts_ask_for_no_currency() -> None:
    read = money.reader("amount", "currency", "minor", JSON)
    assert read({"currency": "eur"}) is ABSENT
    assert read({"amount": None}) is None
    assert read({"amount": "", "currency": None}) is None


@pytest.mark.parametrize("content", [{"amount": 1}, {"amount": 1, "currency": None}, {"amount": 1, "currency": " "}])
def test_an_amount_without_a_currency_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(UnreadableError, match="without a currency"):
        money.reader("amount", "currency", "minor", JSON)(content)


@pytest.mark.parametrize("amount", [True, "4900.5", Decimal("0.5"), [1]])
def test_minor_units_are_integers(amount: object) -> None:
    with pytest.raises(UnreadableError):
        minor(amount, "EUR")


@pytest.mark.parametrize("amount", [10**24, -(10**24), "1e24"])
def test_an_amount_beyond_every_sum_is_refused(amount: object) -> None:
    with pytest.raises(UnreadableError):
        minor(amount, "EUR")
    with pytest.raises(UnreadableError):
        major(amount, "EUR")


def test_a_system_may_count_a_currency_in_decimals_of_its_own() -> None:
    odd = Dialect(decimals={"ISK": 2, "MGA": 0})
    assert minor(500, "isk", odd) == {"currency": "ISK", "minor": 5}
    assert minor(5, "mga", odd) == {"currency": "MGA", "minor": 500}
    with pytest.raises(UnreadableError):
        minor(550, "isk", odd)
    write = money.writer("amount", "currency", "minor", odd)
    assert write({"currency": "ISK", "minor": 5}) == {"amount": 500, "currency": "ISK"}
    assert write({"currency": "MGA", "minor": 500}) == {"amount": 5, "currency": "MGA"}
    with pytest.raises(UnreadableError):
        write({"currency": "MGA", "minor": 5})


def test_emptying_money_leaves_the_currency_that_other_amounts_share() -> None:
    for unit in ("minor", "major"):
        assert money.writer("amount", "currency", unit, JSON)(None) == {"amount": None}


@pytest.mark.parametrize(
    ("units", "currency", "text"),
    [
        (4900, "EUR", "49.00"),
        (-1, "EUR", "-0.01"),
        (0, "EUR", "0.00"),
        (4900, "JPY", "4900"),
        (4905, "KWD", "4.905"),
        (4900, "KWD", "4.900"),
    ],
)
def test_what_a_table_gives_back_equals_what_was_written(units: int, currency: str, text: str) -> None:
    spelled = money.writer("a", "c", "major", TABLES)({"currency": currency, "minor": units})
    assert spelled == {"a": text, "c": currency}
    normal = normaliser(money.amount("major", TABLES))
    for raw in (text, Decimal(text), Decimal(text).normalize(), float(text)):
        assert normal(raw) == normal(text)
