"""The ledger laid open: every entry and payload for verification, and what stands now, to check them against.

Long tables are read in pages, each a short transaction of its own, so that no reader keeps a writer waiting.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, tuple_

from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow
from syncengine.model.record import from_document
from syncengine.model.value import Json
from syncengine.store.dump import record_dump
from syncengine.store.schema.knowledge import links, records
from syncengine.store.schema.trail import audit, ledger, payloads, strands, switches
from syncengine.store.schema.work import actions, attempts, holds
from syncengine.store.sql.database import Database
from syncengine.store.strands import GENESIS

_PAGE: Final = 1000
_ENTRIES: Final = (
    select(audit.c.strand, audit.c.number, audit.c.kind, audit.c.body, audit.c.hash)
    .where(tuple_(audit.c.strand, audit.c.number) > tuple_(bindparam("strand"), bindparam("number")))
    .order_by(audit.c.strand, audit.c.number)
    .limit(_PAGE)
)
_PAYLOADS: Final = (
    select(
        payloads.c.id,
        payloads.c.kind,
        payloads.c.record_id,
        payloads.c.salt,
        payloads.c.body,
        payloads.c.commitment,
        payloads.c.erased_by,
    )
    .where(payloads.c.id > bindparam("after"))
    .order_by(payloads.c.id)
    .limit(_PAGE)
)


def entries(database: Database) -> Iterator[ChainedEntry]:
    strand = number = 0
    while True:
        with database.reading() as connection:
            rows = connection.execute(_ENTRIES, {"strand": strand, "number": number}).all()
        for strand, number, kind, body, hash_ in rows:
            yield ChainedEntry(strand=strand, number=number, kind=kind, body=_bytes(body), hash=_bytes(hash_))
        if len(rows) < _PAGE:
            return


def _bytes(kept: Any) -> bytes:
    """What stands in a column of bytes, even where somebody wrote something else into it."""
    return kept if isinstance(kept, bytes) else str(kept).encode()


def all_payloads(database: Database) -> Iterator[PayloadRow]:
    last = 0
    while True:
        with database.reading() as connection:
            rows = connection.execute(_PAYLOADS, {"after": last}).all()
        for last, kind, record, salt, body, commitment, erased_by in rows:
            yield PayloadRow(
                id=last,
                kind=kind,
                record=record,
                salt=None if salt is None else _bytes(salt),
                body=None if body is None else _bytes(body),
                commitment=_bytes(commitment),
                erased_by=erased_by,
            )
        if len(rows) < _PAGE:
            return


def standing(connection: Connection) -> Mapping[str, Sequence[Mapping[str, Json]]]:
    return {
        "actions": _all(
            connection,
            select(
                actions.c.id,
                actions.c.record_id.label("record"),
                actions.c.flow,
                actions.c.key,
                actions.c.state,
                actions.c.replaced_by,
            ).order_by(actions.c.id),
        ),
        "attempts": _all(
            connection,
            select(
                attempts.c.id,
                attempts.c.action_id.label("action"),
                attempts.c.number,
                attempts.c.state,
                attempts.c.fence,
            ).order_by(attempts.c.id),
        ),
        "links": _all(
            connection,
            select(links.c.flow, links.c.external_id.label("id"), links.c.record_id.label("record")).order_by(
                links.c.flow, links.c.external_id
            ),
        ),
        "holds": _holds(connection),
        "switches": [
            {"scope": scope, "phase": phase, "paused": bool(paused)}
            for scope, phase, paused in connection.execute(
                select(switches.c.scope, switches.c.phase, switches.c.paused).order_by(switches.c.scope)
            )
            if phase or paused
        ],
        "strands": [
            {"strand": strand, "count": count, "head": bytes(head).hex()}
            for strand, count, head in connection.execute(
                select(strands.c.id, strands.c.count, strands.c.head).order_by(strands.c.id)
            )
        ],
        "checkpoint": [{"hash": _checkpoint(connection)}],
        "payloads": _all(
            connection, select(func.count().label("count"), func.coalesce(func.max(payloads.c.id), 0).label("last"))
        ),
    }


def _all(connection: Connection, wanted: Any) -> list[Mapping[str, Json]]:
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _holds(connection: Connection) -> list[Mapping[str, Json]]:
    rows = connection.execute(
        select(holds.c.id, holds.c.action_id, holds.c.record_id, holds.c.released_at).order_by(holds.c.id)
    )
    return [
        {"id": number, "action": action, "record": record, "state": "open" if released is None else "released"}
        for number, action, record, released in rows
    ]


def _checkpoint(connection: Connection) -> str:
    """The hash of the newest checkpoint in hex, "" before the first."""
    kept = connection.execute(select(ledger.c.checkpoint)).scalar()
    return "" if kept is None or bytes(kept) == GENESIS else bytes(kept).hex()


def dump(connection: Connection) -> Mapping[str, Sequence[Mapping[str, Json]]]:
    known = connection.execute(
        select(records.c.object, records.c.entity, records.c.state).order_by(records.c.entity)
    )
    linked = connection.execute(
        select(links.c.flow, links.c.external_id, records.c.entity)
        .join(records, records.c.id == links.c.record_id)
        .order_by(links.c.flow, links.c.external_id)
    )
    return {
        "records": [
            record_dump(from_document(state, object=object_name, entity=entity, id=0, revision=0))
            for object_name, entity, state in known
        ],
        "links": [{"flow": flow, "id": external_id, "entity": entity} for flow, external_id, entity in linked],
    }
