"""Clocks: how far theirs is from ours."""

from datetime import datetime, timedelta
from typing import Final

from syncengine.model.examined import Examined, failed, ok, warning

NOTED: Final = timedelta(seconds=5)
REFUSED: Final = timedelta(minutes=5)
"""Beyond it, signed deliveries are outside of their time window."""


def judge(at: datetime, before: datetime, after: datetime) -> Examined:
    """`at` is what their clock showed at some moment between `before` and `after` by ours."""
    skew = max(before - at, at - after, timedelta(0))
    seconds = f"{skew.total_seconds():.0f} s"
    if skew <= NOTED:
        return ok("clock", "agrees with ours")
    side = "behind" if at < before else "ahead of"
    if skew <= REFUSED:
        return warning("clock", f"theirs is {seconds} {side} ours", "see that both are set by a time server")
    return failed("clock", f"theirs is {seconds} {side} ours", "set the one that is wrong by a time server")
