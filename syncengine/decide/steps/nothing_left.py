"""Is anything of it not there yet? A decision whose content equals what was decided last makes no action."""

from syncengine.decide.draft import Draft, Proposal
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.model.value import Places
from syncengine.vocabulary import FlowResult


def drop_what_stands(draft: Draft) -> Decision | None:
    kept = []
    for proposal in draft.proposals:
        why = _why_nothing(draft, proposal)
        if why:
            draft.outcomes.append(FlowOutcome(flow=proposal.flow.id, result=FlowResult.NOTHING, why=why))
        else:
            kept.append(proposal)
    draft.proposals = kept
    return None


def _why_nothing(draft: Draft, proposal: Proposal) -> str:
    flow, target, content = proposal.flow, proposal.target, proposal.content
    if not flow.granted:
        return "" if proposal.hidden else "nothing to show"
    if not content:
        return "it stands there already"
    if proposal.create and not flow.may_create:
        return "the map grants no creation there"
    if not proposal.create and not flow.may_update:
        return "the map grants no update there"
    if proposal.create and flow.only_create is not None and not flow.only_create(draft.values_now()):
        return "left out by the flow's `only`"
    if target.intended is not None and not target.held and _is_intended(target.intended, content):
        return "already decided"
    return ""


def _is_intended(intended: Places, content: Places) -> bool:
    return all(place in intended and intended[place] == value for place, value in content.items())
