"""Is anything of it not there yet? A decision whose content equals what was decided last makes no action."""

from syncengine.decide.draft import Draft, Proposal
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.model.record import TargetState
from syncengine.model.value import Json, Places
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
    pending = _pending(target)
    if not content:
        return "" if pending else "it stands there already"
    if proposal.create and not flow.may_create:
        return "the map grants no creation there"
    if not proposal.create and not flow.may_update:
        return "the map grants no update there"
    if proposal.create and flow.only_create is not None and not flow.only_create(draft.values_now()):
        return "left out by the flow's `only`"
    if pending == content and not target.held:
        return "already decided"
    return ""


def _pending(target: TargetState) -> Places:
    """What has been decided and does not stand there yet."""
    base = target.base or {}
    return {} if target.intended is None else {p: v for p, v in target.intended.items() if base.get(p, _ABSENT) != v}


_ABSENT: Json = object()
