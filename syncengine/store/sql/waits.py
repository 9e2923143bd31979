"""Actions that wait until a record they refer to is linked in their target."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import and_, bindparam, select

from syncengine.model.action import Wait
from syncengine.store.schema.knowledge import links
from syncengine.store.schema.work import waits
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit

_ANY: Final = select(waits.c.action_id).limit(1)
_here, _there = links.alias("here"), links.alias("there")
_OVER: Final = Many(
    lambda keys: select(waits.c.action_id, waits.c.flow, waits.c.external_id, waits.c.target)
    .join(_here, and_(_here.c.flow == waits.c.flow, _here.c.external_id == waits.c.external_id))
    .join(_there, and_(_there.c.record_id == _here.c.record_id, _there.c.flow == waits.c.target))
    .where(_here.c.record_id.in_(keys))
)
_LEFT: Final = Many(lambda keys: select(waits.c.action_id).where(waits.c.action_id.in_(keys)))
_INSERT: Final = insert(waits)
_DROP: Final = Bulk(
    waits.delete().where(
        waits.c.action_id == bindparam("of_action"),
        waits.c.flow == bindparam("of_flow"),
        waits.c.external_id == bindparam("of_id"),
        waits.c.target == bindparam("of_target"),
    ),
    "of_action", "of_flow", "of_id", "of_target",
)  # fmt: skip
_DROP_ALL: Final = Bulk(waits.delete().where(waits.c.action_id == bindparam("of_action")), "of_action")


def begin(unit: Unit, waiting: Mapping[int, Sequence[Wait]]) -> None:
    """By action."""
    rows = dict.fromkeys((action, w.flow, w.id, w.target) for action, ws in waiting.items() for w in ws)
    _INSERT.run(unit.connection, list(rows))


def end(unit: Unit, records: Collection[int]) -> Sequence[int]:
    """These records got a link; gives the actions that wait for nothing else any more."""
    if unit.connection.execute(_ANY).first() is None:
        return ()
    over = dict.fromkeys(map(tuple, _OVER.rows(unit.connection, list(records))))
    _DROP.run(unit.connection, list(over))
    freed = {action for action, *_ in over}
    freed.difference_update(left for (left,) in _LEFT.rows(unit.connection, list(freed)))
    return sorted(freed)


def drop(unit: Unit, action_ids: Sequence[int]) -> None:
    _DROP_ALL.run(unit.connection, [(action,) for action in action_ids])
