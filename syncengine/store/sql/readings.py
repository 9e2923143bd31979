"""Readings that are awaited: asked for by a decision, deferred when a system is away, withdrawn when one is in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, literal_column, select, update

from syncengine.store.moment import to_micros
from syncengine.store.protocol import Want
from syncengine.store.schema.knowledge import wants
from syncengine.store.sql import records
from syncengine.store.sql.inputs import wake_answered
from syncengine.store.sql.share import Share, Shared, partition_of
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit

_WANTED: Final = Shared(
    select(wants.c.flow, wants.c.external_id, wants.c.why, wants.c.tries)
    .where(wants.c.due_at <= bindparam("now"))
    .order_by(wants.c.due_at, wants.c.flow, wants.c.external_id)
    .limit(bindparam("most")),
    partition=wants.c.partition,
)
_KNOWN: Final = Many(
    lambda keys: select(wants.c.external_id).where(wants.c.flow == bindparam("flow"), wants.c.external_id.in_(keys)),
    "flow",
)
_INSERT: Final = insert(wants)
_DROP: Final = Bulk(
    wants.delete().where(wants.c.flow == bindparam("of_flow"), wants.c.external_id == bindparam("of_id")),
    "of_flow", "of_id",
)  # fmt: skip
_DEFER: Final = Bulk(
    update(wants)
    .where(wants.c.flow == bindparam("of_flow"), wants.c.external_id == bindparam("of_id"))
    .values(why=bindparam("new_why"), tries=wants.c.tries + literal_column("1"), due_at=bindparam("new_due")),
    "new_why", "new_due", "of_flow", "of_id",
)  # fmt: skip


def wanted(connection: Connection, share: Share, now: datetime, limit: int) -> Sequence[Want]:
    rows = _WANTED.rows(connection, share, now=to_micros(now), most=limit)
    return [Want(flow=flow, id=id_, why=why, tries=tries) for flow, id_, why, tries in rows]


def want(unit: Unit, asked: Sequence[tuple[str, str, str]]) -> None:
    """(flow, id, why): one that is awaited already stays as it is."""
    missing = {(flow, id_): why for flow, id_, why in asked}
    parts: dict[tuple[str, str], int] = {}
    for flow in {flow for flow, _ in missing}:
        ids = [id_ for of_flow, id_ in missing if of_flow == flow]
        parts.update(((flow, id_), part) for id_, part in records.partitions(unit.connection, flow, ids).items())
        for (known,) in _KNOWN.rows(unit.connection, ids, flow):
            missing.pop((flow, known), None)
    due = to_micros(unit.now)
    rows = [(*at, why, 0, due, parts[at] if at in parts else partition_of(at[1])) for at, why in missing.items()]
    _INSERT.run(unit.connection, rows)


def answer(unit: Unit, readings: Mapping[tuple[str, str], int]) -> None:
    """See `inputs.wake_answered`; the wants are withdrawn."""
    wake_answered(unit, readings)
    _DROP.run(unit.connection, list(readings))


def defer(unit: Unit, asked: Sequence[Want], due_at: datetime, why: str) -> None:
    due = to_micros(due_at)
    _DEFER.run(unit.connection, [(why, due, w.flow, w.id) for w in asked])
