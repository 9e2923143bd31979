"""May it be done? A gate stops the creation that it names until every need passes."""

from syncengine.decide.draft import Draft
from syncengine.decide.gate import going_on, judge_gates, since
from syncengine.model.decision import Decision
from syncengine.model.record import replace


def ask_gates(draft: Draft) -> Decision | None:
    for proposal in draft.proposals:
        if proposal.create and proposal.flow.gates:
            record = replace(draft.known, fields={**draft.known.fields, **draft.changes})
            holds = judge_gates(proposal.flow, record, draft.state.neighbours, draft.now)
            proposal.holds = since(holds, going_on(draft.state.holds, record.entity, proposal.flow.id))
    return None
