"""Is the snapshot newer than what we know? Order is per provider record, and never by order of arrival.

In turn: the provider's sequence; event times, when they are at least one unit of resolution apart; equal content needs
no order; `previous` (the one that names the other's value is later); the declared moves (what can be reached from the
other is later, a terminal state wins). What is left cannot be told apart: the record must be read back.
"""

from collections.abc import Iterator
from enum import Enum

from syncengine.decide.draft import Draft
from syncengine.decide.steps.map import at, is_missing, storable
from syncengine.model.decision import Decision, NeedReading
from syncengine.model.event import Version
from syncengine.model.record import SourceState
from syncengine.model.value import Json
from syncengine.vocabulary import Fate

MAX_EVENTS = 16
"""Ids of inputs kept per version: a second layer against repeats, so a bound costs nothing but a re-judgement."""


class Order(Enum):
    LATER = "later"
    SAME = "same"
    STALE = "stale"
    TIE = "tie"


def put_in_order(draft: Draft) -> Decision | None:
    assert draft.flow is not None
    old = draft.known.sources.get(draft.flow.id)
    partial = not draft.spelled and not draft.snapshot.complete and not draft.snapshot.gone
    if partial or not (draft.flow.reads or draft.flow.born):
        return None  # nothing here is the owner's word, so there is nothing to put in order
    if old is None:
        draft.source = _source(draft, None)
        draft.steps.append("order: the first of its record")
        return None
    order, why = compare(draft, old)
    draft.steps.append(f"order: {order.value} ({why})")
    if order is Order.STALE:
        return draft.settle(Fate.STALE, "order: older than what is known, changes nothing")
    if order is Order.TIE:
        return NeedReading(flow=draft.flow.id, id=old.id, why=why, steps=tuple(draft.steps))
    draft.source = _source(draft, old)
    return None


def compare(draft: Draft, old: SourceState) -> tuple[Order, str]:
    """How the draft's snapshot stands to the newest one known, and what decided."""
    new = draft.snapshot
    by_version = compare_versions(new.version, old.version)
    if by_version is not None:
        return by_version
    if new.gone == old.gone and draft.spelled == old.spelled:
        return Order.SAME, "equal content"
    if new.gone != old.gone:
        return Order.TIE, "a deletion within the resolution of the clock"
    return _by_previous(draft, old) or _by_moves(draft) or (Order.TIE, "same time, and nothing else tells them apart")


def compare_versions(new: Version, old: Version) -> tuple[Order, str] | None:
    """By the provider's sequence, or by times that are certainly apart; None when neither decides."""
    if new.sequence is not None and type(new.sequence) is type(old.sequence):
        if new.sequence == old.sequence:
            return None
        later = new.sequence > old.sequence  # type: ignore[operator]
        return (Order.LATER if later else Order.STALE), "by their version"
    if old.at + old.resolution <= new.at and old.at != new.at:
        return Order.LATER, "by event time"
    if new.at + new.resolution <= old.at and old.at != new.at:
        return Order.STALE, "by event time"
    return None


def _by_previous(draft: Draft, old: SourceState) -> tuple[Order, str] | None:
    forward = _names(draft.snapshot.previous, draft.spelled, old.spelled)
    backward = _names(old.previous, old.spelled, draft.spelled)
    if forward == backward:
        return None
    return (Order.LATER if forward else Order.STALE), "one names the other's value as previous"


def _names(previous: Json, own: Json, other: Json) -> bool:
    """Whether `previous` names the other's values, for every mapped place that it speaks of and that differs."""
    named = False
    for place, value in own.items():
        before = at(previous, place)
        if is_missing(before):
            continue
        if place not in other or storable(before) != other[place]:
            return False
        named = named or value != other[place]
    return named


def _by_moves(draft: Draft) -> tuple[Order, str] | None:
    verdicts = set(_moves(draft))
    if len(verdicts) != 1:
        return None
    return verdicts.pop(), "by the declared moves"


def _moves(draft: Draft) -> Iterator[Order]:
    for name, field in draft.object.fields.items():
        if not field.later or name not in draft.values:
            continue
        old, new = draft.known.value(name), draft.values[name]
        if old is None or new is None or old == new:
            continue
        forward, backward = new in field.later.get(old, ()), old in field.later.get(new, ())
        if forward != backward:
            yield Order.LATER if forward else Order.STALE
        elif not forward and bool(field.later.get(old)) != bool(field.later.get(new)):
            yield Order.STALE if not field.later.get(old) else Order.LATER


def _source(draft: Draft, old: SourceState | None) -> SourceState:
    snapshot = draft.snapshot
    same = old is not None and old.version == snapshot.version
    events = (*old.events, draft.input.event_id)[-MAX_EVENTS:] if old is not None and same else (draft.input.event_id,)
    return SourceState(
        id=snapshot.id,
        version=snapshot.version,
        spelled=draft.spelled,
        previous={p: storable(v) for p in draft.spelled if not is_missing(v := at(snapshot.previous, p))},
        events=events,
        gone=snapshot.gone,
    )
