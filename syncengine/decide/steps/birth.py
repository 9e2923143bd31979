"""What does a birth elsewhere propose? A flow that is not the owner's speaks of a field once, when the entity is born
in it; from then on only the owner does, and what the flow says later is somebody's edit.
"""

from syncengine.decide.draft import Draft
from syncengine.decide.same import is_same
from syncengine.model.decision import Conflict, Decision, ReviewItem
from syncengine.model.record import FieldState
from syncengine.model.value import Value
from syncengine.plan.plan import FlowPlan


def take_birth(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    if not flow.proposes or draft.overtaken:
        return None
    if not _has_an_owner(draft) and draft.snapshot.gone is not draft.known.tombstone:
        draft.gone = draft.snapshot.gone
        draft.steps.append(f"birth: {'withdrawn' if draft.gone else 'back'} before its owner took it up")
    if flow.id not in draft.known.sources:
        for name, value in draft.proposed.items():
            _propose(draft, flow, name, value)
    return None


def _has_an_owner(draft: Draft) -> bool:
    """Whether the system of record has shown the entity, or has taken our creation of it. That it asks for it is
    neither.
    """
    for name in draft.object.flows:
        flow = draft.plan.flows[name]
        if flow.system == draft.object.system_of_record and not flow.asks:
            target = draft.known.targets.get(name)
            if name in draft.known.sources or (target is not None and target.base is not None):
                return True
    return False


def _propose(draft: Draft, flow: FlowPlan, name: str, value: Value) -> None:
    field, known = draft.object.fields[name], draft.known.fields.get(name)
    if value is None and not field.optional:
        why = f"{name} is empty in {flow.system}, but the map does not call it optional"
        draft.reviews.append(ReviewItem(flow=flow.id, field=name, why=why))
        draft.steps.append(f"birth: {name} is empty and may not be")
    elif known is None:
        draft.changes[name] = FieldState(value=value, seq=draft.input.seq)
        draft.steps.append(f"birth: {name}, until its owner speaks")
    elif not is_same(draft, field, known.value, value):
        lose_proposal(draft, flow.id, name, known, FieldState(value=value, seq=draft.input.seq))


def is_proposed(draft: Draft, name: str) -> bool:
    """Whether the field has its value from a birth elsewhere: the flow that is its owner's word has not spoken yet."""
    assert draft.flow is not None
    births = (draft.plan.flows[flow] for flow in draft.object.born_in)
    spoken = draft.flow.id in draft.known.sources
    return not spoken and any(spelling.field == name for birth in births for spelling in birth.proposes)


def lose_proposal(draft: Draft, flow: str, name: str, winner: FieldState, loser: FieldState) -> None:
    """The owner says otherwise than the flow that proposed it."""
    draft.conflicts.append(
        Conflict(
            field=name, flow=flow, rule="proposal", winner={name: winner.value}, loser={name: loser.value},
            winner_seq=winner.seq, loser_seq=loser.seq,
        )
    )  # fmt: skip
    draft.steps.append(f"birth: the owner says otherwise of {name}; the proposal is kept as the loser")
