"""What should each flow of the object show now? Every flow that spells something it does not own is a candidate; the
flow that the news came from is one too, since an edit there may have to be put back.
"""

from collections.abc import Mapping

from syncengine.decide.built_in import shown
from syncengine.decide.draft import Draft, Proposal
from syncengine.decide.fight import rule_of
from syncengine.decide.wanted import first_wanted, hidden, wanted
from syncengine.model.decision import Decision, FlowOutcome, ReviewItem
from syncengine.model.record import TargetState
from syncengine.model.value import Json, Value
from syncengine.plan.plan import FlowPlan, UnreadableError
from syncengine.vocabulary import FlowResult, IfEdited


def propose(draft: Draft) -> Decision | None:
    if draft.known.tombstone if draft.gone is None else draft.gone:
        draft.steps.append("candidates: none, the record is gone in its system of record")
        _end_holds(draft)
        return None
    if not draft.has_news:
        _nothing_new(draft)
        return None
    values = draft.values_now()
    for name in draft.object.flows:
        flow = draft.plan.flows[name]
        if flow.written and (flow.gates or not draft.object.shows_holds):
            _propose(draft, flow, shown(draft, flow, values))
        elif flow.written:
            draft.later.append(flow)
    return None


def propose_later(draft: Draft) -> Decision | None:
    """Flows that no gate stops, of an object that shows its holds: they wait until the gates have said what is held."""
    values = draft.values_now() if draft.later else {}
    for flow in draft.later:
        _propose(draft, flow, shown(draft, flow, values))
    return None


def _end_holds(draft: Draft) -> None:
    """Nothing more is written of a record that is gone, so that nothing of it is held."""
    for name in draft.object.flows:
        target, flow = draft.target(name), draft.plan.flows[name]
        if target.held:
            why = "gone in its system of record"
            proposal = Proposal(flow=flow, target=target, content={}, hidden={}, create=False, why=why)
            draft.proposals.append(proposal)


def _nothing_new(draft: Draft) -> None:
    for name in draft.object.flows:
        if draft.plan.flows[name].written:
            draft.outcomes.append(FlowOutcome(flow=name, result=FlowResult.NOTHING, why="nothing new"))


def _propose(draft: Draft, flow: FlowPlan, values: Mapping[str, Value]) -> None:
    if flow.id in draft.kept_back:
        draft.outcomes.append(draft.kept_back[flow.id])
        return
    target = draft.target(flow.id)
    if target.missing:
        draft.outcomes.append(FlowOutcome(flow=flow.id, result=FlowResult.NOTHING, why="the record is gone there"))
        return
    create = target.base is None
    try:
        want = {**wanted(flow, values), **(first_wanted(flow, values) if create else {})}
    except UnreadableError as error:
        draft.reviews.append(ReviewItem(flow=flow.id, field="", why=str(error)))
        draft.outcomes.append(FlowOutcome(flow=flow.id, result=FlowResult.REVIEW, why=str(error)))
        return
    if create and flow.once and flow.id in draft.known.sources:
        why = "its owner has it already"
        draft.outcomes.append(FlowOutcome(flow=flow.id, result=FlowResult.NOTHING, why=why))
        return
    content = _difference(draft, flow, target, want)
    if create and content:
        content.update(flow.on_create)
        if flow.key:
            content[flow.key] = draft.object.key_of(draft.known.birth)
    elif target.unkeyed and flow.keys_matched:
        content[flow.key] = draft.object.key_of(draft.known.birth)
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
        if place in flow.if_empty and (value is None or _is_theirs(flow, target, place)):
            continue
        in_review = target.edited.get(place, value) != value and _rule(draft, flow, target, place) is IfEdited.REVIEW
        stands = base.get(place, _ABSENT) == value
        pending = intended is not None and intended.get(place, _ABSENT) != value
        if (not stands or pending) and not in_review:
            content[place] = value
    return content


_ABSENT: Json = object()


def _is_theirs(flow: FlowPlan, target: TargetState, place: str) -> bool:
    """Whether they hold something where we would only fill what is empty."""
    base = target.base or {}
    return any(target.edited.get(p, base.get(p)) is not None for p in flow.if_empty[place])


def _rule(draft: Draft, flow: FlowPlan, target: TargetState, place: str) -> IfEdited:
    return rule_of(draft.object.fields[flow.place_fields[place]], target.rounds, draft.now)
