"""Dates and moments."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from syncengine.plan.conversion import Dialect
from syncengine.plan.conversions.moment import local_date
from syncengine.plan.conversions.scalar import scalar
from syncengine.plan.plan import UnreadableError
from syncengine.vocabulary import FieldType as T

UNIX = Dialect(time="unix")
RFC3339 = Dialect(time="rfc3339")
NATIVE = Dialect(time="native", tables=True)


def moment(raw: object, dialect: Dialect) -> object:
    return scalar(T.TIMESTAMP, dialect).read(raw)


def day(raw: object, dialect: Dialect) -> object:
    return scalar(T.DATE, dialect).read(raw)


def test_unix_seconds_are_read_and_written_whole() -> None:
    assert moment(1_700_000_000, UNIX) == "2023-11-14T22:13:20Z"
    assert scalar(T.TIMESTAMP, UNIX).write("2023-11-14T22:13:20.900000Z") == 1_700_000_000
    assert scalar(T.TIMESTAMP, UNIX).write("1969-12-31T23:59:59.500000Z") == -1


@pytest.mark.parametrize("raw", ["1700000000", True, 1.5, 10**30, datetime(2026, 1, 1, tzinfo=UTC)])
def test_unix_seconds_are_nothing_else(raw: object) -> None:
    with pytest.raises(UnreadableError):
        moment(raw, UNIX)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00Z"),
        ("2026-01-31t09:30:00z", "2026-01-31T09:30:00Z"),
        ("2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.500000Z"),
        ("2026-01-31 09:30+00", "2026-01-31T09:30:00Z"),
    ],
)
def test_text_with_a_zone_becomes_utc(raw: str, normal: str) -> None:
    assert moment(raw, RFC3339) == normal
    assert moment(raw, NATIVE) == normal


@pytest.mark.parametrize("raw", ["2026-01-31T09:30:00", "2026-01-31", "20260131T093000Z", "2026-02-30T09:30:00Z", 5])
def test_text_without_a_zone_or_a_time_is_no_moment(raw: object) -> None:
    with pytest.raises(UnreadableError):
        moment(raw, RFC3339)


@pytest.mark.parametrize(
    "raw",
    [
        datetime(2026, 1, 31, 9, 30),
        datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        datetime(2026, 1, 31, 10, 30, tzinfo=timezone(timedelta(hours=1))),
        "2026-01-31 09:30:00",
        "2026-01-31T09:30:00.000000Z",
    ],
)
def test_tables_hold_moments_in_many_ways_and_naive_means_utc(raw: object) -> None:
    assert moment(raw, NATIVE) == "2026-01-31T09:30:00Z"


@pytest.mark.parametrize("raw", [1_700_000_000, date(2026, 1, 31), "2026-01-31", "0001-01-01T00:00:00+14:00"])
def test_a_table_does_not_make_every_value_a_moment(raw: object) -> None:
    with pytest.raises(UnreadableError):
        moment(raw, NATIVE)


def test_a_date_is_text_and_in_tables_also_a_date_or_a_bare_midnight() -> None:
    assert day("2026-01-31", RFC3339) == "2026-01-31"
    aware = datetime(2026, 1, 31, tzinfo=UTC)
    midnights = (datetime(2026, 1, 31), aware, "2026-01-31 00:00:00", "2026-01-31T00:00:00Z")
    for raw in (date(2026, 1, 31), "2026-01-31", *midnights):
        assert day(raw, NATIVE) == "2026-01-31"


@pytest.mark.parametrize(
    ("raw", "dialect"),
    [
        ("2026-02-30", RFC3339),
        ("31.01.2026", RFC3339),
        ("2026-01-31T00:00:00Z", RFC3339),
        (1_700_000_000, UNIX),
        (date(2026, 1, 31), RFC3339),
        (datetime(2026, 1, 31, 9), NATIVE),
        (datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=1))), NATIVE),
        ("2026-01-31 09:00:00", NATIVE),
        (20260131, NATIVE),
    ],
)
def test_a_moment_is_never_read_as_a_date(raw: object, dialect: Dialect) -> None:
    with pytest.raises(UnreadableError):
        day(raw, dialect)


def test_a_moment_has_the_date_of_the_zone_it_is_spelled_in() -> None:
    assert local_date("Europe/Berlin")("2026-01-31T23:30:00Z") == "2026-02-01"
    assert local_date("UTC")("2026-01-31T23:30:00Z") == "2026-01-31"
    assert local_date("America/New_York")("2026-02-01T01:00:00Z") == "2026-01-31"


@pytest.mark.parametrize(
    ("value", "zone"), [("9999-12-31T23:59:59Z", "Europe/Berlin"), ("0001-01-01T00:00:00Z", "America/New_York")]
)
def test_a_moment_at_the_edge_of_time_has_no_date_beyond_it(value: str, zone: str) -> None:
    with pytest.raises(UnreadableError):
        local_date(zone)(value)
