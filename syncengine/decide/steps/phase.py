"""Is it live? Below the phase controlled, and for everything that is spelled but not granted, there is only the sandbox
view.
"""

from syncengine.decide.draft import Draft, Proposal
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.vocabulary import FlowResult, Phase


def observe_only(draft: Draft) -> Decision | None:
    live = []
    for proposal in draft.proposals:
        if _is_live(draft, proposal):
            live.append(proposal)
        else:
            draft.outcomes.append(
                FlowOutcome(
                    flow=proposal.flow.id,
                    result=FlowResult.OBSERVED,
                    why="observe" if proposal.flow.granted else "spelled, not granted",
                    sandbox={**proposal.content, **proposal.hidden},
                )
            )
    draft.proposals = live
    return None


def _is_live(draft: Draft, proposal: Proposal) -> bool:
    flow = proposal.flow
    if not flow.granted:
        return False
    return draft.state.switches.phase(flow.write_set, flow.ceiling).rank >= Phase.CONTROLLED.rank
