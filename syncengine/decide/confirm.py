"""What a confirmed write changes in a record: the base moves to what was written, and what was pending is no longer."""

from collections.abc import Sequence

from syncengine.model.action import Hold
from syncengine.model.record import Record, TargetState, replace
from syncengine.model.value import Places
from syncengine.plan.plan import FlowPlan

MAX_ECHOES = 8
"""Writes of ours that are remembered until they come back; an older one that comes back counts as an edit."""


def confirm(record: Record, flow: FlowPlan, content: Places, remote_id: str) -> Record:
    """`content` is the action's, refs untranslated; `remote_id` the record's own id in the target."""
    target = record.targets.get(flow.id, TargetState())
    base = {**(target.base or {}), **content}
    intended = None if target.intended is None else {**target.intended, **content}
    pending = intended is not None and any(base.get(p) != v for p, v in intended.items())
    comes_back = flow.pushed or flow.schedule is not None
    echoes = (*target.echoes, content)[-MAX_ECHOES:] if comes_back else ()
    after = replace(
        target,
        id=remote_id or target.id,
        base=base,
        intended=intended if pending else None,
        edited={p: v for p, v in target.edited.items() if p not in content},
        echoes=echoes,
        unkeyed=target.unkeyed and flow.key not in content,
    )
    return replace(record, targets={**record.targets, flow.id: after})


def is_outdated(record: Record, flow_id: str, content: Places) -> bool:
    """Whether a write that is confirmed only now left what was decided otherwise since. The newest decision may not
    name such a place, because what it wants stood there when it was made: the record is to be judged again.
    """
    target = record.targets.get(flow_id, TargetState())
    return target.intended is not None and any(target.intended.get(p) != v for p, v in content.items())


def hold_back(record: Record, flow_id: str, holds: Sequence[Hold]) -> Record:
    """A gate stopped an action just before it was sent: the next decision is to know that it is held."""
    target = record.targets.get(flow_id, TargetState())
    return replace(
        record, targets={**record.targets, flow_id: replace(target, held=tuple(h.reason for h in holds))}
    )  # fmt: skip


def withdraw(record: Record, flow_id: str) -> Record:
    """A decided action will not be carried out: nothing is pending any more, so that the next decision can act."""
    target = record.targets.get(flow_id)
    if target is None or (target.intended is None and not target.held):
        return record
    return replace(record, targets={**record.targets, flow_id: replace(target, intended=None, held=())})


def expected(record: Record, flow: FlowPlan) -> Places | None:
    """What the target should show at the granted places if nobody else touched it: the base, with the edits that are
    known laid over it; nothing where we would only fill what is empty. None: there should be no record.
    """
    target = record.targets.get(flow.id)
    if target is None or target.base is None:
        return None
    shown = {**dict.fromkeys(flow.if_empty), **target.base} if flow.if_empty else target.base
    return {p: target.edited.get(p, v) for p, v in shown.items() if p in flow.granted_places}
