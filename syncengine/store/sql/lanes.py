"""What delivery may take up: actions of free lanes, deferred ones that are due, and attempts in doubt."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, select

from syncengine.canonical import decode
from syncengine.clock import from_text
from syncengine.model.action import Candidate
from syncengine.model.attempt import Send
from syncengine.store.moment import from_micros, to_micros
from syncengine.store.protocol import Doubt
from syncengine.store.schema.column import words
from syncengine.store.schema.knowledge import wants
from syncengine.store.schema.trail import payloads
from syncengine.store.schema.work import actions, attempts, deferred, in_flight, ready, unsettled
from syncengine.store.sql.share import Share, Shared
from syncengine.store.sql.statement import Many
from syncengine.vocabulary import ActionKind, ActionState, AttemptState

_ahead = actions.alias("ahead")
_request = payloads.alias("request")
_COLUMNS: Final = (
    actions.c.id, actions.c.key, actions.c.kind, actions.c.flow, actions.c.state, actions.c.sequence,
    actions.c.write_set, actions.c.record_id, actions.c.fence, payloads.c.body,
)  # fmt: skip
_WITH_CONTENT: Final = actions.join(payloads, payloads.c.id == actions.c.content_id)
_READY: Final = Shared(
    select(*_COLUMNS)
    .select_from(_WITH_CONTENT)
    .where(
        ready(actions),
        actions.c.flow == bindparam("of_flow"),
        actions.c.batched == bindparam("in_batch"),
        ~select(_ahead.c.id)
        .where(_ahead.c.record_id == actions.c.record_id, _ahead.c.flow == actions.c.flow, in_flight(_ahead))
        .exists(),
    )
    .order_by(actions.c.id)
    .limit(bindparam("most")),
    record=actions.c.record_id,
)
_PREPARED: Final = Shared(
    select(*_COLUMNS)
    .select_from(_WITH_CONTENT)
    .where(
        deferred(actions),
        actions.c.state == words((ActionState.PREPARED,))[0],
        actions.c.flow == bindparam("of_flow"),
        actions.c.due_at <= bindparam("now"),
    )
    .order_by(actions.c.id)
    .limit(bindparam("most")),
    record=actions.c.record_id,
)
_WAITING_FLOWS: Final = (
    select(actions.c.flow).where(ready(actions)).distinct(),
    select(actions.c.flow).where(deferred(actions), actions.c.state == words((ActionState.PREPARED,))[0]).distinct(),
)
_WAITING: Final = tuple(
    select(func.count()).where(which, actions.c.flow == bindparam("of_flow"))
    for which in (ready(actions), and_(deferred(actions), actions.c.state == words((ActionState.PREPARED,))[0]))
)
_DOUBTS: Final = Shared(
    select(
        *_COLUMNS,
        attempts.c.id,
        attempts.c.number,
        attempts.c.fence,
        attempts.c.deadline,
        _request.c.body,
    )
    .select_from(
        _WITH_CONTENT.join(
            attempts,
            and_(
                attempts.c.action_id == actions.c.id,
                unsettled(attempts),
                attempts.c.state == words((AttemptState.UNKNOWN,))[0],
            ),
        ).join(_request, _request.c.id == attempts.c.request_id)
    )
    .where(
        deferred(actions),
        actions.c.state == words((ActionState.UNKNOWN,))[0],
        actions.c.flow == bindparam("of_flow"),
        actions.c.due_at <= bindparam("now"),
    )
    .order_by(attempts.c.id)
    .limit(bindparam("most")),
    record=actions.c.record_id,
)
_FROZEN: Final = Many(
    lambda keys: select(actions.c.id, payloads.c.body)
    .join(payloads, payloads.c.id == actions.c.request_id)
    .where(actions.c.id.in_(keys))
)
_NEXT_ACTION: Final = Shared(
    select(func.min(actions.c.due_at))
    .where(deferred(actions), actions.c.due_at > bindparam("now")),
    record=actions.c.record_id,
)
_NEXT_WANT: Final = Shared(
    select(func.min(wants.c.due_at)).where(wants.c.due_at > bindparam("now")), partition=wants.c.partition
)


def candidates(
    connection: Connection, share: Share, flows: Sequence[str], now: datetime, limit: int, closed: Collection[str]
) -> Sequence[Candidate]:
    """Each flow is asked for itself, and so is what waits for a batch: a long queue of another costs nothing."""
    found: list[Candidate] = []
    for flow in dict.fromkeys(flows):
        for in_batch in (0,) if flow in closed else (0, 1):
            rows = _READY.rows(connection, share, of_flow=flow, in_batch=in_batch, most=limit)
            found.extend(_candidate(row) for row in rows)
        rows = _PREPARED.rows(connection, share, of_flow=flow, now=to_micros(now), most=limit)
        found.extend(_candidate(row) for row in rows)
    return sorted(found, key=lambda candidate: candidate.id)[:limit]


def waiting(connection: Connection, flows: Sequence[str]) -> Mapping[str, int]:
    found = {
        flow: sum(connection.execute(statement, {"of_flow": flow}).scalar_one() for statement in _WAITING)
        for flow in dict.fromkeys(flows)
    }
    return {flow: n for flow, n in found.items() if n}


def waiting_flows(connection: Connection) -> Sequence[str]:
    return sorted({flow for statement in _WAITING_FLOWS for flow in connection.execute(statement).scalars()})


def _candidate(row: Any) -> Candidate:
    number, key, kind, flow, state, sequence, write_set, record, fence, content, *_ = row
    return Candidate(
        id=number,
        key=key,
        kind=ActionKind.of(kind),
        flow=flow,
        state=ActionState.of(state),
        sequence=sequence,
        content=decode(content),
        write_set=write_set,
        record_id=record,
        fence=fence,
    )


def doubts(connection: Connection, share: Share, flows: Sequence[str], now: datetime, limit: int) -> Sequence[Doubt]:
    found: list[Doubt] = []
    for flow in dict.fromkeys(flows):
        rows = _DOUBTS.rows(connection, share, of_flow=flow, now=to_micros(now), most=limit)
        found.extend(_doubt(row) for row in rows)
    return sorted(found, key=lambda doubt: doubt.send.attempt)[:limit]


def _doubt(row: Any) -> Doubt:
    candidate = _candidate(row)
    attempt, number, fence, deadline, request = row[-5:]
    send = Send(
        attempt=attempt,
        action=candidate.id,
        number=number,
        fence=fence,
        frozen=bytes(request),
        deadline=from_text(deadline),
    )
    return Doubt(candidate=candidate, send=send)


def frozen(connection: Connection, action_ids: Sequence[int]) -> Mapping[int, bytes]:
    return {action: bytes(body) for action, body in _FROZEN.rows(connection, action_ids) if body is not None}


def next_due(connection: Connection, share: Share, now: datetime) -> datetime | None:
    asked = to_micros(now)
    found = [row[0] for query in (_NEXT_ACTION, _NEXT_WANT) for row in query.rows(connection, share, now=asked)]
    return min((from_micros(micros) for micros in found if micros is not None), default=None)


