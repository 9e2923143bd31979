"""Actions and their lanes: how they come into existence and move, each with its audit entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, select, update

from syncengine.model.action import Hold
from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.protocol import DecidedAction
from syncengine.store.schema.work import actions, in_flight, replaceable
from syncengine.store.sql import holds, waits
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState

Lane = tuple[int, str]
"""(record number, flow id)."""

_COLUMNS: Final = (
    actions.c.id, actions.c.record_id, actions.c.flow, actions.c.state, actions.c.fence, actions.c.request_id,
    actions.c.session_id,
)  # fmt: skip
_BY_ID: Final = Many(lambda keys: select(*_COLUMNS).where(actions.c.id.in_(keys)))
_REPLACEABLE: Final = Many(
    lambda keys: select(*_COLUMNS).where(
        replaceable(actions), actions.c.flow == bindparam("of_flow"), actions.c.record_id.in_(keys)
    ),
    "of_flow",
)
_IN_FLIGHT: Final = Many(
    lambda keys: select(*_COLUMNS).where(
        in_flight(actions), actions.c.flow == bindparam("of_flow"), actions.c.record_id.in_(keys)
    ),
    "of_flow",
)
_INSERT: Final = insert(actions)
_MOVE: Final = Bulk(
    update(actions)
    .where(actions.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        why=bindparam("new_why"),
        fence=actions.c.fence + literal_column("1"),
        replaced_by=bindparam("by"),
        due_at=bindparam("due"),
    ),
    "new_state", "new_why", "by", "due", "row",
)  # fmt: skip
_RETIRE: Final = Bulk(update(actions).where(actions.c.id == bindparam("row")).values(retired=actions.c.id), "row")
_TOUCH: Final = Bulk(
    update(actions).where(actions.c.id == bindparam("row")).values(session_id=bindparam("session")), "session", "row"
)
_RETIRED: Final = frozenset({ActionState.SUPERSEDED, ActionState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action's move; `row` is how it stands."""

    row: Any
    to: ActionState
    why: str = ""
    replaced_by: int = 0
    link: Link | None = None


def standing(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    """id, record_id, flow, state, fence and request_id of each action."""
    return {row.id: row for row in _BY_ID.rows(connection, ids)}


def lanes_in_flight(connection: Connection, lanes: Iterable[Lane]) -> dict[Lane, int]:
    """The action that occupies each of these lanes; a free one is missing."""
    return {(row.record_id, row.flow): row.id for row in _of_lanes(connection, _IN_FLIGHT, lanes)}


def _of_lanes(connection: Connection, question: Many, lanes: Iterable[Lane]) -> Iterable[Any]:
    by_flow: dict[str, dict[int, None]] = {}
    for record, flow in lanes:
        by_flow.setdefault(flow, {})[record] = None
    for flow, record_ids in by_flow.items():
        yield from {row.id: row for row in question.rows(connection, list(record_ids), flow)}.values()


def move(unit: Unit, steps: Sequence[Step]) -> None:
    """Moves without an attempt, with an entry each. What belongs to the state that an action leaves ends with it."""
    for step in steps:
        entry = audit.action_moved(
            at=unit.now,
            id=step.row.id,
            record=step.row.record_id,
            from_=ActionState(step.row.state),
            to=step.to,
            why=step.why,
            replaced_by=step.replaced_by,
            link=step.link,
        )
        unit.note(entry)
    leave(unit, steps)
    put(unit, [(s.to, s.why, s.replaced_by, 0, s.row.id) for s in steps])
    touch(unit, [(s.row.id, s.row.session_id) for s in steps])


def leave(unit: Unit, steps: Sequence[Step]) -> None:
    waits.drop(unit, [s.row.id for s in steps if s.row.state == ActionState.WAITING])
    held = {s.row.id: s.why or s.to.value for s in steps if s.row.state == ActionState.HELD}
    if held:
        holds.end_of_actions(unit, held)


def put(unit: Unit, rows: Sequence[tuple[ActionState, str, int, int, int]]) -> None:
    """Where actions stand: (state, why, replaced by, due at, action). The fence of each goes up."""
    _MOVE.run(unit.connection, [(state.value, *said) for state, *said in rows])
    _RETIRE.run(unit.connection, [(row[-1],) for row in rows if row[0] in _RETIRED])


def touch(unit: Unit, moved: Iterable[tuple[int, int]]) -> None:
    """(action, session that moved it last): ours from now on. Apart from `put`, since it costs an index."""
    session = unit.session.id
    _TOUCH.run(unit.connection, [(session, action) for action, last in moved if last != session])


def decide(unit: Unit, decided: Sequence[DecidedAction], numbers: Mapping[str, int], known: set[int]) -> None:
    """The actions of a batch. In each lane the last one supersedes all before it, of the ledger (where the record is
    one of the `known`) and of the batch.
    """
    if not decided:
        return
    first = unit.take(actions.c.id, len(decided))
    lanes = [(numbers[d.action.entity], d.action.flow) for d in decided]
    newest = {lane: number for number, lane in enumerate(lanes, first)}
    _supersede(unit, newest, known)
    rows = []
    held: list[tuple[int, int, str, Hold]] = []
    for number, one, lane in zip(range(first, first + len(decided)), decided, lanes, strict=True):
        by = newest[lane] if one.state is ActionState.SUPERSEDED and newest[lane] != number else 0
        rows.append(_row(unit, number, one, lane[0], by))
        held.extend((number, *lane, hold) for hold in one.holds)
    _INSERT.run(unit.connection, rows)
    if held:
        holds.begin(unit, held)
        gone = [n for n, d in enumerate(decided, first) if d.holds and d.state is ActionState.SUPERSEDED]
        holds.end_of_actions(unit, dict.fromkeys(gone, ActionState.SUPERSEDED.value))


def _row(unit: Unit, number: int, decided: DecidedAction, record: int, replaced_by: int) -> tuple[Any, ...]:
    action = decided.action
    content = unit.keep_json(PayloadKind.CONTENT, action.content, record)
    entry = audit.action_made(
        at=unit.now, id=number, record=record, action=action, to=decided.state, replaced_by=replaced_by
    )
    unit.note(entry)
    return (
        number, action.key, record, action.flow, action.kind.value, action.sequence, action.write_set, action.cause,
        action.plan, content, unit.at, decided.state.value, "", 0, 0, replaced_by, 0, int(decided.batched),
        unit.session.id, number if decided.state in _RETIRED else 0,
    )  # fmt: skip


def _supersede(unit: Unit, newest: Mapping[Lane, int], known: set[int]) -> None:
    rows = _of_lanes(unit.connection, _REPLACEABLE, (lane for lane in newest if lane[0] in known))
    steps = [
        Step(row=row, to=ActionState.SUPERSEDED, replaced_by=newest[row.record_id, row.flow]) for row in list(rows)
    ]
    move(unit, steps)
