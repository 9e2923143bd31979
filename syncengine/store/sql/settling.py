"""Settling: what became of attempts, fenced one by one; and what a dead session left behind."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.moment import to_micros
from syncengine.store.outcomes import OPEN, settled
from syncengine.store.protocol import Settlement
from syncengine.store.schema.column import words
from syncengine.store.schema.work import attempts as attempt_table
from syncengine.store.schema.work import setbacks, unsettled
from syncengine.store.sql import actions, attempts, links, records
from syncengine.store.sql.statement import insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, AttemptState, OutcomeKind

LEFT_BEHIND: Final = "left on its way by a session that ended"
_INSERT_SETBACKS: Final = insert(setbacks)


def settle(unit: Unit, settlements: Sequence[Settlement]) -> Sequence[int]:
    """The attempts whose record moved meanwhile: nothing of theirs is kept."""
    rows = attempts.WITH_ACTION.rows(unit.connection, [s.send.attempt for s in settlements])
    standing = {row.id: row for row in rows}
    revisions = records.revisions(unit.connection, [s.record.id for s in settlements if s.record is not None])
    moved: list[int] = []
    kept: list[Settlement] = []
    for settlement in settlements:
        row, record = standing[settlement.send.attempt], settlement.record
        if row.fence != settlement.send.fence or row.state not in OPEN:
            _note_late(unit, settlement, row)
        elif record is not None and revisions.get(record.id) != record.revision:
            moved.append(row.id)
        else:
            if record is not None:
                revisions[record.id] += 1
            kept.append(settlement)
    if kept:
        _keep(unit, kept, standing)
    return moved


def _note_late(unit: Unit, settlement: Settlement, row: Any) -> None:
    kind, fence = settlement.outcome.kind, settlement.send.fence
    unit.note(audit.late_result(at=unit.now, id=row.id, action=row.action_id, outcome=kind, fence=fence))


def _keep(unit: Unit, settlements: Sequence[Settlement], standing: dict[int, Any]) -> None:
    records.save(unit, [s.record for s in settlements if s.record is not None])
    records.recheck(unit, [standing[s.send.attempt].record_id for s in settlements if s.recheck])
    wanted = [(standing[s.send.attempt].record_id, s.link) for s in settlements if s.link is not None]
    made = links.make(unit, wanted, take_over=True)  # the target itself says whose record it is now
    new = set(made)
    ended, moved = [], []
    for settlement in settlements:
        row = standing[settlement.send.attempt]
        outcome, after = settlement.outcome, row.after_id
        if outcome.after is not None:
            after = unit.keep_json(PayloadKind.AFTER, outcome.after, row.record_id)
        state, fence = settlement.attempt_to.value, row.action_fence + 1
        ended.append((state, fence, after, unit.at, outcome.remote_id, settlement.via, outcome.detail, row.id))
        moved.append((settlement.to, outcome.detail, 0, to_micros(settlement.due_at), row.action_id))
        link = settlement.link
        _note(unit, settlement, row, link if link is not None and (row.record_id, link) in new else None)
    attempts.END.run(unit.connection, ended)
    actions.put(unit, moved)
    settled_rows = [standing[s.send.attempt] for s in settlements]
    actions.touch(unit, [(row.action_id, row.action_session) for row in settled_rows])
    _note_setbacks(unit, settlements)
    links.set_free(unit, made)


def _note(unit: Unit, settlement: Settlement, row: Any, link: Link | None) -> None:
    stood = AttemptState(row.state)
    entry = audit.attempt_moved(
        at=unit.now,
        id=row.id,
        record=row.record_id,
        action=row.action_id,
        way=(stood, *settled(stood, settlement.attempt_to, via=settlement.via)),
        action_way=(ActionState(row.action_state), settlement.to),
        number=row.number,
        fence=row.action_fence + 1,
        via=settlement.via,
        link=link,
    )
    unit.note(entry)


def _note_setbacks(unit: Unit, settlements: Sequence[Settlement]) -> None:
    met = [s for s in settlements if s.outcome.kind is not OutcomeKind.CONFIRMED]
    if not met:
        return
    first = unit.take(setbacks.c.id, len(met))
    rows = [
        (number, s.send.attempt, s.outcome.kind.value, s.via, unit.at, unit.session.id)
        for number, s in enumerate(met, first)
    ]
    _INSERT_SETBACKS.run(unit.connection, rows)


def recover(unit: Unit) -> int:
    """What another session left on its way is of unknown outcome, and due for a probe now."""
    left = select(attempt_table.c.id).where(
        unsettled(attempt_table),
        attempt_table.c.state.in_(words((AttemptState.SENT, AttemptState.PROBING))),
        attempt_table.c.session_id != unit.session.id,
    )
    rows = attempts.WITH_ACTION.rows(unit.connection, unit.connection.execute(left).scalars().all())
    for row in rows:
        entry = audit.attempt_moved(
            at=unit.now,
            id=row.id,
            record=row.record_id,
            action=row.action_id,
            way=(AttemptState(row.state), AttemptState.UNKNOWN),
            action_way=(ActionState(row.action_state), ActionState.UNKNOWN),
            number=row.number,
            fence=row.action_fence + 1,
            via="recovery",
        )
        unit.note(entry)
    unknown = AttemptState.UNKNOWN.value
    attempts.END.run(
        unit.connection,
        [(unknown, r.action_fence + 1, r.after_id, None, "", "recovery", LEFT_BEHIND, r.id) for r in rows],
    )
    actions.put(unit, [(ActionState.UNKNOWN, LEFT_BEHIND, 0, 0, r.action_id) for r in rows])
    actions.touch(unit, [(r.action_id, r.action_session) for r in rows])
    return len(rows)
