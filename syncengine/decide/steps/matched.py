"""What does it show that only matching asks for? A field that is not this flow's to say is remembered as a keyed hash,
until its owner has spoken. And does a record that was matched carry our key by now, or somebody else's?
"""

from syncengine.decide.draft import Draft
from syncengine.decide.steps.map import at, is_missing
from syncengine.model.decision import Decision, ReviewItem
from syncengine.model.record import TargetState, replace
from syncengine.plan.matching import field_hash, key_in
from syncengine.plan.plan import ABSENT, FlowPlan, UnreadableError


def remember_shown(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    if not flow.matches or draft.snapshot.gone:
        return None
    own = {spelling.field for spelling in flow.reads}
    known = draft.known.shown.get(flow.id, {})
    for spelling in flow.matches:
        name = spelling.field
        if name in own or name in draft.known.fields or name in draft.changes:
            continue
        try:
            value = spelling.read(draft.snapshot.content)
        except UnreadableError:
            value = None
        if value is ABSENT and not draft.snapshot.complete:
            continue
        found = None if value is ABSENT else field_hash(draft.state.secret, draft.object, name, value)
        said = "" if found is None else found.hex()
        if known.get(name, "") != said:
            draft.shown[name] = said
    return None


def follow_key(draft: Draft) -> Decision | None:
    flow = draft.flow
    assert flow is not None
    target = draft.target(flow.id)
    if draft.state.chosen is not None and flow.written and target.base is None:
        target = draft.targets[flow.id] = replace(target, base={})  # it is there, though nothing of ours stands in it
    if not target.unkeyed or draft.snapshot.gone or _is_unsaid(draft, flow):
        return None
    ours = draft.object.key_of(draft.known.birth)
    there = _key(draft, flow)
    if there is None:
        after = replace(target, edited={place: v for place, v in target.edited.items() if place != flow.key})
    elif there == ours:
        after = replace(target, unkeyed=False, base={**(target.base or {}), flow.key: ours}, asked="")
        after = replace(after, edited={place: v for place, v in target.edited.items() if place != flow.key})
    else:
        after = contest(draft, flow, target, there, "the record that was matched carries a key that is not ours")
    if after != target:
        draft.targets[flow.id] = after
    return None


def contest(draft: Draft, flow: FlowPlan, target: TargetState, there: str, why: str) -> TargetState:
    """Somebody else decided otherwise about the key: nothing is written, and a person is asked, once."""
    if target.asked != why:
        draft.reviews.append(ReviewItem(flow=flow.id, field="key", why=f"{why}: {target.id} is left as it is"))
    draft.steps.append(f"matched: {why}")
    return replace(target, edited={**target.edited, flow.key: there}, asked=why)


def _is_unsaid(draft: Draft, flow: FlowPlan) -> bool:
    return not draft.snapshot.complete and is_missing(at(draft.snapshot.content, flow.key))


def _key(draft: Draft, flow: FlowPlan) -> str | None:
    try:
        return key_in(flow, draft.snapshot)
    except UnreadableError:
        return "?"
