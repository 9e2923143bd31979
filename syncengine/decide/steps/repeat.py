"""Did this very input already take effect? Intake keeps repeats out by their id; this is the second layer."""

from syncengine.decide.draft import Draft
from syncengine.model.decision import Decision
from syncengine.vocabulary import Fate


def is_repeat(draft: Draft) -> Decision | None:
    if draft.record is None:
        return None
    source = draft.record.sources.get(draft.input.flow)
    if source is None or draft.input.event_id not in source.events:
        return None
    return draft.settle(Fate.DUPLICATE, "repeat: this event is already in the record")
