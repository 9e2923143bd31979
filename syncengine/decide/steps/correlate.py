"""Is the entity known there already, under an id that nobody has told us? Where the map matches records by what they
say, nothing is created before every record there has been compared.

An entity that one record matches is linked when that record has been read again and still matches; several wait for a
person. Until then there is nothing to show in that flow.
"""

from collections.abc import Sequence
from typing import Final

from syncengine.canonical import digest
from syncengine.decide.draft import Draft
from syncengine.decide.pair import Alone, Matched, Several
from syncengine.model.decision import Decision, FlowOutcome, Link, ReviewItem
from syncengine.model.matching import PairMark
from syncengine.model.record import TargetState, replace
from syncengine.plan.plan import FlowPlan, MatchPlan
from syncengine.vocabulary import FlowResult, PairState

MOST_NAMED: Final = 20
"""Candidates that one question names; a person who has more to look at starts with these."""


def correlate(draft: Draft) -> Decision | None:
    match = draft.object.match
    if match is None:
        return None
    gone = draft.known.tombstone if draft.gone is None else draft.gone
    for name in match.flows:
        flow, target = draft.plan.flows[name], draft.target(name)
        if gone or _is_linked(draft, flow, target):
            _follow_link(draft, flow, target)
        elif target.intended is None or target.held or not target.alone:
            _ask(draft, match, flow, target)
    return None


def _is_linked(draft: Draft, flow: FlowPlan, target: TargetState) -> bool:
    return bool(target.id) or target.base is not None or flow.id in draft.known.sources or _is_new_link(draft, flow)


def _is_new_link(draft: Draft, flow: FlowPlan) -> bool:
    return any(link.flow == flow.id for link in draft.links)


def _follow_link(draft: Draft, flow: FlowPlan, target: TargetState) -> None:
    """What was in question is so no longer, but for a key that somebody else filled in: that one is looked at again,
    whenever its turn comes.
    """
    its_turn = flow.id in draft.state.pairs
    if is_contested(flow, target):
        _mark(draft, flow, PairState.REVIEW, suspects=(target.id,))
        _hold_off(draft, flow, FlowResult.REVIEW, "a person has to look at the key there first")
        if its_turn:
            draft.wants.append((Link(flow=flow.id, id=target.id), "whose key does it carry now?"))
    elif its_turn or _is_new_link(draft, flow) or is_contested(flow, draft.known.targets.get(flow.id, target)):
        _mark(draft, flow, None)


def is_contested(flow: FlowPlan, target: TargetState) -> bool:
    """Whether the record that we matched carries a key of somebody else's, or another one carries ours."""
    return target.unkeyed and flow.key in target.edited


def _ask(draft: Draft, match: MatchPlan, flow: FlowPlan, target: TargetState) -> None:
    verdict = draft.state.pairs.get(flow.id)
    if isinstance(verdict, Matched):
        _mark(draft, flow, PairState.READING, id=verdict.id)
        draft.wants.append((Link(flow=flow.id, id=verdict.id), "it was matched, and is read before it is linked"))
        _keep(draft, flow, replace(target, alone=False, asked=""))
        _hold_off(draft, flow, FlowResult.NOTHING, f"{verdict.id} there matches; it is read before anything is written")
    elif isinstance(verdict, Several):
        _ask_a_person(draft, flow, target, verdict)
    elif isinstance(verdict, Alone):
        _mark(draft, flow, None)
        _keep(draft, flow, replace(target, alone=True, asked=""))
    elif draft.has_news and (not target.alone or _says_something_else(draft, match)):
        _mark(draft, flow, PairState.WAITING)
        _keep(draft, flow, replace(target, alone=False))
        _hold_off(draft, flow, FlowResult.NOTHING, f"it waits until all that {flow.system} holds has been compared")


def _says_something_else(draft: Draft, match: MatchPlan) -> bool:
    return not match.fields.isdisjoint(draft.changes) or bool(draft.shown)


def _ask_a_person(draft: Draft, flow: FlowPlan, target: TargetState, several: Several) -> None:
    why = _question(draft, flow, several)
    asked = digest(why.encode()).hex()[:16]
    _mark(draft, flow, PairState.REVIEW, suspects=several.theirs)
    _keep(draft, flow, replace(target, alone=False, asked=asked))
    _hold_off(draft, flow, FlowResult.REVIEW, why)
    if target.asked != asked:
        draft.reviews.append(ReviewItem(flow=flow.id, field=several.rule or "key", why=why))


def _question(draft: Draft, flow: FlowPlan, several: Several) -> str:
    theirs = _listed(several.theirs)
    ours = _listed([draft.state.named.get(entity, entity) for entity in several.ours])
    said = f"the same {' and '.join(several.rule.split('+'))}" if several.rule else "the same key"
    return (
        f"{said} in {flow.system} {theirs} and in ours {ours}: fill in {flow.key or 'the id of ours'} there, or remove"
        " what is one too many; nothing is created before"
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _mark(
    draft: Draft, flow: FlowPlan, state: PairState | None, *, id: str = "", suspects: tuple[str, ...] = ()  # noqa: A002
) -> None:
    draft.pairs.append(PairMark(entity=draft.known.entity, flow=flow.id, state=state, id=id, suspects=suspects))


def _keep(draft: Draft, flow: FlowPlan, target: TargetState) -> None:
    if target != draft.target(flow.id):
        draft.targets[flow.id] = target


def _hold_off(draft: Draft, flow: FlowPlan, result: FlowResult, why: str) -> None:
    """Nothing is shown there for now; what is decided already, and not on its way, stays where it is."""
    draft.kept_back[flow.id] = FlowOutcome(flow=flow.id, result=result, why=why)
    draft.steps.append(f"correlate: {flow.id}: {why}")
