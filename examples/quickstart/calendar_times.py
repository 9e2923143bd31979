"""Moments as unix seconds."""

from datetime import UTC, datetime

SECOND = 1
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def months_later(at: int, months: int) -> int:
    """The same day and time in a later month. Days go to the 28th at most, so every month has them."""
    then = datetime.fromtimestamp(at, UTC)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    return int(then.replace(year=year, month=month + 1).timestamp())
