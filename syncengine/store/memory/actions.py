"""Actions and their lanes: how one is made, moved, held, released and superseded, with the audit entry of each move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syncengine.canonical import decode
from syncengine.model.action import Candidate, Hold, Wait
from syncengine.model.decision import Link
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.memory import queue
from syncengine.store.memory.ledger import ActionRow, HoldRow, Ledger
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import DecidedAction
from syncengine.vocabulary import IN_FLIGHT, REPLACEABLE, ActionState

GAVE_UP_ITS_KEY = (ActionState.SUPERSEDED, ActionState.CANCELLED)
"""States of an action whose key another one may have."""

_OPEN = frozenset((*IN_FLIGHT, *REPLACEABLE))
_TAKEN_UP = (ActionState.READY, ActionState.PREPARED)


def candidate(ledger: Ledger, row: ActionRow) -> Candidate:
    body = ledger.payloads[row.content].body
    assert body is not None, "an action that is not done keeps its content"
    return Candidate(
        id=row.id,
        key=row.key,
        kind=row.kind,
        flow=row.flow,
        state=row.state,
        sequence=row.sequence,
        content=decode(body),
        write_set=row.write_set,
        record_id=row.record,
        fence=row.fence,
    )


def stands(row: ActionRow, seen: Candidate) -> bool:
    """Whether an action is still as somebody saw it."""
    return row.state is seen.state and row.fence == seen.fence


def in_flight(ledger: Ledger, row: ActionRow) -> bool:
    """Whether another action occupies this one's lane."""
    lane = ledger.lanes.get((row.record, row.flow)) or ()
    return any(other != row.id and ledger.actions[other].state in IN_FLIGHT for other in lane)


def insert(t: Transaction, decided: DecidedAction, record: int, replaced_by: int) -> None:
    action = decided.action
    row = ActionRow(
        id=t.ledger.number("action"),
        key=action.key,
        kind=action.kind,
        flow=action.flow,
        record=record,
        sequence=action.sequence,
        write_set=action.write_set,
        cause=action.cause,
        plan=action.plan,
        content=t.keep_json(PayloadKind.CONTENT, action.content, record),
        decided_at=t.now,
        state=decided.state,
        replaced_by=replaced_by,
        moved_by=t.session.id,
        batched=decided.batched,
    )
    put(t.ledger, row)
    t.entries.append(
        audit.action_made(at=t.now, id=row.id, record=record, action=action, to=row.state, replaced_by=replaced_by)
    )
    hold(t, row, decided.holds)
    if row.state is ActionState.SUPERSEDED:
        release(t, row, ActionState.SUPERSEDED.value)


def move(
    t: Transaction,
    row: ActionRow,
    to: ActionState,
    *,
    why: str = "",
    due_at: datetime | None = None,
    replaced_by: int = 0,
    link: Link | None = None,
) -> ActionRow:
    """Move an action, with an audit entry of its own."""
    entry = audit.action_moved(
        at=t.now, id=row.id, record=row.record, from_=row.state, to=to, why=why, replaced_by=replaced_by, link=link
    )
    t.entries.append(entry)
    return moved(t, row, to, why=why, due_at=due_at, replaced_by=replaced_by)


def moved(
    t: Transaction,
    row: ActionRow,
    to: ActionState,
    *,
    why: str = "",
    due_at: datetime | None = None,
    replaced_by: int = 0,
) -> ActionRow:
    """The action in its new state: its fence goes up, and what belonged to the state that it leaves ends with it."""
    after = replace(
        row,
        state=to,
        fence=row.fence + 1,
        why=why,
        due_at=due_at,
        replaced_by=replaced_by,
        moved_by=t.session.id,
    )
    if row.state is ActionState.WAITING:
        t.ledger.waits.drop(row.id)
    if row.state is ActionState.HELD:
        release(t, row, why or to.value)
    put(t.ledger, after)
    return after


def supersede(t: Transaction, lane: tuple[int, str], by: int) -> None:
    """A newer decision replaces every action of its lane of which nothing has left the house."""
    for other in t.ledger.lanes.get(lane) or ():
        row = t.ledger.actions[other]
        if row.state in REPLACEABLE:
            move(t, row, ActionState.SUPERSEDED, replaced_by=by)


def hold(t: Transaction, row: ActionRow, holds: Sequence[Hold]) -> None:
    for one in holds:
        number = t.ledger.number("hold")
        t.ledger.holds.put(number, HoldRow(id=number, action=row.id, record=row.record, flow=row.flow, hold=one))
        t.ledger.open_holds.put(number, None)
        t.ledger.holds_of.put(row.id, (*(t.ledger.holds_of.get(row.id) or ()), number))
        t.entries.append(audit.hold_opened(at=t.now, id=number, record=row.record, action=row.id, hold=one))
        _shown(t.ledger, row, one)


def release(t: Transaction, row: ActionRow, why: str) -> None:
    """End the open holds of an action."""
    for number in t.ledger.holds_of.get(row.id) or ():
        open_hold = t.ledger.holds[number]
        t.ledger.holds.put(number, replace(open_hold, released_at=t.now, released_by=why))
        t.ledger.open_holds.drop(number)
        t.entries.append(audit.hold_released(at=t.now, id=number, record=row.record, action=row.id, why=why))
        _shown(t.ledger, row, open_hold.hold)
    t.ledger.holds_of.drop(row.id)


def _shown(ledger: Ledger, row: ActionRow, moved: Hold) -> None:
    """Whoever may show a hold that begins or ends is judged again."""
    about = ledger.by_entity.get(moved.about)
    for record in (row.record, *((about,) if about else ())):
        queue.recheck(ledger, record)


def missing(ledger: Ledger, waits: Sequence[Wait]) -> tuple[Wait, ...]:
    """Those that have not been linked meanwhile."""
    return tuple(w for w in waits if translated(ledger, w.flow, w.id, w.target) is None)


def linked(t: Transaction) -> None:
    """A link was made: actions that waited for nothing else are READY."""
    for number in sorted(t.ledger.waits):
        left = missing(t.ledger, t.ledger.waits[number])
        if left:
            t.ledger.waits.put(number, left)
        else:
            move(t, t.ledger.actions[number], ActionState.READY, why="linked")


def translated(ledger: Ledger, flow: str, id_: str, target: str) -> str | None:
    """The id that a record of theirs has in the target flow; None while one of the two is not linked."""
    link = ledger.links.get((flow, id_))
    return None if link is None else ledger.links_of.get((link.record, target))


def put(ledger: Ledger, row: ActionRow) -> None:
    """Write an action's row, and keep the indexes over its state. One key names one action that counts, and one action
    occupies a lane: anything else is a bug of ours.
    """
    _keep_key(ledger, row)
    assert row.state not in IN_FLIGHT or not in_flight(ledger, row), f"the lane of action {row.id} is busy"
    ledger.actions.put(row.id, row)
    lane = (row.record, row.flow)
    others = tuple(i for i in ledger.lanes.get(lane) or () if i != row.id)
    ledger.lanes.put(lane, (*others, row.id) if row.state in _OPEN else others)
    if row.state in _TAKEN_UP:
        ledger.ready.put(row.id, None)
    else:
        ledger.ready.drop(row.id)


def _keep_key(ledger: Ledger, row: ActionRow) -> None:
    holder = ledger.keys.get(row.key)
    if row.state not in GAVE_UP_ITS_KEY:
        assert holder in (None, row.id), f"action {holder} has the key {row.key}"
        ledger.keys.put(row.key, row.id)
    elif holder == row.id:
        ledger.keys.drop(row.key)
