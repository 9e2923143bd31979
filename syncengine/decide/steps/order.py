"""Is the snapshot newer than what we know? Order is per provider record (see `precedence`)."""

from collections.abc import Mapping

from syncengine.decide.draft import Draft
from syncengine.decide.fixed import set_earlier
from syncengine.decide.precedence import Order, Verdict, compare
from syncengine.model.decision import Decision, NeedReading
from syncengine.model.event import Version
from syncengine.model.record import SourceState, replace
from syncengine.model.value import Json
from syncengine.vocabulary import Fate, InputKind

MAX_EVENTS = 16
"""Ids of inputs kept per instant: a second layer against repeats, so a bound costs nothing but a re-judgement."""


def put_in_order(draft: Draft) -> Decision | None:
    assert draft.flow is not None
    if not (draft.flow.reads or draft.flow.born) or _is_image(draft):
        return None  # nothing here is the owner's word, so there is nothing to put in order
    old = draft.known.sources.get(draft.flow.id)
    if old is None:
        draft.source = _source(draft)
        draft.steps.append("order: the first of its record")
        return None
    verdict = _unless_patched(draft, old, compare(draft, old))
    draft.steps.append(f"order: {verdict.order.value} ({verdict.why})")
    if verdict.order is Order.TIE:
        return NeedReading(flow=draft.flow.id, id=old.id, why=verdict.why, steps=tuple(draft.steps))
    if verdict.order is Order.STALE:
        if verdict.apart and set_earlier(draft, old):
            draft.overtaken = True
            return None
        draft.source = draft.source if verdict.apart else _remembered(draft, old)
        return draft.settle(Fate.STALE, "order: older than what is known, changes nothing")
    draft.source = _later(draft, old) if verdict.apart else _of_one_instant(draft, old)
    return None


def _is_image(draft: Draft) -> bool:
    """Whether we looked only at what we write ourselves, as before a write."""
    return draft.input.kind is InputKind.READING and not draft.snapshot.complete and not draft.values


def _unless_patched(draft: Draft, old: SourceState, verdict: Verdict) -> Verdict:
    """What was put together from parts has no order as a whole: an older part may still hold. It is read back."""
    if not old.sparse or verdict.order is not Order.STALE or draft.input.seq <= old.doubt:
        return verdict
    if all(place in old.spelled and old.spelled[place] == value for place, value in draft.spelled.items()):
        return verdict
    return Verdict(Order.TIE, "an older part of the record, which may still hold")


def _source(draft: Draft) -> SourceState:
    snapshot = draft.snapshot
    return SourceState(
        id=snapshot.id,
        version=snapshot.version,
        spelled=draft.spelled,
        previous={place: (value,) for place, value in draft.previous.items()},
        events=(draft.input.event_id,),
        gone=snapshot.gone,
        sparse=not snapshot.complete,
    )


def _later(draft: Draft, old: SourceState) -> SourceState:
    """Whatever was of the old one's instant is behind us. A doubt that time resolved was not settled by a reading."""
    fresh = _source(draft)
    settled = draft.input.kind is InputKind.READING or not old.unsettled
    return replace(fresh, spelled=_merged(draft, old), doubt=old.doubt if settled else 0, fixed=old.fixed)


def _of_one_instant(draft: Draft, old: SourceState) -> SourceState:
    settled = draft.snapshot.complete and bool(old.unsettled)
    return replace(
        _remembered(draft, old),
        version=_over_both(draft.snapshot.version, old.version),
        spelled=_merged(draft, old),
        gone=draft.snapshot.gone,
        unsettled="",
        sparse=not settled and (old.sparse or not draft.snapshot.complete),
    )


def _remembered(draft: Draft, old: SourceState) -> SourceState:
    """What an input says of its instant stays known for as long as other inputs of that instant may come."""
    previous = dict(old.previous)
    for place, value in draft.previous.items():
        if value not in previous.get(place, ()):
            previous[place] = (*previous.get(place, ()), value)
    return replace(old, previous=previous, events=(*old.events, draft.input.event_id)[-MAX_EVENTS:])


def _merged(draft: Draft, old: SourceState) -> Mapping[str, Json]:
    return draft.spelled if draft.snapshot.complete or draft.snapshot.gone else {**old.spelled, **draft.spelled}


def _over_both(new: Version, old: Version) -> Version:
    """The newer of two moments that cannot be told apart lies somewhere in here."""
    at = max(new.at, old.at)
    end = max(new.at + new.resolution, old.at + old.resolution)
    return Version(at=at, resolution=end - at, sequence=new.sequence)
