"""What should each flow of the object show now? Every flow that spells something it does not own is a candidate; the
flow that the news came from is one too, since an edit there may have to be put back.
"""

from syncengine.decide.draft import Draft, Proposal
from syncengine.decide.wanted import hidden, wanted
from syncengine.model.decision import Decision, FlowOutcome, ReviewItem
from syncengine.model.record import TargetState
from syncengine.model.value import Json, Value
from syncengine.plan.plan import FlowPlan, UnreadableError
from syncengine.vocabulary import FlowResult, IfEdited, InputKind


def propose(draft: Draft) -> Decision | None:
    if draft.known.tombstone if draft.gone is None else draft.gone:
        draft.steps.append("candidates: none, the record is gone in its system of record")
        return None
    news = draft.changes or draft.targets or draft.links or draft.gone is not None
    if not news and draft.input.kind is not InputKind.RECHECK:
        _nothing_new(draft)
        return None
    values = draft.values_now()
    for name in draft.object.flows:
        flow = draft.plan.flows[name]
        if flow.shows:
            _propose(draft, flow, values)
    return None


def _nothing_new(draft: Draft) -> None:
    for name in draft.object.flows:
        if draft.plan.flows[name].shows:
            draft.outcomes.append(FlowOutcome(flow=name, result=FlowResult.NOTHING, why="nothing new"))


def _propose(draft: Draft, flow: FlowPlan, values: dict[str, Value]) -> None:
    target = draft.target(flow.id)
    if target.missing:
        draft.outcomes.append(FlowOutcome(flow=flow.id, result=FlowResult.NOTHING, why="the record is gone there"))
        return
    try:
        want = wanted(flow, values)
    except UnreadableError as error:
        draft.reviews.append(ReviewItem(flow=flow.id, field="", why=str(error)))
        draft.outcomes.append(FlowOutcome(flow=flow.id, result=FlowResult.REVIEW, why=str(error)))
        return
    create = target.base is None
    content = _difference(draft, flow, target, want)
    if create and content:
        content.update(flow.on_create)
        if flow.key:
            content[flow.key] = draft.known.birth[1]
    draft.proposals.append(
        Proposal(flow=flow, target=target, content=content, hidden=hidden(flow, values), create=create)
    )


def _difference(draft: Draft, flow: FlowPlan, target: TargetState, want: dict[str, Json]) -> dict[str, Json]:
    """Places that are not as they should be: against the base, and against what is decided but not confirmed yet."""
    base, intended = target.base, target.intended
    if base is None:
        return dict(want)
    content = {}
    for place, value in want.items():
        in_review = target.edited.get(place, value) != value and _rule(draft, flow, place) is IfEdited.REVIEW
        stands = base.get(place, _ABSENT) == value
        pending = intended is not None and intended.get(place, _ABSENT) != value
        if (not stands or pending) and not in_review:
            content[place] = value
    return content


_ABSENT: Json = object()


def _rule(draft: Draft, flow: FlowPlan, place: str) -> IfEdited:
    return draft.object.fields[flow.place_fields[place]].if_edited
