"""Failed attempts, counted per message, and the dead letters among them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, or_, select

from syncengine.clock import from_text
from syncengine.model.letter import Failures, Letter, Message
from syncengine.model.record import Record
from syncengine.store.protocol import Settlement
from syncengine.store.schema.failures import failures
from syncengine.store.schema.intake import inbox
from syncengine.store.schema.knowledge import links
from syncengine.store.schema.work import actions, replaceable, waits
from syncengine.store.sql.records import by_id
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, Fate

_OF: Final = Many(
    lambda keys: select(failures.c.number, failures.c.receives, failures.c.alone).where(
        failures.c.kind == bindparam("of_kind"), failures.c.number.in_(keys)
    ),
    "of_kind",
)
_INSERT: Final = insert(failures)
_DIGITS: Final = 19
_DROP: Final = Bulk(
    failures.delete().where(failures.c.kind == bindparam("of_kind"), failures.c.number == bindparam("of_number")),
    "of_kind", "of_number",
)  # fmt: skip
_behind = actions.alias("behind")
_BEHIND: Final = (
    select(func.count())
    .select_from(_behind)
    .where(_behind.c.record_id == actions.c.record_id, _behind.c.flow == actions.c.flow, replaceable(_behind))
    .scalar_subquery()
)
_WAITING: Final = (
    select(func.count(waits.c.action_id.distinct()))
    .select_from(waits.join(links, and_(links.c.flow == waits.c.flow, links.c.external_id == waits.c.external_id)))
    .where(links.c.record_id == actions.c.record_id, waits.c.target == actions.c.flow)
    .scalar_subquery()
)
_DEAD: Final[ColumnElement[str]] = literal_column(f"'{ActionState.DEAD_LETTERED.value}'")
_ACTIONS: Final = (
    select(failures, actions.c.key, actions.c.kind, actions.c.flow, actions.c.record_id, _BEHIND, _WAITING)
    .select_from(failures.join(actions, actions.c.id == failures.c.number))
    .where(failures.c.kind == Message.ACTION.value, actions.c.state == _DEAD)
)
_INPUTS: Final = (
    select(failures, inbox.c.event_id, inbox.c.type, inbox.c.system, inbox.c.record_id)
    .select_from(failures.join(inbox, inbox.c.seq == failures.c.number))
    .where(failures.c.kind == Message.INPUT.value, inbox.c.fate == Fate.FAILED.value)
)


def of_actions(connection: Connection, action_ids: Sequence[int]) -> Mapping[int, Failures]:
    """Those of these actions that have failed."""
    return {row.number: _failures(row) for row in _OF.rows(connection, action_ids, Message.ACTION.value)}


def settled(unit: Unit, settlements: Iterable[Settlement]) -> None:
    """What the outcomes of attempts say of their messages."""
    said = {s.send.action: s for s in settlements if s.failed or s.suspect}
    if not said:
        return
    known = of_actions(unit.connection, list(said))
    rows = []
    for action, settlement in said.items():
        before = known.get(action, Failures())
        receives, error = before.receives + int(settlement.failed), settlement.outcome.detail
        rows.append((Message.ACTION.value, action, receives, int(settlement.suspect), unit.at, error))
    _put(unit, rows)


def died(unit: Unit, message: Message, errors: Mapping[int, str]) -> None:
    """These messages cannot even be tried, each for a reason."""
    rows = _OF.rows(unit.connection, list(errors), message.value)
    known = {row.number: row.receives for row in rows}
    _put(unit, [(message.value, n, known.get(n, 0) + 1, 0, unit.at, error) for n, error in errors.items()])


def dead_letters(connection: Connection, limit: int) -> Sequence[Letter]:
    in_order = (failures.c.at, failures.c.number)
    rows = [
        *connection.execute(_ACTIONS.order_by(*in_order).limit(limit)),
        *connection.execute(_INPUTS.order_by(*in_order).limit(limit)),
    ]
    rows.sort(key=lambda row: (row.at, row[0], row.number))
    return _letters(connection, rows[:limit])


def named(connection: Connection, text: str) -> Sequence[Letter]:
    """The letters that answer to an id."""
    kind, _, number = text.partition(":")
    is_id = kind in tuple(Message) and number.isascii() and number.isdigit() and len(number) < _DIGITS
    by_number = failures.c.number == (int(number) if is_id else 0)
    rows = [
        *connection.execute(_ACTIONS.where(or_(actions.c.key == text, and_(failures.c.kind == kind, by_number)))),
        *connection.execute(_INPUTS.where(or_(inbox.c.event_id == text, and_(failures.c.kind == kind, by_number)))),
    ]
    return _letters(connection, rows)


def counts(connection: Connection) -> Mapping[Message, int]:
    """How many dead letters there are of each kind."""
    found = {
        Message.ACTION: connection.execute(_ACTIONS.with_only_columns(func.count())).scalar_one(),
        Message.INPUT: connection.execute(_INPUTS.with_only_columns(func.count())).scalar_one(),
    }
    return {message: int(n) for message, n in found.items() if n}


def _put(unit: Unit, rows: Sequence[tuple[Any, ...]]) -> None:
    _DROP.run(unit.connection, [row[:2] for row in rows])
    _INSERT.run(unit.connection, rows)


def _failures(row: Any) -> Failures:
    return Failures(receives=row.receives, alone=bool(row.alone))


def _letters(connection: Connection, rows: Sequence[Any]) -> Sequence[Letter]:
    about = by_id(connection, {row.record_id for row in rows if row.record_id})
    return [_letter(row, about.get(row.record_id)) for row in rows]


def _letter(row: Any, record: Record | None) -> Letter:
    message, number, receives, _alone, at, error, name, what, where, _record, *after = row
    acts = message == Message.ACTION
    behind, waiting = after if acts else (0, 0)
    return Letter(
        message=Message(message),
        number=number,
        name=name,
        what=what,
        since=from_text(at),
        receives=receives,
        error=error,
        flow=where if acts else "",
        system="" if acts else where,
        record=0 if record is None else record.id,
        object="" if record is None else record.object,
        entity="" if record is None else record.entity,
        birth="" if record is None else record.birth[1],
        behind=behind,
        waiting=waiting,
    )
