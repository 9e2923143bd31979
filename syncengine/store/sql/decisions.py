"""Committing what one decide claim judged: all of it, or nothing when something it rests on has moved."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam

from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.letter import Message
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.protocol import DecisionBatch
from syncengine.store.schema.knowledge import conflicts, reviews, sandbox
from syncengine.store.sql import actions, failures, holds, inputs, links, matching, readings, records
from syncengine.store.sql.statement import Bulk, insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import Fate, InboxState

_INSERT_CONFLICTS: Final = insert(conflicts)
_INSERT_REVIEWS: Final = insert(reviews)
_INSERT_SANDBOX: Final = insert(sandbox)
_DROP_SANDBOX: Final = Bulk(
    sandbox.delete().where(sandbox.c.record_id == bindparam("record"), sandbox.c.flow == bindparam("of_flow")),
    "record", "of_flow",
)  # fmt: skip


def commit(unit: Unit, batch: DecisionBatch) -> None:
    records.check(unit.connection, batch.reads)
    matching.check(unit.connection, batch)
    records.rechecked(unit, batch.rechecked)  # first: what the batch makes due again stays due
    numbers = records.save(unit, batch.records, _born(unit, batch))
    known = {r.id for r in batch.records if r.id}
    others = records.numbers_of(unit.connection, [e for e in _named(batch) if e not in numbers])
    numbers.update(others)
    known.update(others.values())
    inputs.mark(unit, batch.marks, numbers)
    failures.died(unit, Message.INPUT, {m.seq: m.why for m in batch.marks if m.fate is Fate.FAILED})
    made = _link(unit, batch, numbers)
    if batch.matches:
        matching.commit(unit, batch, numbers, made)
    if batch.released:
        holds.end_of_lanes(unit, {(numbers[entity], flow): why for entity, flow, why in batch.released})
    actions.decide(unit, batch.actions, numbers, known)
    _keep_conflicts(unit, batch.conflicts, numbers)
    open_reviews(unit, [(numbers.get(entity, 0), seq, item) for entity, seq, item in batch.reviews])
    _show(unit, batch.sandbox, numbers)
    readings.want(unit, batch.wants)
    if batch.answers:
        readings.answer(unit, dict.fromkeys(batch.answers, 0))
    records.recheck(unit, holds.records_held_by(unit, batch.touched))
    _sum_up(unit, batch)


def _born(unit: Unit, batch: DecisionBatch) -> Mapping[str, int]:
    """A new record is in the partition of the first input that is about it."""
    new = {r.entity for r in batch.records if r.id == 0}
    causes = {m.entity: m.seq for m in reversed(batch.marks) if m.entity in new} if new else {}
    known = inputs.partitions(unit.connection, list(causes.values()))
    return {entity: known[seq] for entity, seq in causes.items()}


def _named(batch: DecisionBatch) -> Sequence[str]:
    """Every entity that the batch speaks of."""
    named = [m.entity for m in batch.marks if m.entity]
    named += [d.action.entity for d in batch.actions]
    named += [mark.entity for mark in batch.pairs]
    for group in (batch.links, batch.conflicts, batch.reviews, batch.sandbox, batch.released, batch.ours):
        named += [item[0] for item in group if item[0]]
    return list(dict.fromkeys(named))


def _link(unit: Unit, batch: DecisionBatch, numbers: Mapping[str, int]) -> Sequence[tuple[int, Link]]:
    made = links.make(unit, [(numbers[entity], link) for entity, link in batch.links])
    for record, link in made:
        unit.note(audit.linked(at=unit.now, record=record, link=link))
    unlinked = [m.waits_for for m in batch.marks if m.state is InboxState.UNLINKED and m.waits_for is not None]
    links.set_free(unit, made, unlinked)
    return made


def _keep_conflicts(unit: Unit, lost: Sequence[tuple[str, Conflict]], numbers: Mapping[str, int]) -> None:
    if not lost:
        return
    first = unit.take(conflicts.c.id, len(lost))
    rows = []
    for number, (entity, conflict) in enumerate(lost, first):
        record = numbers[entity]
        winner = unit.keep_json(PayloadKind.WINNER, conflict.winner, record)
        loser = unit.keep_json(PayloadKind.LOSER, conflict.loser, record)
        said = (conflict.flow, conflict.field, conflict.rule, winner, loser, conflict.winner_seq, conflict.loser_seq)
        rows.append((number, record, *said, unit.at, unit.session.id))
    _INSERT_CONFLICTS.run(unit.connection, rows)


def open_reviews(unit: Unit, asked: Sequence[tuple[int, int, ReviewItem]]) -> None:
    """(record, input, item): questions for people."""
    if not asked:
        return
    first = unit.take(reviews.c.id, len(asked))
    rows = []
    for number, (record, seq, item) in enumerate(asked, first):
        payload = 0 if item.value is None else unit.keep_json(PayloadKind.REVIEW, item.value, record)
        rows.append((number, record, seq, item.flow, item.field, item.why, payload, unit.at, unit.session.id))
        unit.note(audit.review_opened(at=unit.now, id=number, record=record, input=seq, item=item))
    _INSERT_REVIEWS.run(unit.connection, rows)


def _show(unit: Unit, shown: Sequence[tuple[str, FlowOutcome]], numbers: Mapping[str, int]) -> None:
    """The sandbox view: what a flow would show of each record."""
    views = {(numbers[entity], outcome.flow): outcome for entity, outcome in shown}
    _DROP_SANDBOX.run(unit.connection, list(views))
    rows = [
        (record, flow, outcome.why, unit.keep_json(PayloadKind.SANDBOX, outcome.sandbox, record), unit.at)
        for (record, flow), outcome in views.items()
    ]
    _INSERT_SANDBOX.run(unit.connection, rows)


def _sum_up(unit: Unit, batch: DecisionBatch) -> None:
    causes = {d.action.cause for d in batch.actions}
    entry = audit.decided(
        at=unit.now,
        fates=[m.fate for m in batch.marks],
        flows=batch.tally,
        conflicts=len(batch.conflicts),
        wants=len(batch.wants),
        quiet=[m.seq for m in batch.marks if m.seq not in causes],
    )
    unit.note(entry)
