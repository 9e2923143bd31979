"""What does the snapshot say, in our words? Only mapped places are looked at; the rest is never passed on (A13)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision, ReviewItem
from syncengine.model.event import Snapshot
from syncengine.model.record import replace
from syncengine.model.value import Json, Value, plain
from syncengine.plan.plan import ABSENT, FlowPlan, ReadSpelling, UnreadableError
from syncengine.vocabulary import Fate, InputKind

_MISSING: Any = object()
_PLAIN: Final = frozenset({str, int, bool})


def read_fields(draft: Draft) -> Decision | None:
    flow, snapshot = draft.flow, draft.snapshot
    assert flow is not None
    if snapshot.gone:
        return None
    if flow.only_read is not None and not flow.only_read(snapshot.content):
        return _leave_out(draft, flow)
    wanted = [(spelling, draft.values) for spelling in flow.reads]
    for spelling, values in (*wanted, *((spelling, draft.proposed) for spelling in flow.proposes)):
        try:
            _read(draft, snapshot, spelling, values)
        except UnreadableError as error:
            draft.reviews.append(ReviewItem(flow=flow.id, field=spelling.field, why=str(error)))
            if not error.review:
                # A value without a normal form parks the whole record: a snapshot applies whole or not at all.
                return draft.settle(Fate.FAILED, f"map: {spelling.field} cannot be read")
            draft.steps.append(f"map: {spelling.field} goes to review, its old value stays")
    return None


def _leave_out(draft: Draft, flow: FlowPlan) -> Decision:
    """What is left out changes nothing; as the answer to a doubt it ends the doubt, with what is known already."""
    old = None if draft.record is None else draft.record.sources.get(flow.id)
    if old is not None and old.unsettled and draft.input.kind is InputKind.READING:
        draft.source = replace(old, unsettled="")
    return draft.settle(Fate.SETTLED, "map: the flow's `only` leaves this record out")


def _read(draft: Draft, snapshot: Snapshot, spelling: ReadSpelling, values: dict[str, Value]) -> None:
    """Puts what the snapshot says of the field into `values`."""
    content, previous = snapshot.content, snapshot.previous
    for place in spelling.places:
        raw = at(content, place)
        if raw is not _MISSING:
            draft.spelled[place] = storable(raw)
        elif snapshot.complete:
            draft.spelled[place] = None
        if previous and (before := at(previous, place)) is not _MISSING:
            draft.previous[place] = storable(before)
    if not snapshot.complete and any(at(content, place) is _MISSING for place in spelling.needs):
        return
    value = spelling.read(content)
    if value is ABSENT and not snapshot.complete:
        return
    values[spelling.field] = None if value is ABSENT else value
    if not spelling.places:
        _read_whole(draft, spelling, values[spelling.field])


def _read_whole(draft: Draft, spelling: ReadSpelling, now: Value) -> None:
    """A conversion that looks at the whole record has no place: its result stands for one, now and before."""
    snapshot, place = draft.snapshot, f"={spelling.field}"
    draft.spelled[place] = now
    if not snapshot.previous:
        return
    try:
        before = spelling.read(_overlaid(snapshot.content, snapshot.previous))
    except UnreadableError:
        return
    if before is not ABSENT and before != now:
        draft.previous[place] = before


def _overlaid(content: Mapping[str, Json], previous: Mapping[str, Json]) -> dict[str, Json]:
    """Their record as it was before the change."""
    before = dict(content)
    for key, value in previous.items():
        inner: Json = before.get(key)
        nested = isinstance(value, Mapping) and isinstance(inner, Mapping)
        before[key] = _overlaid(inner, value) if nested else value
    return before


def at(content: Mapping[str, Json], place: str) -> Json:
    """The raw value at a dotted place, or a marker that is not JSON when there is none (see `is_missing`)."""
    if place in content:
        return content[place]
    if "." not in place:
        return _MISSING
    found: Json = content
    for part in place.split("."):
        if not (type(found) is dict or isinstance(found, Mapping)) or part not in found:
            return _MISSING
        found = found[part]
    return found


def storable(raw: Json) -> Json:
    """A raw value as the ledger can keep it: fractions as text, everything else as it is."""
    if raw is None or type(raw) in _PLAIN:
        return raw
    if isinstance(raw, Decimal):
        return plain(raw)
    if isinstance(raw, Mapping):
        return {key: storable(item) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [storable(item) for item in raw]
    return raw


def is_missing(raw: Json) -> bool:
    return raw is _MISSING
