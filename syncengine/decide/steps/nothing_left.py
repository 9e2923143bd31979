"""Is anything of it not there yet? A decision whose content equals what was decided last makes no action."""

from syncengine.decide.draft import Draft, Proposal
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.model.record import TargetState, replace
from syncengine.model.value import Json, Places
from syncengine.vocabulary import FlowResult


def drop_what_stands(draft: Draft) -> Decision | None:
    kept = []
    for proposal in draft.proposals:
        why = _why_nothing(draft, proposal)
        if why and proposal.create and proposal.target.held and proposal.flow.granted:
            kept.append(replace(proposal, content={}, create=False, why=why))  # what was held is not wanted any more
        elif why:
            draft.outcomes.append(
                FlowOutcome(
                    flow=proposal.flow.id, result=FlowResult.NOTHING, why=why, sandbox=proposal.hidden or None
                )
            )  # fmt: skip
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
        # An action without content takes the place of one that is pending or held, and leaves what stands there.
        withdraws = (pending or target.held) and not proposal.create
        return "" if withdraws else "it stands there already"
    why = _why_not(draft, proposal)
    return "already decided" if not why and pending == content and not target.held else why


def _why_not(draft: Draft, proposal: Proposal) -> str:
    flow = proposal.flow
    if not (flow.may_create if proposal.create else flow.may_update):
        return f"the map grants no {'creation' if proposal.create else 'update'} there"
    if not proposal.create or _is_on_its_way(proposal):
        return ""
    if proposal.flow.only_create is not None and not proposal.flow.only_create(draft.values_now()):
        return "left out by the flow's `only`"
    unknown = _unknown(draft, proposal)
    return f"{unknown} has no value, and the map does not call it optional" if unknown else ""


def _unknown(draft: Draft, proposal: Proposal) -> str:
    """A granted field that may not be empty and is: nothing is created without it."""
    fields, values = draft.object.fields, draft.values_now()
    granted = (s for s in (*proposal.flow.once, *proposal.flow.shows) if s.field in proposal.flow.granted)
    asked = (name for spelling in granted for name in spelling.reads or (spelling.field,))
    return next((name for name in asked if not fields[name].optional and values.get(name) is None), "")


def _is_on_its_way(proposal: Proposal) -> bool:
    """Once its creation is on its way, an entity counts as one that exists there: what exists is still updated."""
    return bool(proposal.target.intended) and not proposal.target.held


def _pending(target: TargetState) -> Places:
    """What has been decided and does not stand there yet."""
    base = target.base or {}
    return {} if target.intended is None else {p: v for p, v in target.intended.items() if base.get(p, _ABSENT) != v}


_ABSENT: Json = object()
