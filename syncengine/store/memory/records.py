"""Records and their links: written only as they were when they were read, and whom a new link sets free."""

from collections.abc import Sequence

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.model.record import Record, from_document, to_document
from syncengine.store.memory import actions, queue
from syncengine.store.memory.ledger import Ledger, LinkRow
from syncengine.store.memory.transaction import Transaction


def is_current(ledger: Ledger, record: int, revision: int) -> bool:
    known = ledger.records.get(record)
    return known is not None and known.revision == revision


def is_unmoved(ledger: Ledger, record: Record | None) -> bool:
    return record is None or is_current(ledger, record.id, record.revision)


def check_revision(ledger: Ledger, record: int, revision: int) -> None:
    if not is_current(ledger, record, revision):
        raise FenceLostError(f"record {record} moved meanwhile")


def put(ledger: Ledger, record: Record) -> None:
    """Store a record's new state as its next revision; a new one gets its number."""
    number = record.id or ledger.number("record")
    stored = from_document(
        to_document(record),  # what comes out is what any other store gives back
        object=record.object,
        entity=record.entity,
        id=number,
        revision=record.revision + 1,
    )
    ledger.records.put(number, stored)
    ledger.by_entity.put(record.entity, number)


def link(t: Transaction, record: int, new: Link, *, take_over: bool = False) -> bool:
    """Their record is this one from now on; False when it was already. One that is another's is taken over, or
    FenceLostError raised.
    """
    known = t.ledger.links.get((new.flow, new.id))
    if known is not None:
        if known.record == record:
            return False
        if not take_over:
            raise FenceLostError(f"{new.flow} {new.id} was linked to another record meanwhile")
        t.ledger.links_of.drop((known.record, new.flow))
    t.ledger.links.put((new.flow, new.id), LinkRow(flow=new.flow, id=new.id, record=record, since=t.now))
    before = t.ledger.links_of.get((record, new.flow))
    if before is None or (t.ledger.links[new.flow, before].since, before) < (t.now, new.id):
        t.ledger.links_of.put((record, new.flow), new.id)
    return True


def release_waits(t: Transaction, links: Sequence[Link]) -> None:
    """Who waited for one of these links is due."""
    if links:
        actions.linked(t)
    for made in links:
        queue.linked(t.ledger, (made.flow, made.id))
