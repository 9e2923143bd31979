"""The actions. Each names itself by an idempotency key that a retry, a second worker and a replay derive again."""

from syncengine.canonical import key
from syncengine.decide.draft import Draft, Proposal
from syncengine.model.action import Action
from syncengine.model.decision import Decision, FlowOutcome
from syncengine.vocabulary import ActionKind, FlowResult


def act(draft: Draft) -> Decision | None:
    for proposal in draft.proposals:
        if proposal.holds and _still_held(proposal):
            draft.outcomes.append(FlowOutcome(flow=proposal.flow.id, result=FlowResult.NOTHING, why="still held"))
            continue
        draft.outcomes.append(
            FlowOutcome(
                flow=proposal.flow.id,
                result=FlowResult.HELD if proposal.holds else FlowResult.ACT,
                why="; ".join(h.reason for h in proposal.holds),
                action=_action(draft, proposal),
                holds=proposal.holds,
                sandbox=proposal.hidden or None,
            )
        )
    return None


def _still_held(proposal: Proposal) -> bool:
    """Held for the same reasons, with the same content: the open hold goes on."""
    target = proposal.target
    same = target.intended is not None and all(target.intended.get(p) == v for p, v in proposal.content.items())
    return same and target.held == tuple(h.reason for h in proposal.holds)


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
