"""Fields that are set once. The oldest version that shows a value has set it, in whatever order the versions arrive;
another value of a newer one changes nothing, is kept as the loser, and goes to review.
"""

from syncengine.decide.draft import Draft
from syncengine.decide.precedence import Order, by_version
from syncengine.decide.same import is_same
from syncengine.model.decision import Conflict, ReviewItem
from syncengine.model.record import FieldState, SourceState, replace
from syncengine.model.value import Json, Value
from syncengine.plan.plan import FieldPlan


def keeps(draft: Draft, field: FieldPlan, value: Value) -> bool:
    """Whether a fixed field keeps the value that it has; if not, it is set by this snapshot."""
    assert draft.source is not None, "a snapshot that says what a field is has its place in the order"
    if field.name not in draft.source.fixed and not _has_said(draft, field):
        if value is not None:
            draft.source = _set(draft, draft.source, field)
        return False
    old = draft.known.fields[field.name]
    if not is_same(draft, field, old.value, value) and _is_news(draft, field):
        _lose(draft, field, old, FieldState(value=value, seq=draft.input.seq))
    return True


def set_earlier(draft: Draft, known: SourceState) -> bool:
    """What an older snapshot than the newest known one says of fields that are set once: where nothing has set them, or
    it is older than the one that did, it has set them. Returns whether a value changes.
    """
    after = known
    for name, value in draft.values.items():
        field, old = draft.object.fields[name], draft.known.fields.get(name)
        if value is None or not field.fixed or not _is_first(draft, known, name):
            continue
        after = _set(draft, after, field)
        if old is None or not is_same(draft, field, old.value, value):
            draft.changes[name] = FieldState(value=value, seq=draft.input.seq)
            if old is not None:
                _lose(draft, field, draft.changes[name], old)
    draft.source = None if after is known else after
    return bool(draft.changes)


def _is_first(draft: Draft, known: SourceState, name: str) -> bool:
    setter = known.fixed.get(name)
    if setter is None:
        return draft.known.value(name) is None
    verdict = by_version(draft.snapshot.version, setter)
    return verdict is not None and verdict.order is Order.STALE


def _set(draft: Draft, source: SourceState, field: FieldPlan) -> SourceState:
    return replace(source, fixed={**source.fixed, field.name: draft.snapshot.version})


def _has_said(draft: Draft, field: FieldPlan) -> bool:
    """Whether the record said what the field is before the map called it fixed."""
    said = draft.known.value(field.name) is not None
    return said and any(value is not None for value in _before(draft, field).values())


def _is_news(draft: Draft, field: FieldPlan) -> bool:
    """Whether this record has not shown that other value before."""
    before = _before(draft, field)
    return not before or any(draft.spelled.get(place) != value for place, value in before.items())


def _before(draft: Draft, field: FieldPlan) -> dict[str, Json]:
    """What the newest snapshot so far shows of the field, by place."""
    assert draft.flow is not None
    known = draft.known.sources.get(draft.flow.id)
    read = next(spelling for spelling in draft.flow.reads if spelling.field == field.name)
    places = read.places or (f"={field.name}",)
    return {} if known is None else {place: known.spelled[place] for place in places if place in known.spelled}


def _lose(draft: Draft, field: FieldPlan, winner: FieldState, loser: FieldState) -> None:
    assert draft.flow is not None
    flow, name = draft.flow, field.name
    draft.conflicts.append(
        Conflict(
            field=name, flow=flow.id, rule="fixed", winner={name: winner.value}, loser={name: loser.value},
            winner_seq=winner.seq, loser_seq=loser.seq,
        )
    )  # fmt: skip
    why = f"fixed_changed: {name} is set once, and {flow.system} shows another value"
    draft.reviews.append(ReviewItem(flow=flow.id, field=name, why=why, value={name: loser.value}))
    draft.steps.append(f"ownership: {name} is set once; its first value stays")
