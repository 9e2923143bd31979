"""The intent: SENT is in the ledger before the first byte leaves. Only here are permits made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, literal_column, update

from syncengine.clock import to_text
from syncengine.model.attempt import Send
from syncengine.model.payload import PayloadKind
from syncengine.model.permit import Permit
from syncengine.model.switch import Switches
from syncengine.store import audit
from syncengine.store.outcomes import resumed
from syncengine.store.protocol import Intent
from syncengine.store.schema.work import actions as table
from syncengine.store.schema.work import attempts as attempt_table
from syncengine.store.sql import actions, attempts, lanes, records
from syncengine.store.sql.statement import Bulk
from syncengine.store.sql.switches import current
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, AttemptState

_CLAIM: Final = Bulk(
    update(table)
    .where(table.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        fence=table.c.fence + literal_column("1"),
        request_id=bindparam("request"),
        due_at=literal_column("0"),
    ),
    "new_state", "request", "row",
)  # fmt: skip


def commit(unit: Unit, intents: Sequence[Intent], switches: Switches) -> Sequence[Permit]:
    """An intent is dropped when its action, its lane or a record it rests on moved; all are when a switch did."""
    here = current(unit.connection)
    if (here.phases, here.paused) != (dict(switches.phases), switches.paused):
        return []
    standing = actions.standing(unit.connection, [i.candidate.id for i in intents])
    kept = _still_right(unit, intents, standing)
    return [Permit(send) for send in _send_out(unit, kept, standing)]


def _still_right(unit: Unit, intents: Sequence[Intent], standing: dict[int, Any]) -> list[Intent]:
    reads = {record: 0 for intent in intents for record, _ in intent.reads}
    revisions = records.revisions(unit.connection, list(reads))
    occupied = actions.lanes_in_flight(unit.connection, (row.record_id for row in standing.values()))
    kept: list[Intent] = []
    for intent in intents:
        row = standing[intent.candidate.id]
        stands = row.state == intent.candidate.state and row.fence == intent.candidate.fence
        moved = any(revisions.get(record) != revision for record, revision in intent.reads)
        if stands and not moved and occupied.setdefault((row.record_id, row.flow), row.id) == row.id:
            kept.append(intent)
    return kept


def _send_out(unit: Unit, intents: Sequence[Intent], standing: dict[int, Any]) -> Iterable[Send]:
    again = [i.candidate.id for i in intents if standing[i.candidate.id].request_id]
    bytes_of = lanes.frozen(unit.connection, again)
    last = {row.action_id: row for row in attempts.OF_ACTIONS.rows(unit.connection, again)}
    following = unit.take(attempt_table.c.id, len(intents)) if intents else 0
    claims, new, going_on = [], [], []
    sends: list[Send] = []
    session = unit.session.id
    for intent in intents:
        row = standing[intent.candidate.id]
        before = 0 if intent.before is None else unit.keep_json(PayloadKind.BEFORE, intent.before, row.record_id)
        request, frozen = _bytes(unit, intent, row, bytes_of)
        earlier = last.get(row.id)
        way = resumed(None if earlier is None else AttemptState(earlier.state))
        fence, deadline = row.fence + 1, to_text(intent.deadline)
        if earlier is None or way is None:
            attempt, number = following, 1 if earlier is None else earlier.number + 1
            following += 1
            way, started = (AttemptState.SENT,), None
            new.append(
                (
                    attempt, row.id, number, AttemptState.SENT.value, fence, session, request,
                    before or (0 if earlier is None else earlier.before_id), 0, deadline, unit.at, None, "", "", "",
                )
            )  # fmt: skip
        else:
            attempt, number, started = earlier.id, earlier.number, AttemptState(earlier.state)
            kept_before = before or earlier.before_id
            going_on.append(
                (AttemptState.SENT.value, fence, session, kept_before, deadline, unit.at, None, "", "", attempt)
            )
        claims.append((ActionState.SENT.value, request, row.id))
        unit.note(
            audit.attempt_moved(
                at=unit.now,
                id=attempt,
                record=row.record_id,
                action=row.id,
                way=(started, *way),
                action_way=(ActionState(row.state), ActionState.SENT),
                number=number,
                fence=fence,
                request=0 if row.request_id else request,
            )
        )
        sends.append(
            Send(attempt=attempt, action=row.id, number=number, fence=fence, frozen=frozen, deadline=intent.deadline)
        )
    _CLAIM.run(unit.connection, claims)
    actions.touch(unit, [(row.id, row.session_id) for i in intents for row in (standing[i.candidate.id],)])
    attempts.INSERT.run(unit.connection, new)
    attempts.RESUME.run(unit.connection, going_on)
    return sends


def _bytes(unit: Unit, intent: Intent, row: Any, frozen: Mapping[int, bytes]) -> tuple[int, bytes]:
    """The request's payload and bytes. What was frozen once is sent again and again, whatever a caller brings."""
    if row.request_id:
        return row.request_id, frozen[row.id]
    assert intent.frozen is not None, "the first attempt of an action brings its bytes"
    return unit.keep(PayloadKind.REQUEST, intent.frozen, row.record_id), intent.frozen
