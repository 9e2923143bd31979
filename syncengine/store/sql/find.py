"""Everything in the ledger that answers to one text."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from syncengine.model.dossier import Hit
from syncengine.store.schema.intake import inbox, waiting
from syncengine.store.schema.knowledge import links, records
from syncengine.store.schema.work import actions, attempts
from syncengine.store.sql.matching import suspected


def find(connection: Connection, text: str) -> Sequence[Hit]:
    """By event id; by an id of any system, alone or as FLOW:ID or SYSTEM:OBJECT:ID; by entity; by action key; by
    action:NUMBER and attempt:NUMBER.
    """
    return [
        *_inputs(connection, text),
        *_links(connection, text),
        *_entities(connection, text),
        *_actions(connection, text),
        *_attempts(connection, text),
        *_candidates(connection, text),
    ]


def _inputs(connection: Connection, text: str) -> Iterator[Hit]:
    columns = (inbox.c.seq, inbox.c.system, inbox.c.type, inbox.c.event_id, inbox.c.record_id)
    named = set(connection.execute(select(*columns).where(inbox.c.event_id == text)).all())
    named.update(connection.execute(select(*columns).where(waiting(inbox), inbox.c.waits_id == text)).all())
    for seq, system, type_, event_id, record in sorted(named):
        about = (record,) if record else ()
        yield Hit(what="input", label=f"{system} {type_} {event_id}", records=about, inputs=(seq,))


def _links(connection: Connection, text: str) -> Iterator[Hit]:
    """An id may hold colons itself, so that each colon may be the last one before it."""
    parts = text.split(":", 2)
    ids = {text, *(":".join(parts[place:]) for place in range(1, len(parts)))}
    rows = connection.execute(
        select(links.c.flow, links.c.external_id, links.c.record_id, records.c.object)
        .join(records, records.c.id == links.c.record_id)
        .where(links.c.external_id.in_(sorted(ids)))
        .order_by(links.c.flow, links.c.external_id)
    )
    for flow, external_id, record, object_name in rows:
        spelled = f"{flow.partition('.')[2]}:{object_name}:{external_id}"
        if text in (external_id, f"{flow}:{external_id}", spelled):
            yield Hit(what="link", label=f"{flow} {external_id}", records=(record,), inputs=())


def _entities(connection: Connection, text: str) -> Iterator[Hit]:
    for number, object_name in connection.execute(
        select(records.c.id, records.c.object).where(records.c.entity == text)
    ):
        yield Hit(what="entity", label=f"{object_name} {text}", records=(number,), inputs=())


def _actions(connection: Connection, text: str) -> Iterator[Hit]:
    named = or_(actions.c.key == text, actions.c.id == _number(text, "action:"))
    for _, key, kind, flow, record, cause in _rows(connection, named):
        yield Hit(what="action", label=f"{kind} {flow} {key}", records=(record,), inputs=(cause,))


def _rows(connection: Connection, *where: ColumnElement[bool]) -> Sequence[Any]:
    columns = (actions.c.id, actions.c.key, actions.c.kind, actions.c.flow, actions.c.record_id, actions.c.cause)
    wanted: Select[Any] = select(*columns).where(*where).order_by(actions.c.id)
    return connection.execute(wanted).all()


def _attempts(connection: Connection, text: str) -> Iterator[Hit]:
    rows = connection.execute(
        select(attempts.c.number, actions.c.key, actions.c.record_id, actions.c.cause)
        .join(actions, actions.c.id == attempts.c.action_id)
        .where(attempts.c.id == _number(text, "attempt:"))
    )
    for number, key, record, cause in rows:
        yield Hit(what="attempt", label=f"attempt {number} of {key}", records=(record,), inputs=(cause,))


def _candidates(connection: Connection, text: str) -> Iterator[Hit]:
    for (flow, id_), entities in suspected(connection, text).items():
        yield Hit(what="candidate", label=f"{flow} {id_}", records=entities, inputs=())


def _number(text: str, prefix: str) -> int:
    """The number behind the prefix, 0 where there is none: no row has that."""
    digits = text.removeprefix(prefix)
    is_number = text.startswith(prefix) and digits.isascii() and digits.isdigit() and len(digits) <= len(str(2**62))
    return int(digits) if is_number else 0
