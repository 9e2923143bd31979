"""Delivering: actions that are taken up, intents, permits, settlements, and what a dead session left behind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syncengine.model.action import Wait
from syncengine.model.attempt import Outcome, Send
from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.model.permit import Permit
from syncengine.model.record import Record
from syncengine.model.switch import Switches
from syncengine.store import audit
from syncengine.store.memory import actions
from syncengine.store.memory.decisions import is_current, make_link, put_record, release_waits
from syncengine.store.memory.ledger import ActionRow, AttemptRow, Ledger, SettledRow
from syncengine.store.memory.transaction import Transaction
from syncengine.store.outcomes import OPEN, resumed, settled
from syncengine.store.protocol import Doubt, Intent, Move, Settlement
from syncengine.vocabulary import ActionState, AttemptState

LEFT_BEHIND = "left on its way by a session that ended"
_ON_THE_WAY = frozenset({AttemptState.SENT, AttemptState.PROBING})
_UNKNOWN = frozenset({AttemptState.UNKNOWN})


def candidates(ledger: Ledger, flows: Sequence[str], now: datetime, limit: int) -> list[ActionRow]:
    """Oldest first. What is due and whose lane is free."""
    found: list[ActionRow] = []
    wanted = frozenset(flows)
    for number in sorted(ledger.ready):
        row = ledger.actions[number]
        if row.flow in wanted and _is_due(row.due_at, now) and not actions.in_flight(ledger, row):
            found.append(row)
            if len(found) == limit:
                break
    return found


def doubts(ledger: Ledger, flows: Sequence[str], now: datetime, limit: int) -> list[Doubt]:
    wanted = frozenset(flows)
    found: list[Doubt] = []
    for number in sorted(ledger.unknown):
        attempt = ledger.attempts[number]
        row = ledger.actions[attempt.action]
        if row.flow in wanted and _is_due(row.due_at, now) and len(found) < limit:
            found.append(Doubt(candidate=actions.candidate(ledger, row), send=_send(ledger, attempt)))
    return found


def frozen(ledger: Ledger, action_ids: Sequence[int]) -> dict[int, bytes]:
    numbers = {action: row.frozen for action in action_ids if (row := ledger.actions.get(action)) and row.frozen}
    bodies = {action: ledger.payloads[number].body for action, number in numbers.items()}
    return {action: body for action, body in bodies.items() if body is not None}


def move_all(t: Transaction, moves: Sequence[Move]) -> list[int]:
    return [move.candidate.id for move in moves if not _move(t, move)]


def _move(t: Transaction, move: Move) -> bool:
    row = t.ledger.actions[move.candidate.id]
    if not _stands(row, move.candidate.state, move.candidate.fence) or not _is_current(t.ledger, move.record):
        return False
    waits = actions.missing(t.ledger, move.waits)
    to = ActionState.READY if move.to is ActionState.WAITING and not waits else move.to
    if to is not row.state:
        _carry_out(t, move, row, to, waits)
    return True


def _carry_out(t: Transaction, move: Move, row: ActionRow, to: ActionState, waits: tuple[Wait, ...]) -> None:
    if move.record is not None:
        put_record(t.ledger, move.record)
    link = move.link if move.link is not None and make_link(t, row.record, move.link) else None
    actions.move(t, row, to, why=move.why, link=link)
    actions.hold(t, row, move.holds)
    if to is ActionState.WAITING:
        t.ledger.waits.put(row.id, waits)
    if link is not None:
        release_waits(t, [link])


def commit_intents(t: Transaction, intents: Sequence[Intent], switches: Switches) -> list[Permit]:
    here = current_switches(t.ledger)
    if (here.phases, here.paused) != (dict(switches.phases), switches.paused):
        return []
    return [Permit(send) for intent in intents if (send := _send_out(t, intent)) is not None]


def current_switches(ledger: Ledger) -> Switches:
    return Switches(phases=dict(ledger.phases.items()), paused=frozenset(ledger.paused))


def _send_out(t: Transaction, intent: Intent) -> Send | None:
    ledger = t.ledger
    row = ledger.actions[intent.candidate.id]
    moved = any(not is_current(ledger, record, revision) for record, revision in intent.reads)
    if moved or actions.in_flight(ledger, row) or not _stands(row, intent.candidate.state, intent.candidate.fence):
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
    last = last_attempt(t.ledger, row.id)
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
    put_attempt(t.ledger, attempt)
    way = (None, AttemptState.SENT) if last is None or resume is None else (last.state, *resume)
    _note(t, attempt, row, sent, way)
    return _send(t.ledger, attempt)


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
    if not _is_current(t.ledger, settlement.record):
        return False
    row = t.ledger.actions[attempt.action]
    if settlement.record is not None:
        put_record(t.ledger, settlement.record)
    if settlement.recheck:
        t.ledger.rechecks.put(row.record, None)
    made = settlement.link is not None and make_link(t, row.record, settlement.link)
    _end(t, attempt, row, settlement, settlement.link if made else None)
    if made and settlement.link is not None:
        release_waits(t, [settlement.link])
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
    put_attempt(t.ledger, ended)
    _note(t, ended, row, after, (attempt.state, *way), link)
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
        put_attempt(t.ledger, found)
        _note(t, found, row, after, (attempt.state, AttemptState.UNKNOWN))
    return len(left)


def last_attempt(ledger: Ledger, action: int) -> AttemptRow | None:
    numbers = ledger.attempts_of.get(action)
    return ledger.attempts[numbers[-1]] if numbers else None


def put_attempt(ledger: Ledger, row: AttemptRow) -> None:
    """Write an attempt's row and keep the indexes over its state."""
    ledger.attempts.put(row.id, row)
    for index, states in ((ledger.on_the_way, _ON_THE_WAY), (ledger.unknown, _UNKNOWN)):
        if row.state in states:
            index.put(row.id, None)
        else:
            index.drop(row.id)


def _note(
    t: Transaction,
    attempt: AttemptRow,
    before: ActionRow,
    after: ActionRow,
    way: Sequence[AttemptState | None],
    link: Link | None = None,
) -> None:
    entry = audit.attempt_moved(
        at=t.now,
        id=attempt.id,
        record=after.record,
        action=after.id,
        way=way,
        action_way=(before.state, after.state),
        number=attempt.number,
        fence=attempt.fence,
        via=attempt.via,
        request=after.frozen if after.frozen != before.frozen else 0,
        link=link,
    )
    t.entries.append(entry)


def _send(ledger: Ledger, attempt: AttemptRow) -> Send:
    frozen = ledger.payloads[ledger.actions[attempt.action].frozen].body
    assert frozen is not None, "an attempt that is not over keeps its bytes"
    return Send(
        attempt=attempt.id,
        action=attempt.action,
        number=attempt.number,
        fence=attempt.fence,
        frozen=frozen,
        deadline=attempt.deadline,
    )


def _stands(row: ActionRow, state: ActionState, fence: int) -> bool:
    return row.state is state and row.fence == fence


def _is_current(ledger: Ledger, record: Record | None) -> bool:
    return record is None or is_current(ledger, record.id, record.revision)


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is None or due_at <= now
