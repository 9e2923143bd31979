"""The intent: SENT is in the ledger before the first byte leaves. Only here are permits made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syncengine.clock import to_text
from syncengine.model.attempt import Send
from syncengine.model.payload import PayloadKind
from syncengine.model.permit import Permit
from syncengine.model.switch import Switches
from syncengine.store.memory import actions, attempts, records
from syncengine.store.memory.ledger import ActionRow, AttemptRow
from syncengine.store.memory.sessions import current_switches
from syncengine.store.memory.transaction import Transaction
from syncengine.store.outcomes import resumed
from syncengine.store.protocol import Intent
from syncengine.vocabulary import ActionState, AttemptState


def commit_intents(t: Transaction, intents: Sequence[Intent], switches: Switches) -> list[Permit]:
    here = current_switches(t.ledger)
    if (here.phases, here.paused) != (dict(switches.phases), switches.paused):
        return []
    free = [intent for intent in intents if here.paused.isdisjoint(intent.scopes)]
    return [Permit(send) for intent in free if (send := _send_out(t, intent)) is not None]


def _send_out(t: Transaction, intent: Intent) -> Send | None:
    ledger = t.ledger
    row = ledger.actions[intent.candidate.id]
    moved = any(not records.is_current(ledger, record, revision) for record, revision in intent.reads)
    if moved or actions.in_flight(ledger, row) or not actions.stands(row, intent.candidate):
        return None
    before = 0 if intent.before is None else t.keep_json(PayloadKind.BEFORE, intent.before, row.record)
    sent = replace(actions.moved(t, row, ActionState.SENT, why=row.why), frozen=_request(t, row, intent))
    actions.put(t.ledger, sent)
    return _attempt(t, row, sent, before, intent.deadline)


def _request(t: Transaction, row: ActionRow, intent: Intent) -> int:
    """What was frozen once is sent again and again, whatever a caller brings."""
    if row.frozen:
        return row.frozen
    assert intent.frozen is not None, "the first attempt of an action brings its bytes"
    return t.keep(PayloadKind.REQUEST, intent.frozen, row.record)


def _attempt(t: Transaction, row: ActionRow, sent: ActionRow, before: int, deadline: datetime) -> Send:
    last = attempts.last(t.ledger, row.id)
    resume = resumed(last.state if last else None)
    if last is None or resume is None:
        attempt = AttemptRow(
            id=t.ledger.number("attempt"),
            action=row.id,
            number=1 if last is None else last.number + 1,
            state=AttemptState.SENT,
            fence=sent.fence,
            session=t.session.id,
            deadline=deadline,
            sent_at=t.now,
            request=sent.frozen,
            before=before or (last.before if last else 0),
        )
        t.ledger.attempts_of.put(row.id, (*(t.ledger.attempts_of.get(row.id) or ()), attempt.id))
    else:
        attempt = replace(
            last,
            state=AttemptState.SENT,
            fence=sent.fence,
            session=t.session.id,
            deadline=deadline,
            sent_at=t.now,
            settled_at=None,
            request=sent.frozen,
            before=before or last.before,
            via="",
            detail="",
        )
    attempts.put(t.ledger, attempt)
    way = (None, AttemptState.SENT) if last is None or resume is None else (last.state, *resume)
    attempts.note(t, attempt, row, sent, way, before=attempt.before, deadline=to_text(deadline))
    return attempts.send(t.ledger, attempt)
