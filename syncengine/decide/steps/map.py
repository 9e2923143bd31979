"""What does the snapshot say, in our words? Only mapped places are looked at; the rest is never passed on (A13)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision, ReviewItem
from syncengine.model.value import Json, plain
from syncengine.plan.plan import ABSENT, ReadSpelling, UnreadableError
from syncengine.vocabulary import Fate

_MISSING: Any = object()


def read_fields(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    snapshot = draft.snapshot
    if snapshot.gone:
        return None
    if flow.only_read is not None and not flow.only_read(snapshot.content):
        return draft.settle(Fate.SETTLED, "map: the flow's `only` leaves this record out")
    for spelling in flow.reads:
        try:
            _read(draft, spelling)
        except UnreadableError as error:
            draft.reviews.append(ReviewItem(flow=flow.id, field=spelling.field, why=str(error)))
            if not error.review:
                # A value without a normal form parks the whole record: a snapshot applies whole or not at all.
                return draft.settle(Fate.FAILED, f"map: {spelling.field} cannot be read")
            draft.steps.append(f"map: {spelling.field} goes to review, its old value stays")
    return None


def _read(draft: Draft, spelling: ReadSpelling) -> None:
    content = draft.snapshot.content
    for place in spelling.places:
        raw = at(content, place)
        if raw is not _MISSING:
            draft.spelled[place] = storable(raw)
    value = spelling.read(content)
    if not spelling.places and value is not ABSENT:
        # What a connector's own conversion reads has no place to show; its result stands in for the spelling.
        draft.spelled[f"={spelling.field}"] = value
    if value is not ABSENT:
        draft.values[spelling.field] = value
    elif draft.snapshot.complete:
        draft.values[spelling.field] = None


def at(content: Mapping[str, Json], place: str) -> Json:
    """The raw value at a dotted place, or a marker that is not JSON when there is none (see `is_missing`)."""
    if place in content:
        return content[place]
    found: Json = content
    for part in place.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def storable(raw: Json) -> Json:
    """A raw value as the ledger can keep it: fractions as text, everything else as it is."""
    if isinstance(raw, Decimal):
        return plain(raw)
    if isinstance(raw, Mapping):
        return {key: storable(item) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [storable(item) for item in raw]
    return raw


def is_missing(raw: Json) -> bool:
    return raw is _MISSING
