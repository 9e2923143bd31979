"""Failed attempts, counted per message, and the dead letters among them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncengine.model.letter import Failures, Letter, Message
from syncengine.model.record import Record
from syncengine.store.memory.ledger import ActionRow, FailureRow, Ledger
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import Settlement
from syncengine.vocabulary import REPLACEABLE, ActionState, Fate


def of_actions(ledger: Ledger, action_ids: Sequence[int]) -> dict[int, Failures]:
    """Those of these actions that have failed."""
    rows = {number: ledger.failures.get((Message.ACTION, number)) for number in action_ids}
    return {number: row.failures for number, row in rows.items() if row is not None}


def settled(t: Transaction, settlement: Settlement) -> None:
    """What the outcome of an attempt says of its message."""
    if not (settlement.failed or settlement.suspect):
        return
    before = _of(t.ledger, Message.ACTION, settlement.send.action)
    found = Failures(receives=before.receives + int(settlement.failed), alone=settlement.suspect)
    row = FailureRow(failures=found, at=t.now, error=settlement.outcome.detail)
    t.ledger.failures.put((Message.ACTION, settlement.send.action), row)


def died(t: Transaction, message: Message, number: int, error: str) -> None:
    """A message that cannot even be tried."""
    receives = _of(t.ledger, message, number).receives + 1
    row = FailureRow(failures=Failures(receives=receives), at=t.now, error=error)
    t.ledger.failures.put((message, number), row)


def _of(ledger: Ledger, message: Message, number: int) -> Failures:
    row = ledger.failures.get((message, number))
    return Failures() if row is None else row.failures


def dead_letters(ledger: Ledger, limit: int) -> Sequence[Letter]:
    return sorted(_letters(ledger), key=lambda one: (one.since, one.message, one.number))[:limit]


def named(ledger: Ledger, text: str) -> Sequence[Letter]:
    return [letter for letter in _letters(ledger) if text in (letter.id, letter.name)]


def counts(ledger: Ledger) -> Mapping[Message, int]:
    """How many dead letters there are of each kind."""
    letters = [letter.message for letter in _letters(ledger)]
    return {message: n for message in Message if (n := letters.count(message))}


def _letters(ledger: Ledger) -> Iterator[Letter]:
    for (message, number), row in ledger.failures.items():
        if message is Message.INPUT:
            if ledger.inputs[number].fate is Fate.FAILED:
                yield _input(ledger, number, row)
        elif ledger.actions[number].state is ActionState.DEAD_LETTERED:
            yield _action(ledger, ledger.actions[number], row)


def _input(ledger: Ledger, number: int, row: FailureRow) -> Letter:
    found = ledger.inputs[number]
    return Letter(
        message=Message.INPUT, number=number, name=found.event_id, what=found.type, since=row.at,
        receives=row.failures.receives, error=row.error, system=found.system,
        **_about(ledger.records.get(found.record)),
    )  # fmt: skip


def _action(ledger: Ledger, action: ActionRow, row: FailureRow) -> Letter:
    lane = ledger.lanes.get((action.record, action.flow)) or ()
    waiting = [
        other
        for other, waits in ledger.waits.items()
        if any(w.target == action.flow and _leads_to(ledger, w.flow, w.id, action.record) for w in waits)
    ]
    return Letter(
        message=Message.ACTION, number=action.id, name=action.key, what=action.kind.value, since=row.at,
        receives=row.failures.receives, error=row.error, flow=action.flow,
        behind=sum(1 for other in lane if ledger.actions[other].state in REPLACEABLE), waiting=len(waiting),
        **_about(ledger.records[action.record]),
    )  # fmt: skip


def _leads_to(ledger: Ledger, flow: str, id_: str, record: int) -> bool:
    link = ledger.links.get((flow, id_))
    return link is not None and link.record == record


def _about(record: Record | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {"record": record.id, "object": record.object, "entity": record.entity, "birth": record.birth[1]}
