"""The inbox as a queue: what is due, and what waits for which record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syncengine.model.event import InboxRow
from syncengine.store.memory.ledger import InputRow, Ledger
from syncengine.store.protocol import Recheck, Want
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


def due(ledger: Ledger, limit: int) -> list[InboxRow]:
    """Readings first, then in the order they were accepted."""
    order = sorted(ledger.due.items(), key=lambda item: (item[1] is not InputKind.READING, item[0]))
    return [_shown(ledger, ledger.inputs[seq]) for seq, _ in order[:limit]]


def recheck(ledger: Ledger, record: int) -> None:
    """Have a record judged again, whether or not it is to be already."""
    ledger.rechecks.put(record, ledger.number("recheck"))


def due_rechecks(ledger: Ledger, limit: int) -> list[Recheck]:
    asked = sorted(ledger.rechecks.items())[:limit]
    return [Recheck(record=ledger.records[record], number=number) for record, number in asked]


def rechecked(ledger: Ledger, done: Sequence[Recheck]) -> None:
    for one in done:
        if ledger.rechecks.get(one.record.id) == one.number:
            ledger.rechecks.drop(one.record.id)


def _shown(ledger: Ledger, row: InputRow) -> InboxRow:
    body = ledger.payloads[row.payload].body
    assert body is not None, "an input that is due keeps its body"
    return InboxRow(
        seq=row.seq,
        kind=row.kind,
        system=row.system,
        event_id=row.event_id,
        type=row.type,
        at=row.at,
        trust=row.trust,
        body=body,
        trouble=row.trouble,
    )


def answered(ledger: Ledger, record: tuple[str, str], reading: int) -> None:
    """The record (flow id, id) was read, or need not be any more (`reading` 0): who waited for that is due."""
    ledger.wants.drop(record)
    _wake(ledger, record, InboxState.READING, reading)


def wanted(ledger: Ledger, now: datetime, limit: int) -> list[Want]:
    due = sorted((w.due_at, w.flow, w.id) for w in ledger.wants.values() if w.due_at <= now)
    rows = (ledger.wants[flow, id_] for _, flow, id_ in due[:limit])
    return [Want(flow=row.flow, id=row.id, why=row.why, tries=row.tries) for row in rows]


def defer(ledger: Ledger, wants: Sequence[Want], due_at: datetime, why: str) -> None:
    for want in wants:
        row = ledger.wants.get((want.flow, want.id))
        if row is not None:
            ledger.wants.put((want.flow, want.id), replace(row, tries=row.tries + 1, due_at=due_at, why=why))


def linked(ledger: Ledger, record: tuple[str, str]) -> None:
    """The record (flow id, id) is known now: inputs about it are due."""
    _wake(ledger, record, InboxState.UNLINKED, 0)


def _wake(ledger: Ledger, record: tuple[str, str], state: InboxState, reading: int) -> None:
    waiting = [seq for seq, waits_for in ledger.waiting_inputs.items() if waits_for == record]
    for seq in sorted(waiting):
        row = ledger.inputs[seq]
        if row.state is state:
            put_input(ledger, replace(row, state=InboxState.DUE, waits_for=None, answered_by=reading))
