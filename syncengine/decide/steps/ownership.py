"""Which of it is the owner's word? A flow reads only fields that its system owns; only they become the value (A3)."""

from syncengine.decide.draft import Draft
from syncengine.decide.fixed import keeps
from syncengine.decide.same import is_same
from syncengine.decide.steps.birth import is_proposed, lose_proposal
from syncengine.model.decision import Decision, ReviewItem
from syncengine.model.record import FieldState
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import FieldType


def take_owned(draft: Draft) -> Decision | None:
    assert draft.flow is not None
    if draft.overtaken:
        return None
    if draft.snapshot.gone is not draft.known.tombstone and _is_of_record(draft, draft.flow):
        draft.gone = draft.snapshot.gone
        draft.steps.append(f"ownership: {'gone' if draft.gone else 'back'} in its system of record")
    if draft.snapshot.gone:
        return None
    for name, value in draft.values.items():
        field, old = draft.object.fields[name], draft.known.fields.get(name)
        if value is None and not field.optional:
            if field.type is not FieldType.VERIFICATION:
                _keep_old(draft, name)
                continue
            value = {"status": "unavailable"}  # noqa: PLW2901 - an old "verified" never stays
        if field.fixed and keeps(draft, field, value):
            continue
        if old is None or not is_same(draft, field, old.value, value):
            draft.changes[name] = FieldState(value=value, seq=draft.input.seq)
            if old is not None and is_proposed(draft, name):
                lose_proposal(draft, draft.known.birth[0], name, draft.changes[name], old)
    return None


def _is_of_record(draft: Draft, flow: FlowPlan) -> bool:
    """Whether the flow's record is the entity itself in its system of record, not one of several that tell of it."""
    if flow.system != draft.object.system_of_record or flow.asks:
        return False
    of_system = (f for f in draft.plan.flows.values() if f.object == flow.object and f.system == flow.system)
    return flow.born or not any(f.born and not f.asks for f in of_system)


def _keep_old(draft: Draft, name: str) -> None:
    assert draft.flow is not None
    why = f"{name} is empty in {draft.flow.system}, but the map does not call it optional"
    draft.reviews.append(ReviewItem(flow=draft.flow.id, field=name, why=why))
    draft.steps.append(f"ownership: {name} is empty and may not be; its old value stays")
