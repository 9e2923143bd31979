"""evolve(record, input, decision) -> the record after it: the twin of decide."""

from syncengine.model.action import Action
from syncengine.model.decision import Decision, FlowOutcome, NeedReading, Settled
from syncengine.model.event import Input
from syncengine.model.record import Record, TargetState, replace
from syncengine.vocabulary import Fate

_UNTOUCHED = (Fate.DUPLICATE, Fate.UNLINKED, Fate.FAILED)


def evolve(record: Record | None, question: Input, decision: Decision) -> Record | None:
    """The entity's record after the decision; None stays None where nothing came into existence. Returns the very same
    object when nothing changes.
    """
    if isinstance(decision, NeedReading):
        assert record is not None, "only a known record can be in doubt"
        return _unsettle(record, question, decision)
    if decision.fate in _UNTOUCHED:
        return record
    before = record if record is not None else decision.born
    if before is None:
        return None
    return _apply(before, question, decision)


def _unsettle(record: Record, question: Input, decision: NeedReading) -> Record:
    source = record.sources[decision.flow]
    doubt = max(source.doubt, question.seq)
    if source.unsettled and source.doubt == doubt:
        return record
    waiting = replace(source, unsettled=source.unsettled or decision.why, doubt=doubt)
    return replace(record, sources={**record.sources, decision.flow: waiting})


def _apply(record: Record, question: Input, decision: Settled) -> Record:
    fields = {**record.fields, **decision.changes} if decision.changes else record.fields
    sources = record.sources
    if decision.source is not None:
        sources = {**sources, question.flow: decision.source}
    if decision.doubts:
        sources = {**sources, **{flow: replace(sources[flow], unsettled=why) for flow, why in decision.doubts.items()}}
    targets = dict(record.targets)
    targets.update(decision.targets)
    for outcome in decision.flows:
        if outcome.action is not None:
            targets[outcome.flow] = _intend(targets.get(outcome.flow, TargetState()), outcome.action, outcome)
    tombstone = record.tombstone if decision.gone is None else decision.gone
    shown = record.shown
    if decision.shown:
        shown = {**shown, question.flow: {**shown.get(question.flow, {}), **decision.shown}}
    before = (record.fields, record.sources, record.targets, record.tombstone, record.shown)
    if (fields, sources, targets, tombstone, shown) == before:
        return record
    return replace(record, fields=fields, sources=sources, targets=targets, tombstone=tombstone, shown=shown)


def _intend(target: TargetState, action: Action, outcome: FlowOutcome) -> TargetState:
    return replace(
        target,
        intended={**(target.base or {}), **action.content},  # the content is the whole difference to the base
        sequence=action.sequence,
        held=tuple(h.reason for h in outcome.holds),
    )
