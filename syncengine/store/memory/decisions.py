"""Committing what one decide claim judged: check first that nothing it rests on moved, then write all of it."""

from collections.abc import Iterable
from dataclasses import replace

from syncengine.errors import FenceLostError
from syncengine.model.decision import Conflict, Link, ReviewItem
from syncengine.model.letter import Message
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.memory import actions, failures, matching, queue, records
from syncengine.store.memory.ledger import ConflictRow, Ledger, ReviewRow, TallyRow, WantRow
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import DecisionBatch, InputMark
from syncengine.vocabulary import ActionState, Fate, InboxState


def commit(t: Transaction, batch: DecisionBatch) -> None:
    _check(t.ledger, batch)
    queue.rechecked(t.ledger, batch.rechecked)  # first: what the batch makes due again stays due
    for record in batch.records:
        records.put(t.ledger, record)
    made = _link(t, batch.links)
    _mark(t, batch.marks)
    records.release_waits(t, made)
    if batch.matches:
        matching.commit(t, batch, made)
    _act(t, batch)
    _keep_open_questions(t, batch)
    for record_read in batch.answers:
        queue.answered(t.ledger, record_read, 0)
    _recheck(t.ledger, batch)
    _summarise(t, batch)


def _check(ledger: Ledger, batch: DecisionBatch) -> None:
    """Raises FenceLostError when something that the batch rests on moved since it was loaded."""
    for record in batch.records:
        if record.id == 0:
            if record.entity in ledger.by_entity:
                raise FenceLostError(f"{record.object} {record.entity} was made meanwhile")
        else:
            records.check_revision(ledger, record.id, record.revision)
    for number, revision in batch.reads:
        records.check_revision(ledger, number, revision)
    matching.check(ledger, batch)
    for mark in batch.marks:
        if ledger.inputs[mark.seq].state is not InboxState.DUE:
            raise FenceLostError(f"input {mark.seq} was judged meanwhile")


def _link(t: Transaction, wanted: Iterable[tuple[str, Link]]) -> list[Link]:
    made = []
    for entity, link in wanted:
        record = t.ledger.by_entity[entity]
        if records.link(t, record, link):
            t.entries.append(audit.linked(at=t.now, record=record, link=link))
            made.append(link)
    return made


def _mark(t: Transaction, marks: Iterable[InputMark]) -> None:
    for mark in marks:
        row = t.ledger.inputs[mark.seq]
        marked = replace(
            row,
            state=mark.state,
            fate=mark.fate,
            why=mark.why,
            record=t.ledger.by_entity.get(mark.entity) or 0,
            waits_for=mark.waits_for,
            judged_by=t.session.id,
        )
        known = mark.state is InboxState.UNLINKED and mark.waits_for is not None and mark.waits_for in t.ledger.links
        if known:
            marked = replace(marked, state=InboxState.DUE, waits_for=None, answered_by=0)
        queue.put_input(t.ledger, marked)
        if mark.fate is Fate.FAILED:
            failures.died(t, Message.INPUT, mark.seq, mark.why)


def _act(t: Transaction, batch: DecisionBatch) -> None:
    """In each lane the last action supersedes all before it, of the ledger and of the batch."""
    for lane, why in {(t.ledger.by_entity[entity], flow): why for entity, flow, why in batch.released}.items():
        for number in t.ledger.lanes.get(lane) or ():
            actions.release(t, t.ledger.actions[number], why)
    lanes = [(t.ledger.by_entity[d.action.entity], d.action.flow) for d in batch.actions]
    first = (t.ledger.last.get("action") or 0) + 1
    newest = {lane: number for number, lane in enumerate(lanes, first)}
    for lane, by in newest.items():
        actions.supersede(t, lane, by)
    for number, (decided, lane) in enumerate(zip(batch.actions, lanes, strict=True), first):
        overtaken = decided.state is ActionState.SUPERSEDED and newest[lane] != number
        actions.insert(t, decided, lane[0], newest[lane] if overtaken else 0)


def _keep_open_questions(t: Transaction, batch: DecisionBatch) -> None:
    for entity, conflict in batch.conflicts:
        _conflict(t, t.ledger.by_entity[entity], conflict)
    for entity, input_, item in batch.reviews:
        review(t, t.ledger.by_entity.get(entity) or 0, input_, item)
    for flow, id_, why in batch.wants:
        _want(t, flow, id_, why)
    for entity, outcome in batch.sandbox:
        record = t.ledger.by_entity[entity]
        shown = t.keep_json(PayloadKind.SANDBOX, outcome.sandbox, record)
        t.ledger.sandbox.put((record, outcome.flow), shown)


def _conflict(t: Transaction, record: int, conflict: Conflict) -> None:
    number = t.ledger.number("conflict")
    row = ConflictRow(
        id=number,
        session=t.session.id,
        record=record,
        conflict=conflict,
        winner=t.keep_json(PayloadKind.WINNER, conflict.winner, record),
        loser=t.keep_json(PayloadKind.LOSER, conflict.loser, record),
        at=t.now,
    )
    t.ledger.conflicts.put(number, row)


def review(t: Transaction, record: int, input_: int, item: ReviewItem) -> None:
    """A question for people."""
    number = t.ledger.number("review")
    payload = 0 if item.value is None else t.keep_json(PayloadKind.REVIEW, item.value, record)
    row = ReviewRow(id=number, session=t.session.id, record=record, input=input_, item=item, payload=payload, at=t.now)
    t.ledger.reviews.put(number, row)
    t.entries.append(audit.review_opened(at=t.now, id=number, record=record, input=input_, item=item))


def _want(t: Transaction, flow: str, id_: str, why: str) -> None:
    """One reading per record is awaited, however many inputs need it."""
    if (flow, id_) not in t.ledger.wants:
        t.ledger.wants.put((flow, id_), WantRow(flow=flow, id=id_, why=why, due_at=t.now))


def _recheck(ledger: Ledger, batch: DecisionBatch) -> None:
    touched = set(batch.touched)
    for number in ledger.open_holds if touched else ():
        row = ledger.holds[number]
        if row.hold.about in touched:
            queue.recheck(ledger, row.record)


def _summarise(t: Transaction, batch: DecisionBatch) -> None:
    acted = {decided.action.cause for decided in batch.actions}
    entry = audit.decided(
        at=t.now,
        fates=[mark.fate for mark in batch.marks],
        flows=batch.tally,
        conflicts=len(batch.conflicts),
        wants=len(batch.wants),
        quiet=[mark.seq for mark in batch.marks if mark.seq not in acted],
    )
    t.entries.append(entry)
    number = t.ledger.number("tally")
    t.ledger.tallies.put(number, TallyRow(id=number, session=t.session.id, counts=dict(batch.tally)))
