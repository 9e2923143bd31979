"""Holds: why a gate stopped an action, when that ended, and whose change has one judged again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from syncengine.canonical import decode, encode
from syncengine.clock import from_text, to_text
from syncengine.model.action import Hold, OpenHold
from syncengine.store import audit
from syncengine.store.schema.knowledge import records
from syncengine.store.schema.work import holds, is_open
from syncengine.store.sql.records import numbers_of, recheck
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit

_INSERT: Final = insert(holds)
_ANY_OPEN: Final = select(holds.c.id).where(is_open(holds)).limit(1)
_ABOUT: Final = Many(lambda keys: select(holds.c.record_id).where(is_open(holds), holds.c.about.in_(keys)).distinct())
_COLUMNS: Final = (holds.c.id, holds.c.action_id, holds.c.record_id, holds.c.flow, holds.c.about)
_OF_ACTION: Final = Many(lambda keys: select(*_COLUMNS).where(is_open(holds), holds.c.action_id.in_(keys)))
_OF_RECORD: Final = Many(lambda keys: select(*_COLUMNS).where(is_open(holds), holds.c.record_id.in_(keys)))
_TOLD: Final = (
    holds.c.id, records.c.entity, holds.c.flow, holds.c.gate, holds.c.need, holds.c.about, holds.c.status, holds.c.next,
    holds.c.since, holds.c.facts,
)  # fmt: skip
_OPEN_OF: Final = Many(
    lambda keys: select(*_TOLD)
    .join(records, records.c.id == holds.c.record_id)
    .where(is_open(holds), records.c.entity.in_(keys))
)
_OPEN_ABOUT: Final = Many(
    lambda keys: select(*_TOLD)
    .join(records, records.c.id == holds.c.record_id)
    .where(is_open(holds), holds.c.about.in_(keys))
)
_RELEASE: Final = Bulk(
    update(holds)
    .where(holds.c.id == bindparam("hold"))
    .values(released_at=bindparam("moment"), released_by=bindparam("new_why")),
    "moment", "new_why", "hold",
)  # fmt: skip


def begin(unit: Unit, held: Sequence[tuple[int, int, str, Hold]]) -> None:
    """(action, record, flow, hold)."""
    if not held:
        return
    first = unit.take(holds.c.id, len(held))
    rows = []
    for number, (action, record, flow, hold) in enumerate(held, first):
        since, facts = to_text(hold.since), encode(dict(hold.facts)).decode()
        about = (hold.gate, hold.need, hold.about, hold.status, hold.next)
        rows.append((number, action, record, flow, *about, since, facts, None, ""))
        unit.note(audit.hold_opened(at=unit.now, id=number, record=record, action=action, hold=hold))
    _INSERT.run(unit.connection, rows)
    _recheck(unit, [(record, hold.about) for _, record, _, hold in held])


def end_of_actions(unit: Unit, whys: Mapping[int, str]) -> None:
    """The open holds of these actions end, each with its action's reason."""
    rows = _OF_ACTION.rows(unit.connection, list(whys))
    _end(unit, [(row, whys[row.action_id]) for row in rows])


def end_of_lanes(unit: Unit, whys: Mapping[tuple[int, str], str]) -> None:
    """The open holds of these (record, flow) pairs end."""
    rows = _OF_RECORD.rows(unit.connection, list({record for record, _ in whys}))
    _end(unit, [(row, whys[row.record_id, row.flow]) for row in rows if (row.record_id, row.flow) in whys])


def _end(unit: Unit, ended: Sequence[tuple[Any, str]]) -> None:
    by_id = {row.id: (row, why) for row, why in ended}
    for number, (row, why) in sorted(by_id.items()):
        entry = audit.hold_released(at=unit.now, id=number, record=row.record_id, action=row.action_id, why=why)
        unit.note(entry)
    _RELEASE.run(unit.connection, [(unit.at, why, number) for number, (_, why) in by_id.items()])
    _recheck(unit, [(row.record_id, row.about) for row, _ in by_id.values()])


def _recheck(unit: Unit, moved: Sequence[tuple[int, str]]) -> None:
    """Whoever may show a hold that begins or ends is judged again: its record, and the one it is about."""
    if moved:
        known = numbers_of(unit.connection, list({about for _, about in moved}))
        recheck(unit, (*(record for record, _ in moved), *known.values()))


def records_held_by(unit: Unit, entities: Iterable[str]) -> set[int]:
    """Records with an open hold about one of these entities."""
    asked = list(entities)
    if not asked or unit.connection.execute(_ANY_OPEN).first() is None:
        return set()
    return {record for (record,) in _ABOUT.rows(unit.connection, asked)}


def open_holds(connection: Connection, entities: Iterable[str]) -> Sequence[OpenHold]:
    """Each once, of these entities and about them, in the order in which they were made."""
    asked = list(entities)
    if not asked or connection.execute(_ANY_OPEN).first() is None:
        return ()
    rows = (*_OPEN_OF.rows(connection, asked), *_OPEN_ABOUT.rows(connection, asked))
    return [_open_hold(row) for _, row in sorted({row.id: row for row in rows}.items())]


def _open_hold(row: Any) -> OpenHold:
    hold = Hold(
        gate=row.gate, need=row.need, about=row.about, status=row.status, next=row.next, since=from_text(row.since),
        facts=decode(row.facts.encode()),
    )  # fmt: skip
    return OpenHold(entity=row.entity, flow=row.flow, hold=hold)
