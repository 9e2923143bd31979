"""Settling: what became of attempts, fenced one by one; and what a dead session left behind."""

from collections.abc import Sequence
from dataclasses import replace

from syncengine.model.attempt import Outcome
from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.memory import actions, attempts, failures, queue, records
from syncengine.store.memory.ledger import ActionRow, AttemptRow, SettledRow
from syncengine.store.memory.transaction import Transaction
from syncengine.store.moment import to_micros
from syncengine.store.outcomes import OPEN, settled
from syncengine.store.protocol import Settlement
from syncengine.vocabulary import ActionState, AttemptState

LEFT_BEHIND = "left on its way by a session that ended"


def settle_all(t: Transaction, settlements: Sequence[Settlement]) -> list[int]:
    return [s.send.attempt for s in settlements if not _settle(t, s)]


def _settle(t: Transaction, settlement: Settlement) -> bool:
    """False when the record moved meanwhile; a result whose fence is lost is written down, and done with."""
    send = settlement.send
    attempt = t.ledger.attempts[send.attempt]
    if attempt.fence != send.fence or attempt.state not in OPEN:
        outcome = settlement.outcome.kind
        late = audit.late_result(at=t.now, id=attempt.id, action=attempt.action, outcome=outcome, fence=send.fence)
        t.entries.append(late)
        return True
    if not records.is_unmoved(t.ledger, settlement.record):
        return False
    row = t.ledger.actions[attempt.action]
    if settlement.record is not None:
        records.put(t.ledger, settlement.record)
    if settlement.recheck:
        queue.recheck(t.ledger, row.record)
    made = settlement.link is not None and records.link(t, row.record, settlement.link, take_over=True)
    _end(t, attempt, row, settlement, settlement.link if made else None)
    if made and settlement.link is not None:
        records.release_waits(t, [settlement.link])
    return True


def _end(t: Transaction, attempt: AttemptRow, row: ActionRow, settlement: Settlement, link: Link | None) -> None:
    outcome = settlement.outcome
    way = settled(attempt.state, settlement.attempt_to, via=settlement.via)
    after = actions.moved(t, row, settlement.to, why=outcome.detail, due_at=settlement.due_at)
    ended = replace(
        attempt,
        state=settlement.attempt_to,
        fence=after.fence,
        settled_at=t.now,
        via=settlement.via,
        detail=outcome.detail,
        after=attempt.after if outcome.after is None else _after(t, row, outcome),
    )
    attempts.put(t.ledger, ended)
    said = t.sealed(outcome.detail)
    kept = {"after": ended.after, "remote": outcome.remote_id, "due": to_micros(settlement.due_at), "detail": said}
    attempts.note(t, ended, row, after, (attempt.state, *way), link, **kept)
    failures.settled(t, settlement)
    number = t.ledger.number("settled")
    t.ledger.settled.put(
        number,
        SettledRow(id=number, session=t.session.id, action=row.id, kind=outcome.kind, via=settlement.via),
    )


def _after(t: Transaction, row: ActionRow, outcome: Outcome) -> int:
    return t.keep_json(PayloadKind.AFTER, outcome.after, row.record)


def recover(t: Transaction) -> int:
    """What another session left on its way is of unknown outcome, and due for a probe now."""
    left = [n for n in sorted(t.ledger.on_the_way) if t.ledger.attempts[n].session != t.session.id]
    for number in left:
        attempt = t.ledger.attempts[number]
        row = t.ledger.actions[attempt.action]
        after = actions.moved(t, row, ActionState.UNKNOWN, why=LEFT_BEHIND)
        found = replace(attempt, state=AttemptState.UNKNOWN, fence=after.fence, via="recovery", detail=LEFT_BEHIND)
        attempts.put(t.ledger, found)
        kept = {"after": found.after, "detail": t.sealed(LEFT_BEHIND)}
        attempts.note(t, found, row, after, (attempt.state, AttemptState.UNKNOWN), **kept)
    return len(left)
