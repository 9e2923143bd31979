"""Records: one row per entity, found by link, entity or number, and written only as they were when they were read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from syncengine.errors import FenceLostError
from syncengine.model.record import Record, from_document, to_document
from syncengine.model.seal import RECORD_STATE
from syncengine.store.protocol import Loaded, Recheck
from syncengine.store.schema.knowledge import links, rechecks, records
from syncengine.store.schema.trail import ledger
from syncengine.store.sql.share import Share, Shared, partition_of
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit

_COLUMNS: Final = (records.c.id, records.c.object, records.c.entity, records.c.revision, records.c.state)
_BY_ID: Final = Many(lambda keys: select(*_COLUMNS).where(records.c.id.in_(keys)))
_ID_OF_ENTITY: Final = Many(lambda keys: select(records.c.entity, records.c.id).where(records.c.entity.in_(keys)))
_REVISION: Final = Many(lambda keys: select(records.c.id, records.c.revision).where(records.c.id.in_(keys)))
_LINKED: Final = Many(
    lambda keys: select(links.c.external_id, links.c.record_id).where(
        links.c.flow == bindparam("flow"), links.c.external_id.in_(keys)
    ),
    "flow",
)
_PARTITIONS: Final = Many(
    lambda keys: select(links.c.external_id, records.c.partition)
    .join(records, records.c.id == links.c.record_id)
    .where(links.c.flow == bindparam("flow"), links.c.external_id.in_(keys)),
    "flow",
)
_INSERT: Final = insert(records)
_UPDATE: Final = Bulk(
    update(records)
    .where(records.c.id == bindparam("row"), records.c.revision == bindparam("read"))
    .values(
        revision=records.c.revision + literal_column("1"),
        state=bindparam("new_state"),
        unsettled=bindparam("new_unsettled"),
    ),
    "new_state", "new_unsettled", "row", "read", told=True,
)  # fmt: skip
_TURN: Final = select(ledger.c.turn)
_RECHECKS: Final = Many(lambda keys: select(rechecks.c.record_id).where(rechecks.c.record_id.in_(keys)))
_ADD_RECHECK: Final = insert(rechecks)
_ASK_ANEW: Final = Bulk(
    update(rechecks).where(rechecks.c.record_id == bindparam("record")).values(number=bindparam("new_number")),
    "new_number", "record",
)  # fmt: skip
_DROP_RECHECK: Final = Bulk(
    rechecks.delete().where(rechecks.c.record_id == bindparam("record"), rechecks.c.number == bindparam("of_number")),
    "record", "of_number",
)  # fmt: skip
_DUE: Final = Shared(
    select(rechecks.c.record_id, rechecks.c.number)
    .order_by(rechecks.c.record_id)
    .limit(bindparam("most")),
    record=rechecks.c.record_id,
)


def load(connection: Connection, wanted: Iterable[tuple[str, str]], entities: Iterable[str]) -> Loaded:
    numbers = linked(connection, wanted)
    asked = list(dict.fromkeys(entities))
    named = numbers_of(connection, asked)
    found = by_id(connection, (*numbers.values(), *named.values()))
    return Loaded(
        by_link={link: found[number] for link, number in numbers.items()},
        by_entity={entity: found[named[entity]] for entity in asked if entity in named},
    )


def linked(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The record numbers behind (flow, id) pairs; one that is not linked is missing."""
    by_flow: dict[str, dict[str, None]] = {}
    for flow, external_id in wanted:
        by_flow.setdefault(flow, {})[external_id] = None
    return {
        (flow, external_id): number
        for flow, ids in by_flow.items()
        for external_id, number in _LINKED.rows(connection, list(ids), flow)
    }


def partitions(connection: Connection, flow: str, ids: Sequence[str]) -> dict[str, int]:
    """Of the records that these ids of a flow are linked to."""
    return dict(_PARTITIONS.rows(connection, ids, flow))


def by_id(connection: Connection, numbers: Iterable[int]) -> dict[int, Record]:
    rows = _BY_ID.rows(connection, list(dict.fromkeys(numbers)))
    return {row[0]: _record(row) for row in rows}


def numbers_of(connection: Connection, entities: Sequence[str]) -> dict[str, int]:
    return dict(_ID_OF_ENTITY.rows(connection, entities))


def revisions(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    return dict(_REVISION.rows(connection, numbers))


def _record(row: Any) -> Record:
    number, object_name, entity, revision, state = row
    return from_document(state, object=object_name, entity=entity, id=number, revision=revision)


def save(unit: Unit, changed: Sequence[Record], born: Mapping[str, int] | None = None) -> dict[str, int]:
    """Entity -> number of every record that was written. `born` are the partitions of new ones, as far as they are
    known. Raises FenceLostError when one moved since it was loaded, or came into existence meanwhile.
    """
    new = [r for r in changed if r.id == 0]
    old = [(_state(r), int(r.unsettled), r.id, r.revision) for r in changed if r.id]
    numbers = {r.entity: r.id for r in changed}
    if new:
        of = partial(_partition, born or {})
        first = unit.take(records.c.id, len(new))
        numbers.update((r.entity, first + place) for place, r in enumerate(new))
        try:
            rows = [(numbers[r.entity], r.object, r.entity, 1, _state(r), int(r.unsettled), of(r)) for r in new]
            _INSERT.run(unit.connection, rows)
        except IntegrityError as error:
            raise FenceLostError("a record came into existence meanwhile") from error
    if _UPDATE.run(unit.connection, old) != len(old):
        raise FenceLostError("a record moved since it was loaded")
    written = [(revision + 1, state, unsettled) for state, unsettled, _, revision in old]
    unit.sealing.wrote(RECORD_STATE, [number for _, _, number, _ in old], written)
    return numbers


def _partition(born: Mapping[str, int], record: Record) -> int:
    return born[record.entity] if record.entity in born else partition_of(record.birth[1] or record.entity)


def _state(record: Record) -> str:
    return to_document(record).decode()


def check(connection: Connection, reads: Sequence[tuple[int, int]]) -> None:
    """Raises FenceLostError when one of the (record, revision) pairs moved."""
    found = revisions(connection, [number for number, _ in reads])
    for number, revision in reads:
        if found.get(number) != revision:
            raise FenceLostError(f"record {number} moved since it was loaded")


def due_rechecks(connection: Connection, share: Share, limit: int) -> Sequence[Recheck]:
    asked = dict(map(tuple, _DUE.rows(connection, share, most=limit)))
    found = by_id(connection, asked)
    return [Recheck(record=found[number], number=asked[number]) for number in sorted(found)]


def recheck(unit: Unit, numbers: Iterable[int]) -> None:
    """Have these records judged again, whether or not they are to be already: whoever judges them now may not have seen
    the reason.
    """
    wanted = set(numbers)
    if wanted:
        turn = unit.connection.execute(_TURN).scalar_one()
        known = {number for (number,) in _RECHECKS.rows(unit.connection, sorted(wanted))}
        _ASK_ANEW.run(unit.connection, [(turn, number) for number in sorted(known)])
        _ADD_RECHECK.run(unit.connection, [(number, turn) for number in sorted(wanted - known)])


def rechecked(unit: Unit, done: Sequence[Recheck]) -> None:
    _DROP_RECHECK.run(unit.connection, [(one.record.id, one.number) for one in done])
