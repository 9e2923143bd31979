"""Moves without an attempt: an action waits, is held or cancelled, turns out to be nothing, or is ready again."""

from collections.abc import Sequence

from syncengine.model.action import Wait
from syncengine.model.letter import Message
from syncengine.store.memory import actions, failures, queue, records
from syncengine.store.memory.ledger import ActionRow
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import Move
from syncengine.vocabulary import ActionState


def move_all(t: Transaction, moves: Sequence[Move]) -> list[int]:
    return [move.candidate.id for move in moves if not _move(t, move)]


def _move(t: Transaction, move: Move) -> bool:
    row = t.ledger.actions[move.candidate.id]
    if not actions.stands(row, move.candidate) or not records.is_unmoved(t.ledger, move.record):
        return False
    waits = actions.missing(t.ledger, move.waits)
    to = ActionState.READY if move.to is ActionState.WAITING and not waits else move.to
    if to is not row.state:
        _carry_out(t, move, row, to, waits)
    return True


def _carry_out(t: Transaction, move: Move, row: ActionRow, to: ActionState, waits: tuple[Wait, ...]) -> None:
    if move.record is not None:
        records.put(t.ledger, move.record)
    if move.recheck:
        queue.recheck(t.ledger, row.record)
    new = move.link is not None and records.link(t, row.record, move.link, take_over=True)
    link = move.link if new else None
    actions.move(t, row, to, why=move.why, link=link)
    if to is ActionState.DEAD_LETTERED:
        failures.died(t, Message.ACTION, row.id, move.why)
    actions.hold(t, row, move.holds)
    if to is ActionState.WAITING:
        t.ledger.waits.put(row.id, waits)
    if link is not None:
        records.release_waits(t, [link])
