"""Settling: what became of attempts, fenced one by one; and what a dead session left behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from syncengine.clock import from_text
from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.moment import to_micros
from syncengine.store.outcomes import OPEN, settled
from syncengine.store.process import is_gone
from syncengine.store.protocol import Settlement
from syncengine.store.schema.column import words
from syncengine.store.schema.trail import sessions as session_table
from syncengine.store.schema.work import actions as action_table
from syncengine.store.schema.work import attempts as attempt_table
from syncengine.store.schema.work import setbacks, unsettled
from syncengine.store.sql import actions, attempts, failures, links, records
from syncengine.store.sql.share import Share, Shared
from syncengine.store.sql.statement import insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, AttemptState, OutcomeKind

LEFT_BEHIND: Final = "left on its way by a session that ended"
LINGERING: Final = timedelta(seconds=2)
"""How long after its deadline a write may still be on its way that nobody waits for any more."""
_INSERT_SETBACKS: Final = insert(setbacks)
_MOVING: Final = (AttemptState.SENT, AttemptState.PROBING)
_ON_THE_WAY: Final = Shared(
    select(
        attempt_table.c.id,
        attempt_table.c.fence,
        attempt_table.c.session_id,
        attempt_table.c.deadline,
        session_table.c.process,
    )
    .join(action_table, action_table.c.id == attempt_table.c.action_id)
    .outerjoin(session_table, session_table.c.id == attempt_table.c.session_id)
    .where(
        unsettled(attempt_table),
        attempt_table.c.state.in_(words(_MOVING)),
        attempt_table.c.session_id != bindparam("of_session"),
    ),
    record=action_table.c.record_id,
)


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
        _note(unit, settlement, row, after, link if link is not None and (row.record_id, link) in new else None)
    attempts.END.run(unit.connection, ended)
    actions.put(unit, moved)
    settled_rows = [standing[s.send.attempt] for s in settlements]
    actions.touch(unit, [(row.action_id, row.action_session) for row in settled_rows])
    _note_setbacks(unit, settlements)
    failures.settled(unit, settlements)
    links.set_free(unit, made)


def _note(unit: Unit, settlement: Settlement, row: Any, after: int, link: Link | None) -> None:
    stood = AttemptState.of(row.state)
    entry = audit.attempt_moved(
        at=unit.now,
        id=row.id,
        record=row.record_id,
        action=row.action_id,
        way=(stood, *settled(stood, settlement.attempt_to, via=settlement.via)),
        action_way=(ActionState.of(row.action_state), settlement.to),
        number=row.number,
        fence=row.action_fence + 1,
        via=settlement.via,
        link=link,
        after=after,
        remote=settlement.outcome.remote_id,
        due=to_micros(settlement.due_at),
        detail=unit.sealed(settlement.outcome.detail),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An attempt that was on its way when its session ended. `due` is when its outcome can be asked for, in
    microseconds: at once when the process that made it is gone, else when it can no longer be sending.
    """

    attempt: int
    fence: int
    due: int


def left_behind(connection: Connection, session: int, share: Share, living: Collection[int] | None) -> Sequence[Left]:
    """What sessions that do not live left on its way, in a share of the work."""
    # In order only here: to find them in order, SQLite would walk through all attempts that there ever were.
    rows = sorted(_ON_THE_WAY.rows(connection, share, of_session=session), key=itemgetter(0))
    return [
        Left(attempt=number, fence=fence, due=0 if living is None or is_gone(process or "") else _over(deadline))
        for number, fence, of, deadline, process in rows
        if living is None or of not in living
    ]


def _over(deadline: str) -> int:
    return to_micros(from_text(deadline) + LINGERING)


def recover(unit: Unit, left: Sequence[Left]) -> int:
    """What was left on its way is of unknown outcome, unless it moved since it was looked at."""
    known = {one.attempt: one for one in left}
    rows = [
        row
        for row in attempts.WITH_ACTION.rows(unit.connection, list(known))
        if row.state in _MOVING and row.fence == known[row.id].fence
    ]
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
            after=row.after_id,
            detail=unit.sealed(LEFT_BEHIND),
        )
        unit.note(entry)
    unknown = AttemptState.UNKNOWN.value
    attempts.END.run(
        unit.connection,
        [(unknown, r.action_fence + 1, r.after_id, None, "", "recovery", LEFT_BEHIND, r.id) for r in rows],
    )
    actions.put(unit, [(ActionState.UNKNOWN, LEFT_BEHIND, 0, known[r.id].due, r.action_id) for r in rows])
    actions.touch(unit, [(r.action_id, r.action_session) for r in rows])
    return len(rows)
