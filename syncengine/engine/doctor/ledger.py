"""The ledger: is it there, does a commit last, is there room, who works on it, and what is in its queue."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from syncengine.clock import to_text
from syncengine.errors import BusyError, UserError
from syncengine.model.examined import Examined, failed, ok, warning
from syncengine.store.condition.condition import Condition, Queue
from syncengine.store.open import look_at
from syncengine.vocabulary import ActionState

ROOM: Final = 100 * 1024 * 1024
"""Bytes: with less than that left, a busy day may fill the disk."""

OLD: Final = timedelta(hours=1)
"""An input that has been due for longer than that has met no run."""

_STUCK: Final = (ActionState.DEAD_LETTERED, ActionState.PARKED)
_DOUBTED: Final = (ActionState.SENT, ActionState.UNKNOWN, ActionState.PROBING)
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
_STEP: Final = 1024


def examine(url: str, now: datetime) -> Iterator[Examined]:
    try:
        found = look_at(url)
    except (BusyError, UserError) as error:
        yield failed("ledger", error.message, error.remedy)
        return
    if not found.exists:
        yield ok("ledger", f"none yet, the first run makes it: {found.place}, {found.server}")
    else:
        yield ok("ledger", ", ".join([found.place, found.server, *([] if found.size is None else [size(found.size)])]))
        yield _schema(found)
        yield _durability(found)
    yield from _room(found)
    yield _lock(found)
    if found.queue is not None:
        yield from _queue(found.queue, now)


def _schema(found: Condition) -> Examined:
    if found.revision == found.newest:
        return ok("schema", f"revision {found.revision}, the newest")
    if not found.revision:
        return failed("schema", "this database holds something else than a ledger", "name another one with --state")
    if found.revision > found.newest:
        what = f"revision {found.revision}, made by a newer version; this one knows {found.newest}"
        return failed("schema", what, "install that version")
    what = f"revision {found.revision}, and {found.newest} is the newest"
    return warning("schema", what, "the next run upgrades it; keep a backup until then")


def _durability(found: Condition) -> Examined:
    if found.unsafe:
        return failed("durability", f"{found.durability}: {found.unsafe}", found.next)
    return ok("durability", found.durability)


def _room(found: Condition) -> Iterator[Examined]:
    if found.read_only:
        following = "make it writable for this user; until then nothing is taken in, and nothing is sent"
        yield failed("writable", found.read_only, following)
    elif found.exists:
        yield ok("writable", "yes")
    if found.free is not None and found.free < ROOM:
        yield warning("room", f"{size(found.free)} are free", "make room before the disk is full")
    elif found.free is not None:
        yield ok("room", f"{size(found.free)} are free")


def _lock(found: Condition) -> Examined:
    return ok("at work", "; ".join(found.at_work) or "nobody")


def _queue(queue: Queue, now: datetime) -> Iterator[Examined]:
    due = f"{queue.due} inputs due, {queue.readings} readings awaited"
    if queue.oldest is None:
        yield ok("queue", due)
    elif now - queue.oldest > OLD:
        yield warning("queue", f"{due}, the oldest since {to_text(queue.oldest)}", "run; see that runs come in time")
    else:
        yield ok("queue", f"{due}, the oldest since {to_text(queue.oldest)}")
    others = {state: n for state, n in queue.open.items() if state not in (*_STUCK, *_DOUBTED)}
    yield ok("actions", _counts(others) or "all done")
    if doubted := _counts({state: n for state, n in queue.open.items() if state in _DOUBTED}):
        yield warning("unknown", f"{doubted}: what became of them is not known", "run: it looks at the target")
    if parked := queue.open.get(ActionState.PARKED):
        yield warning("parked", f"{parked}: each holds back what comes after it", "see why with `syncengine trace ID`")
    if dead := _counts(queue.dead_letters):
        yield warning("dead letters", dead, "see why with `syncengine dlq list`")
    closed = "none yet" if queue.closed_at is None else to_text(queue.closed_at)
    yield ok("checkpoint", f"over all strands at the end of the last session: {closed}")


def _counts(states: Mapping[str, int]) -> str:
    return ", ".join(f"{state.replace('_', ' ')} {n}" for state, n in states.items())


def size(number: float) -> str:
    """In a unit for people: "1.5 GiB"."""
    unit = 0
    while number >= _STEP and unit < len(_UNITS) - 1:
        number, unit = number / _STEP, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{number:.0f} {_UNITS[0]}"
