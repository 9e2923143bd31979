"""Moments as unix seconds."""

from calendar import monthrange
from datetime import UTC, datetime

SECOND = 1
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def months_later(at: int, months: int) -> int:
    """The same day and time in a later month, or the last day of a month that is too short for it."""
    then = datetime.fromtimestamp(at, UTC)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    day = min(then.day, monthrange(year, month + 1)[1])
    return int(then.replace(year=year, month=month + 1, day=day).timestamp())
