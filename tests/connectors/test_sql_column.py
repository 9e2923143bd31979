"""Values between JSON, driver and column: nothing is lost, no float comes out, sameness is by meaning."""

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.clock import to_text
from syncengine.connectors.sql.column import Column, Kind

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(to_text)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
VALUES: dict[Kind, tuple[str, st.SearchStrategy[Any]]] = {
    Kind.TEXT: ("TEXT", texts),
    Kind.INTEGER: ("INTEGER", st.integers(-(2**63), 2**63 - 1)),
    Kind.NUMBER: ("NUMERIC", numbers.map(lambda n: f"{n:f}")),
    Kind.BOOLEAN: ("BOOLEAN", st.booleans()),
    Kind.DATE: ("DATE", st.dates().map(date.isoformat)),
    Kind.MOMENT: ("TIMESTAMP", moments),
    Kind.BYTES: ("BLOB", st.binary().map(bytes.hex)),
}


def column(kind: Kind, *, native: bool = False, zoned: bool = False) -> Column:
    return Column(name="c", kind=kind, native=native, zoned=zoned)


@pytest.mark.parametrize("kind", list(VALUES))
@given(data=st.data())
def test_what_sqlite_keeps_is_the_value_that_was_bound(kind: Kind, data: st.DataObject) -> None:
    type_, values = VALUES[kind]
    value = data.draw(st.none() | values)
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE t (c {type_})")
        connection.execute("INSERT INTO t VALUES (?)", [column(kind).bind(value)])
        (raw,) = connection.execute("SELECT c FROM t").fetchone()
    connection.close()
    assert column(kind).same(column(kind).show(raw), value)


@pytest.mark.parametrize("kind", list(VALUES))
@given(data=st.data())
def test_what_a_driver_with_types_is_given_shows_as_the_same_value(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(st.none() | VALUES[kind][1])
    native = column(kind, native=True)
    shown = native.show(native.bind(value))
    assert native.same(shown, value)
    assert not isinstance(shown, float | date | bytes)


@given(numbers, numbers)
def test_two_numbers_are_the_same_when_their_values_are(one: Decimal, other: Decimal) -> None:
    number = column(Kind.NUMBER)
    assert number.same(f"{one:f}", f"{other:.6f}") == (one == other)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (Kind.TEXT, "01", "1", False),
        (Kind.TEXT, "1.50", "1.5", False),
        (Kind.TEXT, "Paid", "paid", False),
        (Kind.TEXT, "2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000Z", True),
        (Kind.TEXT, "2026-01-31T09:30:00Z", "2026-01-31T09:30:01Z", False),
        (Kind.TEXT, True, "true", True),
        (Kind.TEXT, 5, "5", True),
        (Kind.TEXT, None, "", False),
        (Kind.INTEGER, "7", 7, True),
        (Kind.NUMBER, Decimal("49.50"), "49.5", True),
        (Kind.NUMBER, "49.50", "49.51", False),
        (Kind.NUMBER, None, 0, False),
        (Kind.BOOLEAN, 1, True, True),
        (Kind.BOOLEAN, "false", 0, True),
        (Kind.BOOLEAN, None, False, False),
        (Kind.DATE, "2026-01-31", date(2026, 1, 31), True),
        (Kind.MOMENT, datetime(2026, 1, 31, 9, 30), "2026-01-31T09:30:00Z", True),
        (Kind.MOMENT, "2026-01-31 09:30:00", "2026-01-31T10:30:00+01:00", True),
        (Kind.MOMENT, "soon", "soon", True),
        (Kind.MOMENT, "soon", "later", False),
    ],
)
def test_sameness_is_of_meaning_within_the_kind_of_the_column(kind: Kind, one: Any, other: Any, same: bool) -> None:
    assert column(kind).same(one, other) is same


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, "1.5"),
        (Kind.INTEGER, 2**63),
        (Kind.INTEGER, "many"),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "much"),
        (Kind.BOOLEAN, 2),
        (Kind.DATE, "2026-01-31T00:00:00Z"),
        (Kind.DATE, "2026-02-30"),
        (Kind.MOMENT, 1769851800),
        (Kind.MOMENT, "yesterday"),
        (Kind.BYTES, "xyz"),
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_a_value_of_another_kind_is_refused_without_being_shown(kind: Kind, value: Any, native: bool) -> None:
    with pytest.raises(ValueError, match=f"c takes {kind}") as caught:
        column(kind, native=native).bind(value)
    assert str(value) not in str(caught.value)


def test_a_moment_is_bound_in_utc_and_with_its_zone_only_where_the_column_has_one() -> None:
    text = "2026-01-31T10:30:00+01:00"
    assert column(Kind.MOMENT, native=True, zoned=True).bind(text) == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert column(Kind.MOMENT, native=True).bind(text) == datetime(2026, 1, 31, 9, 30)
    assert column(Kind.MOMENT).bind(text) == "2026-01-31 09:30:00"


def test_types_that_json_does_not_know_come_out_as_text() -> None:
    other = column(Kind.OTHER, native=True)
    assert other.show(UUID(int=5)) == "00000000-0000-0000-0000-000000000005"
    assert other.show({"rates": [0.5, memoryview(b"\xff")]}) == {"rates": [Decimal("0.5"), "ff"]}


def test_a_padded_text_is_shown_without_its_padding() -> None:
    padded = Column(name="c", kind=Kind.TEXT, padded=True)
    assert padded.show("EUR   ") == "EUR"
