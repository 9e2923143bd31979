"""How far apart schedules fire."""

from datetime import timedelta

import pytest

from syncengine.check.period import gaps

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("cron", "shortest", "longest"),
    [
        ("* * * * *", MINUTE, MINUTE),
        ("*/30 * * * *", 30 * MINUTE, 30 * MINUTE),
        ("*/7 * * * *", 4 * MINUTE, 7 * MINUTE),
        ("0 3 * * *", DAY, DAY),
        ("0 9,17 * * *", 8 * HOUR, 16 * HOUR),
        ("* 8-17 * * 1-5", MINUTE, 62 * HOUR + MINUTE),
        ("0 0 1 * *", 28 * DAY, 31 * DAY),
        ("0 0 1 1 *", 365 * DAY, 365 * DAY),
    ],
)
def test_the_shortest_and_the_longest_break(cron: str, shortest: timedelta, longest: timedelta) -> None:
    assert gaps(cron) == (shortest, longest)
