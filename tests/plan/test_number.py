"""Integers, decimals and booleans."""

from decimal import Decimal

import pytest

from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.plan import UnreadableError
from syncengine.vocabulary import FieldType as T

JSON = Dialect()
TABLES = Dialect(tables=True)


def read(field_type: T, raw: object, dialect: Dialect = JSON) -> object:
    return scalar(field_type, dialect).read(raw)


@pytest.mark.parametrize(("raw", "normal"), [(7, 7), ("-7", -7), ("+7", 7), (" 7.00 ", 7), (Decimal("7.0"), 7)])
def test_an_integer_is_read_from_whatever_is_one(raw: object, normal: int) -> None:
    found = read(T.INTEGER, raw)
    assert found == normal
    assert type(found) is int


@pytest.mark.parametrize("raw", [True, "7.5", "seven", "0x7", "\u0667", Decimal("7.5"), Decimal("Infinity"), 7.0, [7]])
def test_an_integer_is_nothing_else(raw: object) -> None:
    with pytest.raises(UnreadableError):
        read(T.INTEGER, raw)


def test_a_real_column_may_hold_integers() -> None:
    assert read(T.INTEGER, 7.0, TABLES) == 7
    for raw in (7.5, float("nan"), float("inf"), 1e300):
        with pytest.raises(UnreadableError):
            read(T.INTEGER, raw, TABLES)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [(Decimal("1.50"), "1.5"), (3, "3"), ("1e2", "100"), ("-0.0", "0"), ("0.30", "0.3"), (Decimal("1E+3"), "1000")],
)
def test_a_decimal_is_plain_text(raw: object, normal: str) -> None:
    assert read(T.DECIMAL, raw) == normal


def test_a_float_means_its_shortest_text_and_only_in_tables() -> None:
    assert read(T.DECIMAL, 0.1, TABLES) == "0.1"
    with pytest.raises(UnreadableError):
        read(T.DECIMAL, 0.1)


@pytest.mark.parametrize("raw", ["1e99", Decimal("1E+1000000"), Decimal("1E-1000000"), "NaN", "1,5", True])
def test_a_number_beyond_all_bounds_is_refused_before_it_is_written_out(raw: object) -> None:
    with pytest.raises(UnreadableError):
        read(T.DECIMAL, raw)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [(0, False), (1, True), (1.0, True), (Decimal(1), True), (False, False), ("true", True), ("FALSE", False)],
)
def test_tables_say_0_and_1_or_words_for_false_and_true(raw: object, normal: bool) -> None:
    assert read(T.BOOLEAN, raw, TABLES) is normal


@pytest.mark.parametrize("raw", [2, -1, "yes", "1", Decimal("sNaN"), 0.5, [True]])
def test_nothing_else_is_a_boolean_in_a_table(raw: object) -> None:
    with pytest.raises(UnreadableError):
        read(T.BOOLEAN, raw, TABLES)


@pytest.mark.parametrize("raw", [1, 0, "true", "1", Decimal(1)])
def test_outside_tables_only_booleans_are_booleans(raw: object) -> None:
    assert read(T.BOOLEAN, True) is True
    with pytest.raises(UnreadableError):
        read(T.BOOLEAN, raw)
