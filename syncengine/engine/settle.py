"""Settle: what became of attempts goes into the ledger, fenced, with the record's new base and the links it made."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from syncengine.decide.confirm import confirm, is_outdated, withdraw
from syncengine.engine import tell
from syncengine.engine.prepare import Selection
from syncengine.engine.world import World
from syncengine.model.action import Candidate
from syncengine.model.attempt import Outcome, Probe, Send
from syncengine.model.decision import Link
from syncengine.model.letter import Failures
from syncengine.model.permit import Permit
from syncengine.model.record import Record, replace
from syncengine.plan.plan import FlowPlan
from syncengine.store.protocol import Doubt, Settlement
from syncengine.vocabulary import ActionState, AttemptState, OutcomeKind, ProbeResult

_ENDS: Mapping[OutcomeKind, tuple[ActionState, AttemptState]] = {
    OutcomeKind.CONFIRMED: (ActionState.CONFIRMED, AttemptState.CONFIRMED),
    OutcomeKind.REJECTED: (ActionState.DEAD_LETTERED, AttemptState.REJECTED),
    OutcomeKind.THROTTLED: (ActionState.PREPARED, AttemptState.THROTTLED),
    OutcomeKind.UNKNOWN: (ActionState.UNKNOWN, AttemptState.UNKNOWN),
    OutcomeKind.NOT_SENT: (ActionState.PREPARED, AttemptState.PREPARED),
    OutcomeKind.MOVED: (ActionState.CANCELLED, AttemptState.OVERTAKEN),
}
_PROBED: Mapping[ProbeResult, tuple[ActionState, AttemptState, OutcomeKind]] = {
    ProbeResult.APPLIED: (ActionState.CONFIRMED, AttemptState.CONFIRMED, OutcomeKind.CONFIRMED),
    ProbeResult.ABSENT: (ActionState.PREPARED, AttemptState.ABSENT, OutcomeKind.NOT_SENT),
    ProbeResult.DIFFERENT: (ActionState.CANCELLED, AttemptState.OVERTAKEN, OutcomeKind.MOVED),
    ProbeResult.SEVERAL: (ActionState.PARKED, AttemptState.PARKED, OutcomeKind.UNKNOWN),
    ProbeResult.FAILED: (ActionState.UNKNOWN, AttemptState.UNKNOWN, OutcomeKind.UNKNOWN),
}


def settle_outcomes(
    world: World, selection: Selection, candidates: Mapping[int, Candidate], permits: Sequence[Permit],
    outcomes: Sequence[Outcome], window: timedelta, *, answering: bool = True,
) -> None:  # fmt: skip
    """One settlement per permit; one without an outcome was not sent (its deadline was too near).

    `answering`: the target answered what was sent to it last. Only then is an attempt that fails by itself held against
    its message, and not against the target.
    """
    by_attempt = {o.attempt: o for o in outcomes}
    suspect = failed_whole(outcomes)
    alone = answering and len(permits) == 1
    settlements = []
    for permit in permits:
        candidate = candidates[permit.send.action]
        outcome = by_attempt.get(permit.send.attempt)
        if outcome is None:
            outcome = Outcome(
                attempt=permit.send.attempt, kind=OutcomeKind.NOT_SENT, detail="its deadline was too near"
            )  # fmt: skip
        settlement = _settlement(world, candidate, selection.record(candidate), permit.send, outcome, window)
        settlements.append(_held_against(settlement, suspect=suspect, alone=alone))
    _commit(world, candidates, settlements)


def failed_whole(outcomes: Sequence[Outcome]) -> bool:
    """Whether of a whole request nobody knows what became of it: the fault may be anyone's in it."""
    return bool(outcomes) and all(outcome.kind is OutcomeKind.UNKNOWN for outcome in outcomes)


def _held_against(settlement: Settlement, *, suspect: bool, alone: bool) -> Settlement:
    """Whether an outcome counts as a failed attempt of its message: a definite no does, and so does what failed while
    others of its request were answered, or alone.
    """
    kind = settlement.outcome.kind
    if kind not in (OutcomeKind.REJECTED, OutcomeKind.UNKNOWN):
        return settlement
    refused = kind is OutcomeKind.REJECTED
    return replace(settlement, failed=refused or alone or not suspect, suspect=not refused)


def settle_probes(world: World, doubts: Sequence[Doubt], probes: Sequence[Probe], window: timedelta) -> None:
    records = world.store.records({d.candidate.record_id for d in doubts})
    failures = world.store.failures([d.candidate.id for d in doubts])
    settlements = []
    for doubt, probe in zip(doubts, probes, strict=True):
        to, attempt_to, kind = _PROBED[probe.result]
        detail, receives = probe.detail, failures.get(doubt.candidate.id, Failures()).receives
        if probe.result is ProbeResult.ABSENT and receives >= world.plan.retry.receives:
            to, detail = ActionState.DEAD_LETTERED, f"failed {receives} times"
        outcome = Outcome(attempt=doubt.send.attempt, kind=kind, remote_id=probe.remote_id, detail=detail)
        settlements.append(
            _built(
                world, doubt.candidate, records[doubt.candidate.record_id], doubt.send, outcome,
                (to, attempt_to), _due_after_probe(world, probe.result, to, doubt.send, window), "probe",
            )
        )  # fmt: skip
    _commit(world, {d.candidate.id: d.candidate for d in doubts}, settlements)


def _settlement(
    world: World, candidate: Candidate, record: Record, send: Send, outcome: Outcome, window: timedelta
) -> Settlement:
    ends = _ENDS[outcome.kind]
    due = _due(world, outcome.kind, outcome, send, window)
    return _built(world, candidate, record, send, outcome, ends, due, "answer")


def _due(world: World, kind: OutcomeKind, outcome: Outcome, send: Send, window: timedelta) -> datetime | None:
    if kind is OutcomeKind.THROTTLED:
        return world.clock.now() + (outcome.retry_after or backoff(world, send.number))
    if kind is OutcomeKind.UNKNOWN:
        return world.clock.now() + window
    return None


def _due_after_probe(
    world: World, result: ProbeResult, to: ActionState, send: Send, window: timedelta
) -> datetime | None:
    """What never took effect goes again at once, but only once: a target that never answers is given time. So is one
    that cannot even be looked at.
    """
    if result is ProbeResult.FAILED:
        return world.clock.now() + max(window, world.plan.retry.first)
    if to is ActionState.PREPARED and send.number > 1:
        return world.clock.now() + backoff(world, send.number - 1)
    return None


def backoff(world: World, number: int) -> timedelta:
    """Exponential with full jitter, from the map's first wait to its longest."""
    retry = world.plan.retry
    doubled: timedelta = retry.first * (1 << min(number - 1, 16))
    ceiling = min(retry.longest, doubled)
    return ceiling * world.randomness.random()


def _built(
    world: World, candidate: Candidate, record: Record, send: Send, outcome: Outcome,
    ends: tuple[ActionState, AttemptState], due_at: datetime | None, via: str,
) -> Settlement:  # fmt: skip
    flow = world.plan.flows.get(candidate.flow)
    after: Record | None = None
    link, again = None, outcome.kind is OutcomeKind.MOVED
    if outcome.kind is OutcomeKind.CONFIRMED and flow is not None:
        after = confirm(record, flow, candidate.content, outcome.remote_id)
        link = Link(flow=flow.id, id=outcome.remote_id) if outcome.remote_id else None
        outdated = is_outdated(record, flow.id, candidate.content)
        again = outdated or bool(flow.once) or shows_id(world, record, flow, outcome.remote_id)
    elif outcome.kind is OutcomeKind.MOVED:
        after = withdraw(record, candidate.flow)
    return Settlement(
        send=send,
        outcome=outcome,
        to=ends[0],
        attempt_to=ends[1],
        record=after,
        link=link,
        due_at=due_at,
        via=via,
        recheck=again,
    )


def shows_id(world: World, record: Record, flow: FlowPlan, remote_id: str) -> bool:
    """Whether the record's id in this flow is news that other flows of its object show."""
    known = record.targets.get(flow.id)
    new = bool(remote_id) and (known is None or known.id != remote_id)
    return new and flow.id in world.plan.objects[flow.object].shows_ids


def _commit(world: World, candidates: Mapping[int, Candidate], settlements: Sequence[Settlement]) -> None:
    """A settlement whose record moved meanwhile is made again on the record as it is now."""
    left = list(settlements)
    while left:
        moved = set(world.store.settle(world.session, left, world.clock.now()))
        left = [s for s in left if s.send.attempt in moved]
        records = world.store.records({candidates[s.send.action].record_id for s in left}) if left else {}
        left = [_remade(world, s, candidates, records) for s in left]
    tell.settled(world, candidates, settlements)


def _remade(
    world: World, old: Settlement, candidates: Mapping[int, Candidate], records: Mapping[int, Record]
) -> Settlement:
    candidate = candidates[old.send.action]
    ends = (old.to, old.attempt_to)
    made = _built(world, candidate, records[candidate.record_id], old.send, old.outcome, ends, old.due_at, old.via)
    return replace(made, failed=old.failed, suspect=old.suspect)
