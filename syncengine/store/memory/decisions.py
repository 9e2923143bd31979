"""Committing what one decide claim judged: check first that nothing it rests on moved, then write all of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from syncengine.canonical import decode
from syncengine.errors import FenceLostError
from syncengine.model.decision import Conflict, Link, ReviewItem
from syncengine.model.payload import PayloadKind
from syncengine.model.record import Record, from_json, to_json
from syncengine.store import audit
from syncengine.store.document import to_bytes
from syncengine.store.memory import actions, queue
from syncengine.store.memory.ledger import ConflictRow, Ledger, LinkRow, ReviewRow, TallyRow, WantRow
from syncengine.store.memory.transaction import Transaction
from syncengine.store.protocol import DecidedAction, DecisionBatch, InputMark
from syncengine.vocabulary import ActionState, InboxState


def commit(t: Transaction, batch: DecisionBatch) -> None:
    _check(t.ledger, batch)
    for record in batch.records:
        put_record(t.ledger, record)
    for entity, link in batch.links:
        if make_link(t, t.ledger.by_entity[entity], link):
            t.entries.append(audit.linked(at=t.now, record=t.ledger.by_entity[entity], link=link))
    for record_read in batch.answers:
        queue.answered(t.ledger, record_read, 0)
    _mark(t, batch.marks)
    _act(t, batch)
    _keep_open_questions(t, batch)
    _recheck(t.ledger, batch)
    release_waits(t, [link for _, link in batch.links])
    _summarise(t, batch)


def _check(ledger: Ledger, batch: DecisionBatch) -> None:
    """Raises FenceLostError when something that the batch rests on moved since it was loaded."""
    for record in batch.records:
        if record.id == 0:
            if record.entity in ledger.by_entity:
                raise FenceLostError(f"{record.object} {record.entity} was made meanwhile")
        else:
            check_revision(ledger, record.id, record.revision)
    for number, revision in batch.reads:
        check_revision(ledger, number, revision)
    for mark in batch.marks:
        if ledger.inputs[mark.seq].state is not InboxState.DUE:
            raise FenceLostError(f"input {mark.seq} was judged meanwhile")


def check_revision(ledger: Ledger, record: int, revision: int) -> None:
    if ledger.records[record].revision != revision:
        raise FenceLostError(f"record {record} moved meanwhile")


def put_record(ledger: Ledger, record: Record) -> Record:
    """Store a record's new state as its next revision; a new one gets its number."""
    number = record.id or ledger.number("record")
    stored = from_json(
        object=record.object,
        entity=record.entity,
        id=number,
        revision=record.revision + 1,
        document=decode(to_bytes(to_json(record))),  # what comes out is what any other store gives back
    )
    ledger.records.put(number, stored)
    ledger.by_entity.put(record.entity, number)
    return stored


def make_link(t: Transaction, record: int, link: Link) -> bool:
    """Their record is this one from now on; False when it was already. Raises FenceLostError when it is another's."""
    known = t.ledger.links.get((link.flow, link.id))
    if known is not None:
        if known.record != record:
            raise FenceLostError(f"{link.flow} {link.id} was linked to another record meanwhile")
        return False
    t.ledger.links.put((link.flow, link.id), LinkRow(flow=link.flow, id=link.id, record=record, since=t.now))
    t.ledger.links_of.put((record, link.flow), link.id)
    return True


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
        known = mark.state is InboxState.UNLINKED and mark.waits_for in t.ledger.links
        queue.put_input(t.ledger, replace(marked, state=InboxState.DUE, waits_for=None) if known else marked)


def _act(t: Transaction, batch: DecisionBatch) -> None:
    """Actions stand in the order of their decisions: each replaces what its lane still has to offer, and one that the
    batch itself overtook is superseded by the next of its lane.
    """
    lanes = {(t.ledger.by_entity[entity], flow): why for entity, flow, why in batch.released}
    for lane, why in lanes.items():
        _release(t, lane, why)
    for decided, replaced_by in zip(batch.actions, _successors(t.ledger, batch.actions), strict=True):
        lane = (t.ledger.by_entity[decided.action.entity], decided.action.flow)
        row = actions.insert(t, decided, lane[0], replaced_by)
        actions.supersede(t, lane, row.id)
    for lane, why in lanes.items():
        _cancel_released(t, lane, why)


def _successors(ledger: Ledger, decided: Sequence[DecidedAction]) -> list[int]:
    """For each action the number that the next one of its lane will get, 0 for the last (and for all that stand)."""
    following: dict[tuple[str, str], int] = {}
    successors: list[int] = []
    number = (ledger.last.get("action") or 0) + len(decided)
    for one in reversed(decided):
        lane = (one.action.entity, one.action.flow)
        successors.append(following.get(lane, 0) if one.state is ActionState.SUPERSEDED else 0)
        following[lane] = number
        number -= 1
    return successors[::-1]


def _release(t: Transaction, lane: tuple[int, str], why: str) -> None:
    for number in t.ledger.lanes.get(lane) or ():
        row = t.ledger.actions[number]
        if row.state is ActionState.HELD:
            actions.release(t, row, why)


def _cancel_released(t: Transaction, lane: tuple[int, str], why: str) -> None:
    """A held action whose holds have ended, and that nothing replaced, has nothing left to do."""
    for number in t.ledger.lanes.get(lane) or ():
        row = t.ledger.actions[number]
        if row.state is ActionState.HELD and number not in t.ledger.holds_of:
            actions.move(t, row, ActionState.CANCELLED, why=why)


def _keep_open_questions(t: Transaction, batch: DecisionBatch) -> None:
    for entity, conflict in batch.conflicts:
        _conflict(t, t.ledger.by_entity[entity], conflict)
    for entity, input_, item in batch.reviews:
        _review(t, t.ledger.by_entity.get(entity) or 0, input_, item)
    for flow, id_, why in batch.wants:
        _want(t, flow, id_, why)
    for entity, outcome in batch.sandbox:
        record = t.ledger.by_entity[entity]
        t.ledger.sandbox.put((record, outcome.flow), t.keep_json(PayloadKind.SANDBOX, dict(outcome.sandbox or {})))


def _conflict(t: Transaction, record: int, conflict: Conflict) -> None:
    number = t.ledger.number("conflict")
    row = ConflictRow(
        id=number,
        session=t.session.id,
        record=record,
        conflict=conflict,
        winner=t.keep_json(PayloadKind.WINNER, conflict.winner),
        loser=t.keep_json(PayloadKind.LOSER, conflict.loser),
        at=t.now,
    )
    t.ledger.conflicts.put(number, row)


def _review(t: Transaction, record: int, input_: int, item: ReviewItem) -> None:
    number = t.ledger.number("review")
    payload = t.keep_json(PayloadKind.REVIEW, item.value)
    row = ReviewRow(id=number, session=t.session.id, record=record, input=input_, item=item, payload=payload, at=t.now)
    t.ledger.reviews.put(number, row)
    t.entries.append(audit.review_opened(at=t.now, id=number, record=record, input=input_, item=item))


def _want(t: Transaction, flow: str, id_: str, why: str) -> None:
    """One reading per record is awaited, however many inputs need it."""
    if (flow, id_) not in t.ledger.wants:
        order = t.ledger.number("want")
        t.ledger.wants.put((flow, id_), WantRow(flow=flow, id=id_, why=why, order=order, due_at=t.now))


def _recheck(ledger: Ledger, batch: DecisionBatch) -> None:
    for record in batch.rechecked:
        ledger.rechecks.drop(record)
    touched = set(batch.touched)
    for number in ledger.open_holds:
        row = ledger.holds[number]
        if row.hold.about in touched:
            ledger.rechecks.put(row.record, None)


def release_waits(t: Transaction, links: Sequence[Link]) -> None:
    """Who waited for one of these links is due."""
    if links:
        actions.linked(t)
    for link in links:
        queue.linked(t.ledger, (link.flow, link.id))


def _summarise(t: Transaction, batch: DecisionBatch) -> None:
    if not (batch.marks or batch.tally or batch.conflicts or batch.wants):
        return
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
