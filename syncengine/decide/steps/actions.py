"""The actions. Each names itself by an idempotency key that a retry, a second worker and a replay derive again."""

from syncengine.canonical import key
from syncengine.decide.draft import Draft, Proposal
from syncengine.decide.gate import going_on
from syncengine.model.action import Action
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.vocabulary import ActionKind, FlowResult


def act(draft: Draft) -> Decision | None:
    for proposal in draft.proposals:
        if proposal.holds and _still_held(draft, proposal):
            draft.outcomes.append(FlowOutcome(flow=proposal.flow.id, result=FlowResult.NOTHING, why="still held"))
            continue
        draft.held[proposal.flow.id] = proposal.holds
        draft.outcomes.append(
            FlowOutcome(
                flow=proposal.flow.id,
                result=FlowResult.HELD if proposal.holds else FlowResult.ACT,
                why="; ".join(h.asked for h in proposal.holds) or proposal.why,
                action=_action(draft, proposal),
                holds=proposal.holds,
                sandbox=proposal.hidden or None,
            )
        )
    draft.proposals = []
    return None


def _still_held(draft: Draft, proposal: Proposal) -> bool:
    """Held for the same reasons, by the same records, with the same content: the open hold goes on."""
    target, holds = proposal.target, proposal.holds
    same = target.intended is not None and all(target.intended.get(p) == v for p, v in proposal.content.items())
    known = going_on(draft.state.holds, draft.known.entity, proposal.flow.id)
    moved = any(known[place].about != h.about for h in holds if (place := (h.gate, h.need)) in known)
    return same and not moved and sorted(target.held) == sorted(h.reason for h in holds)


def _action(draft: Draft, proposal: Proposal) -> Action:
    flow, record = proposal.flow, draft.known
    sequence = proposal.target.sequence + 1
    first = proposal.create and sequence == 1
    named = (flow.id, flow.system, record.object, record.entity, "create") if first else (
        flow.id, flow.system, record.entity, sequence,
    )  # fmt: skip
    return Action(
        key=key(draft.plan.project, *named),
        kind=ActionKind.CREATE if proposal.create else ActionKind.UPDATE,
        flow=flow.id,
        entity=record.entity,
        sequence=sequence,
        content=proposal.content,
        write_set=flow.write_set,
        cause=draft.input.seq,
        plan=draft.plan.digest,
        gates=tuple(g.name for g in flow.gates) if proposal.create else (),
    )
