"""Is it a move that the map lists? The map is not the provider's jailer: a move that is not listed is read back, and
what the reading confirms is accepted and flagged.
"""

from collections.abc import Iterator

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision, NeedReading, ReviewItem
from syncengine.model.value import Json
from syncengine.vocabulary import InputKind


def follow_moves(draft: Draft) -> Decision | None:
    assert draft.flow is not None
    if draft.overtaken or draft.flow.id not in draft.known.sources:
        return None
    for name, moved in _unlisted(draft):
        why = f"{name} made a move that the map does not list"
        if draft.input.kind is not InputKind.READING:
            draft.steps.append(f"moves: {why}")
            return NeedReading(flow=draft.flow.id, id=draft.snapshot.id, why=why, steps=tuple(draft.steps))
        draft.reviews.append(ReviewItem(flow=draft.flow.id, field=name, why=why, value=moved))
        draft.steps.append(f"moves: {why}; read back, and accepted")
    return None


def _unlisted(draft: Draft) -> Iterator[tuple[str, Json]]:
    """Field by field, from which word to which; reasons go to places where values may not."""
    for name, new in draft.values.items():
        old, later = draft.known.value(name), draft.object.fields[name].later
        if later and old is not None and new is not None and new != old and new not in later.get(old, ()):
            yield name, {"from": old, "to": new}
