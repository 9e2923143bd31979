"""May it be done? A gate stops the creation that it names until every need passes."""

from syncengine.decide.draft import Draft
from syncengine.decide.gate import judge_gates
from syncengine.model.decision import Decision
from syncengine.model.record import replace


def ask_gates(draft: Draft) -> Decision | None:
    for proposal in draft.proposals:
        if proposal.create and proposal.flow.gates:
            record = replace(draft.known, fields={**draft.known.fields, **draft.changes})
            proposal.holds = judge_gates(proposal.flow, record, draft.state.neighbours, draft.now)
    return None
