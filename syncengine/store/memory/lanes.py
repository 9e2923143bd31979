"""What delivery may take up: due actions of free lanes, and attempts in doubt."""

from collections.abc import Collection, Sequence
from datetime import datetime

from syncengine.store.memory import actions, attempts
from syncengine.store.memory.ledger import ActionRow, Ledger
from syncengine.store.protocol import Doubt
from syncengine.vocabulary import ActionState


def candidates(
    ledger: Ledger, flows: Sequence[str], now: datetime, limit: int, closed: Collection[str]
) -> list[ActionRow]:
    """Oldest first. What is due and whose lane is free."""
    found: list[ActionRow] = []
    wanted = frozenset(flows)
    for number in sorted(ledger.ready):
        row = ledger.actions[number]
        waits = row.batched and row.state is ActionState.READY and row.flow in closed
        if row.flow in wanted and not waits and _is_due(row.due_at, now) and not actions.in_flight(ledger, row):
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
            found.append(Doubt(candidate=actions.candidate(ledger, row), send=attempts.send(ledger, attempt)))
    return found


def frozen(ledger: Ledger, action_ids: Sequence[int]) -> dict[int, bytes]:
    numbers = {action: row.frozen for action in action_ids if (row := ledger.actions.get(action)) and row.frozen}
    bodies = {action: ledger.payloads[number].body for action, number in numbers.items()}
    return {action: body for action, body in bodies.items() if body is not None}


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is None or due_at <= now
