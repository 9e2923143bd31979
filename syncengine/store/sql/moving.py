"""Moves without an attempt: an action waits, is held or cancelled, turns out to be nothing, or is ready again."""

from collections.abc import Collection, Sequence
from typing import Any

from syncengine.model.letter import Message
from syncengine.model.record import replace
from syncengine.store.protocol import Move
from syncengine.store.sql import actions, failures, holds, links, records, waits
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState


def move_all(unit: Unit, moves: Sequence[Move]) -> Sequence[int]:
    """The actions that had moved meanwhile, or whose record had: left untouched."""
    standing = actions.standing(unit.connection, [m.candidate.id for m in moves])
    revisions = records.revisions(unit.connection, [m.record.id for m in moves if m.record is not None])
    left: list[int] = []
    done: list[Move] = []
    for move in moves:
        row = standing[move.candidate.id]
        stands = row.state == move.candidate.state and row.fence == move.candidate.fence
        if stands and (move.record is None or revisions.get(move.record.id) == move.record.revision):
            if move.record is not None:
                revisions[move.record.id] += 1
            done.append(move)
        else:
            left.append(move.candidate.id)
    named = ((w.flow, w.id, w.target) for m in done if m.to is ActionState.WAITING for w in m.waits)
    known = links.translate(unit.connection, named)
    asked = [_waits(m, known) if m.to is ActionState.WAITING else m for m in done]
    _carry_out(unit, [m for m in asked if m.to != m.candidate.state], standing)
    return left


def _waits(move: Move, known: Collection[tuple[str, str, str]]) -> Move:
    """What has been linked since it was looked at is not waited for; with nothing left, the action is ready."""
    missing = tuple(w for w in move.waits if (w.flow, w.id, w.target) not in known)
    return replace(move, waits=missing, to=ActionState.WAITING if missing else ActionState.READY)


def _carry_out(unit: Unit, moves: Sequence[Move], standing: dict[int, Any]) -> None:
    records.save(unit, [m.record for m in moves if m.record is not None])
    records.recheck(unit, [standing[m.candidate.id].record_id for m in moves if m.recheck])
    wanted = [(standing[m.candidate.id].record_id, m.link) for m in moves if m.link is not None]
    made = links.make(unit, wanted, take_over=True)  # the target itself says whose record it is now
    new = set(made)
    steps = [
        actions.Step(
            row=(row := standing[m.candidate.id]),
            to=m.to,
            why=m.why,
            link=m.link if m.link is not None and (row.record_id, m.link) in new else None,
        )
        for m in moves
    ]
    actions.move(unit, steps)
    waits.begin(unit, {m.candidate.id: m.waits for m in moves if m.to is ActionState.WAITING})
    dead = {m.candidate.id: m.why for m in moves if m.to is ActionState.DEAD_LETTERED}
    failures.died(unit, Message.ACTION, dead)
    opened = [(s.row.id, s.row.record_id, s.row.flow, h) for s, m in zip(steps, moves, strict=True) for h in m.holds]
    holds.begin(unit, opened)
    links.set_free(unit, made)
