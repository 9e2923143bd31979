"""Links between their ids and our records, and what a new one sets free."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.store.schema.knowledge import links
from syncengine.store.sql import actions, inputs, waits
from syncengine.store.sql.records import linked
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState

_INSERT: Final = insert(links)
_TAKE_OVER: Final = Bulk(
    links.update()
    .where(links.c.flow == bindparam("of_flow"), links.c.external_id == bindparam("of_id"))
    .values(record_id=bindparam("to_record"), since=bindparam("at")),
    "to_record", "at", "of_flow", "of_id",
)  # fmt: skip
_here, _there = links.alias("here"), links.alias("there")
_TRANSLATE: Final = Many(
    lambda keys: select(_here.c.external_id, _there.c.external_id)
    .join(_there, _there.c.record_id == _here.c.record_id)
    .where(_there.c.flow == bindparam("target"), _here.c.flow == bindparam("flow"), _here.c.external_id.in_(keys))
    .order_by(_there.c.since, _there.c.external_id),
    "target", "flow",
)  # fmt: skip


def make(unit: Unit, wanted: Sequence[tuple[int, Link]], *, take_over: bool = False) -> list[tuple[int, Link]]:
    """The (record, link) pairs that were not there yet. Where their record is another one's it is taken over, or
    FenceLostError raised.
    """
    known = linked(unit.connection, ((link.flow, link.id) for _, link in wanted))
    made: list[tuple[int, Link]] = []
    moved: list[tuple[int, Link]] = []
    for record, link in wanted:
        holder = known.get((link.flow, link.id), 0)
        if holder and holder != record and not take_over:
            raise FenceLostError(f"{link.flow} {link.id} was linked to another record meanwhile")
        if holder != record:
            known[link.flow, link.id] = record
            (moved if holder else made).append((record, link))
    _INSERT.run(unit.connection, [(link.id, link.flow, record, unit.at) for record, link in made])
    _TAKE_OVER.run(unit.connection, [(record, unit.at, link.flow, link.id) for record, link in moved])
    return made + moved


def set_free(unit: Unit, made: Sequence[tuple[int, Link]], unlinked: Iterable[tuple[str, str]] = ()) -> None:
    """Inputs and actions that waited for these links are due. `unlinked` are (flow, id) pairs that inputs of this very
    transaction wait for: one that was linked since they were judged does not have to be.
    """
    known = [(link.flow, link.id) for _, link in made]
    late = linked(unit.connection, unlinked)
    if known or late:
        inputs.wake_linked(unit, (*known, *late))
    if made:
        freed = waits.end(unit, {record for record, _ in made})
        standing = actions.standing(unit.connection, freed)
        actions.move(unit, [actions.Step(row=standing[a], to=ActionState.READY, why="linked") for a in freed])


def translate(
    connection: Connection, refs: Iterable[tuple[str, str, str]]
) -> Mapping[tuple[str, str, str], str]:  # fmt: skip
    by_pair: dict[tuple[str, str], dict[str, None]] = {}
    for flow, external_id, target in refs:
        by_pair.setdefault((flow, target), {})[external_id] = None
    return {
        (flow, here, target): there
        for (flow, target), ids in by_pair.items()
        for here, there in _TRANSLATE.rows(connection, list(ids), target, flow)
    }
