"""Taking in: deliveries, repeats of known ones, lines that are none, and how far a file or a scan has come."""

from collections.abc import Sequence
from dataclasses import replace

from syncengine.canonical import digest
from syncengine.model.decision import ReviewItem
from syncengine.model.event import Accepted, Refused
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.memory import erasing, subjects
from syncengine.store.memory.decisions import review
from syncengine.store.memory.ledger import InputRow, RefusedRow, RepeatRow
from syncengine.store.memory.queue import answered, put_input
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import IntakeGroup, IntakeReceipt
from syncengine.store.subject import FORGOTTEN
from syncengine.vocabulary import InboxState, InputKind

_ODD = ReviewItem(flow="", field="", why="an event id came again with another body")


def accept(t: Transaction, group: IntakeGroup) -> IntakeReceipt:
    ledger = t.ledger
    new: list[int] = []
    readings: list[int] = []
    repeated: list[bool] = []
    kept, gone = subjects.sift(ledger, group.accepted)
    if late := subjects.hanging_on(ledger, gone):
        erasing.forget_inputs(t, dict.fromkeys(late, ()))
    for accepted in kept:
        seq = ledger.by_event.get((accepted.delivery.system, accepted.envelope.event_id))
        if seq is None:
            seq = _take(t, accepted)
            new.append(seq)
        else:
            repeated.append(_repeat(t, seq, accepted))
        if accepted.reading:
            readings.append(seq)
    for refused in group.refused:
        _refuse(t, refused)
    if group.progress is not None:
        ledger.files.put((group.progress.system, group.progress.path), group.progress)
    if group.cursor is not None:
        flow, cursor, at = group.cursor
        ledger.cursors.put(flow, (cursor, at))
    _answer(t, group.answers, readings)
    receipt = IntakeReceipt(
        new=len(new),
        duplicates=repeated.count(True),
        collisions=repeated.count(False),
        refused=len(group.refused),
    )
    if group.accepted or group.refused or group.progress is not None:
        _note(t, group, receipt, new)
    return receipt


def _note(t: Transaction, group: IntakeGroup, receipt: IntakeReceipt, new: Sequence[int]) -> None:
    entry = audit.accepted(
        at=t.now,
        first=new[0] if new else 0,
        new=receipt.new,
        readings=sum(1 for seq in new if t.ledger.inputs[seq].kind is InputKind.READING),
        duplicates=receipt.duplicates,
        collisions=receipt.collisions,
        refused=receipt.refused,
        file=group.progress.digest if group.progress else b"",
    )
    t.entries.append(entry)


def _take(t: Transaction, accepted: Accepted) -> int:
    delivery, envelope = accepted.delivery, accepted.envelope
    seq = t.ledger.number("input")
    row = InputRow(
        seq=seq,
        kind=InputKind.READING if accepted.reading else InputKind.DELIVERY,
        system=delivery.system,
        event_id=envelope.event_id,
        type=envelope.type,
        at=envelope.at,
        received_at=delivery.received_at,
        trust=delivery.trust,
        payload=t.keep(PayloadKind.RAW, delivery.body) if delivery.body else 0,
        digest=digest(delivery.body) if delivery.body else b"",
        file=delivery.file,
        line=delivery.line,
        trouble=accepted.trouble,
        state=InboxState.DUE if delivery.body else InboxState.DONE,
        why="" if delivery.body else FORGOTTEN,
    )
    put_input(t.ledger, row)
    subjects.name(t.ledger, seq, accepted)
    t.ledger.by_event.put((row.system, row.event_id), seq)
    return seq


def _repeat(t: Transaction, seq: int, accepted: Accepted) -> bool:
    """Record that a known delivery came again; False when its body is another one, which is kept as well. A reading is
    named by what it shows: only the moment of the look may differ.
    """
    known = t.ledger.inputs[seq]
    body = accepted.delivery.body
    same = accepted.reading or not (body and known.digest) or digest(body) == known.digest
    number = t.ledger.number("repeat")
    payload = 0 if same else t.keep(PayloadKind.COLLISION, accepted.delivery.body)
    t.ledger.repeats.put(
        number,
        RepeatRow(
            id=number,
            session=t.session.id,
            input=seq,
            payload=payload,
            received_at=accepted.delivery.received_at,
        ),
    )
    t.ledger.inputs.put(seq, replace(known, repeats=known.repeats + 1))
    if not same:
        subjects.name(t.ledger, seq, accepted)
        review(t, known.record, seq, _ODD)
    return same


def _refuse(t: Transaction, refused: Refused) -> None:
    number = t.ledger.number("refused")
    t.ledger.refused.put(
        number,
        RefusedRow(
            id=number,
            session=t.session.id,
            system=refused.system,
            payload=0 if subjects.names_erased(t.ledger, refused) else t.keep(PayloadKind.REFUSED, refused.body),
            reason=refused.reason,
            file=refused.file,
            line=refused.line,
            received_at=refused.received_at,
        ),
    )


def _answer(t: Transaction, answers: Sequence[tuple[str, str]], readings: Sequence[int]) -> None:
    """Readings stand in the group in the order of the answers that they are."""
    for place, record in enumerate(answers):
        answered(t.ledger, record, readings[place] if place < len(readings) else 0)
