"""How far apart a schedule fires."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from cronsim import CronSim

FRIDAY: Final = datetime(2026, 1, 2)  # noqa: DTZ001 - hours of a wall clock, without its zone
"""Where the looking begins: a weekend follows, and a year in which every day and month comes."""
MOST: Final = 1000
"""Moments that are looked at: enough for a minute's schedule to come to the weekend that interrupts it."""
YEAR: Final = timedelta(days=366)


@lru_cache(maxsize=1024)
def gaps(cron: str) -> tuple[timedelta, timedelta]:
    """The shortest and the longest time between two moments of a cron expression."""
    shortest, longest, last = timedelta.max, timedelta(0), None
    for _, moment in zip(range(MOST), CronSim(cron, FRIDAY), strict=False):
        if last is not None:
            shortest, longest = min(shortest, moment - last), max(longest, moment - last)
        last = moment
        if moment - FRIDAY > YEAR and longest:
            break
    return shortest, longest
