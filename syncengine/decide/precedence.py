"""Which of two snapshots of one provider record is newer: never by order of arrival.

In turn: the provider's own sequence; a reading settles whatever it was asked for; event times, when they are at least
one unit of resolution apart; equal content needs no order; `previous` (the one that names the other's value is later);
the declared moves (what can be reached from the other is later, a terminal state wins). What is left cannot be told
apart, and two snapshots that each name the other's value contradict each other: the record must be read back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from syncengine.decide.draft import Draft
from syncengine.model.event import Version
from syncengine.model.record import SourceState
from syncengine.model.value import Json
from syncengine.vocabulary import InputKind


class Order(Enum):
    LATER = "later"
    SAME = "same"
    STALE = "stale"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`apart`: the two are certainly not of one instant."""

    order: Order
    why: str
    apart: bool = False


def compare(draft: Draft, old: SourceState) -> Verdict:
    """How the draft's snapshot stands to the newest one known, and what decided."""
    new = draft.snapshot.version
    told = _by_sequence(new, old.version) or _by_cause(draft, old) or _by_time(new, old.version)
    if told is not None:
        return told
    if old.unsettled:
        return Verdict(Order.TIE, "a reading of this instant is awaited already")
    if draft.snapshot.gone != old.gone:
        return Verdict(Order.TIE, "a deletion within the resolution of the clock")
    if not _differing(draft.spelled, old.spelled):
        return Verdict(Order.SAME, "equal content")
    told = _by_previous(draft, old) or (None if old.sparse else _by_moves(draft))
    return told or Verdict(Order.TIE, "nothing tells them apart")


def by_version(new: Version, old: Version) -> Verdict | None:
    """What their own versions and times say, None where they cannot tell."""
    return _by_sequence(new, old) or _by_time(new, old)


def _by_sequence(new: Version, old: Version) -> Verdict | None:
    if new.sequence is None or type(new.sequence) is not type(old.sequence) or new.sequence == old.sequence:
        return None
    later = new.sequence > old.sequence  # type: ignore[operator]
    return Verdict(Order.LATER if later else Order.STALE, "by their version", apart=True)


def _by_cause(draft: Draft, old: SourceState) -> Verdict | None:
    """A reading was asked for after all that it settles had come in, whatever the clocks say."""
    apart = _by_time(draft.snapshot.version, old.version) is not None
    if old.unsettled and draft.input.kind is InputKind.READING:
        return Verdict(Order.LATER, "the reading that was awaited", apart=apart)
    if not old.unsettled and draft.input.seq <= old.doubt:
        return Verdict(Order.STALE, "a reading has settled it since", apart=apart)
    return None


def _by_time(new: Version, old: Version) -> Verdict | None:
    if new.at == old.at:
        return None
    if old.at + old.resolution <= new.at:
        return Verdict(Order.LATER, "by event time", apart=True)
    if new.at + new.resolution <= old.at:
        return Verdict(Order.STALE, "by event time", apart=True)
    return None


def _differing(one: Mapping[str, Json], other: Mapping[str, Json]) -> list[str]:
    """The places that both show, and show differently."""
    return [place for place, value in one.items() if place in other and other[place] != value]


def _by_previous(draft: Draft, old: SourceState) -> Verdict | None:
    places = _differing(draft.spelled, old.spelled)
    ahead = [draft.previous[p] == old.spelled[p] for p in places if p in draft.previous]
    behind = [draft.spelled[p] in old.previous[p] for p in places if p in old.previous]
    if any(ahead) and any(behind):
        return Verdict(Order.TIE, "each names the other's value as previous")
    # What was put together from parts is later in one and earlier in another: every one of them has to be named.
    named = len(ahead) == len(places) if old.sparse else ahead
    if named and all(ahead):
        return Verdict(Order.LATER, "it names the other's value as previous")
    if behind and all(behind):
        return Verdict(Order.STALE, "its value is named as previous")
    return None


def _by_moves(draft: Draft) -> Verdict | None:
    verdicts = set(_moves(draft))
    if len(verdicts) != 1:
        return None
    return Verdict(verdicts.pop(), "by the declared moves")


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
