"""The inbox as a queue: what is due, and what waits for which record."""

from dataclasses import replace

from syncengine.store.memory.ledger import InputRow, Ledger
from syncengine.vocabulary import InboxState, InputKind


def put_input(ledger: Ledger, row: InputRow) -> None:
    """Write an input's row and keep the indexes over its state."""
    ledger.inputs.put(row.seq, row)
    if row.state is InboxState.DUE:
        ledger.due.put(row.seq, row.kind)
    else:
        ledger.due.drop(row.seq)
    if row.waits_for is None:
        ledger.waiting_inputs.drop(row.seq)
    else:
        ledger.waiting_inputs.put(row.seq, row.waits_for)


def due(ledger: Ledger, limit: int) -> list[InputRow]:
    """Readings first, then in the order they were accepted."""
    order = sorted(ledger.due.items(), key=lambda item: (item[1] is not InputKind.READING, item[0]))
    return [ledger.inputs[seq] for seq, _ in order[:limit]]


def answered(ledger: Ledger, record: tuple[str, str], reading: int) -> None:
    """The record (flow id, id) was read, or need not be any more (`reading` 0): who waited for that is due."""
    ledger.wants.drop(record)
    _wake(ledger, record, InboxState.READING, reading)


def linked(ledger: Ledger, record: tuple[str, str]) -> None:
    """The record (flow id, id) is known now: inputs about it are due."""
    _wake(ledger, record, InboxState.UNLINKED, 0)


def _wake(ledger: Ledger, record: tuple[str, str], state: InboxState, reading: int) -> None:
    waiting = [seq for seq, waits_for in ledger.waiting_inputs.items() if waits_for == record]
    for seq in sorted(waiting):
        row = ledger.inputs[seq]
        if row.state is state:
            put_input(ledger, replace(row, state=InboxState.DUE, waits_for=None, answered_by=reading))
