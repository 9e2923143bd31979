"""May it be done? A gate stops the creation that it names until every need passes."""

from typing import Final

from syncengine.decide.draft import Draft
from syncengine.decide.gate import going_on, judge_gates, passed, since
from syncengine.model.decision import Decision, Link
from syncengine.model.record import Record, replace
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import Consequence

STILL_ASKED: Final = "is it still asked for?"


def ask_gates(draft: Draft) -> Decision | None:
    for proposal in draft.proposals:
        if proposal.create and proposal.flow.gates:
            record, neighbours = _as_it_will_be(draft), draft.state.neighbours
            known = going_on(draft.state.holds, record.entity, proposal.flow.id)
            proposal.holds = since(judge_gates(proposal.flow, record, neighbours, draft.now), known)
            if known and not proposal.holds and not proposal.why:
                proposal.why = passed(proposal.flow, record, neighbours, known)
                _read_again(draft, proposal.flow)
    return None


def _read_again(draft: Draft, flow: FlowPlan) -> None:
    """Money that had to wait is sent only if it is still asked for: of a table nobody tells us what was deleted."""
    name, id_ = draft.known.birth
    birth = draft.plan.flows.get(name)
    if Consequence.MOVES_MONEY not in flow.consequences or birth is None or birth.pushed or birth is draft.flow:
        return
    if name != flow.id and name in draft.known.sources:
        draft.doubts[name] = STILL_ASKED
        draft.wants.append((Link(flow=name, id=id_), STILL_ASKED))


def _as_it_will_be(draft: Draft) -> Record:
    """The record with what this judgement has found out about it."""
    record = replace(draft.known, fields={**draft.known.fields, **draft.changes})
    if draft.flow is None or draft.source is None:
        return record
    return replace(record, sources={**record.sources, draft.flow.id: draft.source})
