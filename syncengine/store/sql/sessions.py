"""Sessions and their strands, and checkpoints over all strands."""

from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from syncengine.errors import UserError
from syncengine.model.seal import identity
from syncengine.store import audit
from syncengine.store.process import mark
from syncengine.store.schema.trail import ledger, sessions, strands
from syncengine.store.sql import catalog
from syncengine.store.sql.adopting import adopt, is_older
from syncengine.store.sql.unit import Unit
from syncengine.store.strands import GENESIS, SECRET_BYTES, Strand, checkpoint

NOBODYS: Final = "this ledger belongs to no project yet"
_CLOSE: Final = (
    update(sessions).where(sessions.c.id == bindparam("row")).values(closed_at=bindparam("moment"))
)  # fmt: skip


def admit(connection: Connection, project: str) -> bool:
    """Whether the ledger is begun already. Raises UserError for another project than the one it was begun with."""
    owner = connection.execute(select(ledger.c.project)).scalar()
    if owner not in (None, project):
        raise UserError(
            f"this ledger belongs to the project {owner!r}, not to {project!r}",
            remedy="use the ledger of this project with --state, or correct the name in project.yaml",
            rule="ledger/other-project",
        )
    return owner is not None


def owner(connection: Connection) -> str:
    """The project that the ledger belongs to. Raises UserError before its first session."""
    found = connection.execute(select(ledger.c.project)).scalar()
    if found is None:
        raise UserError(NOBODYS, remedy="run once with a map that can be read", rule="ledger/nobodys")
    return str(found)


def project(connection: Connection) -> str:
    """The same, "" before it."""
    return str(connection.execute(select(ledger.c.project)).scalar() or "")


def begin(unit: Unit, project: str, *, begun: bool) -> None:
    session, schema_is = unit.session, catalog.sealed(unit.connection)
    if not begun:
        secret = unit.randomness(SECRET_BYTES)
        head = {"id": 1, "project": project, "opened_at": unit.at, "checkpoint": GENESIS, "secret": secret}
        unit.connection.execute(ledger.insert().values(**head))
    elif is_older(unit.connection, schema_is.partition(":")[0]):
        adopt(unit)
    row = {"id": session.id, "kind": session.kind, "actor": session.actor, "opened_at": unit.at, "closed_at": None}
    row["process"] = mark()
    unit.connection.execute(sessions.insert().values(**row))
    strand = {"id": session.strand, "session_id": session.id, "count": 0, "head": GENESIS}
    unit.connection.execute(strands.insert().values(**strand))
    unit.sealing.touched(sessions, [session.id])
    ledger_is = _identity(unit.connection)
    unit.note(audit.session_opened(session.id, session.kind, session.actor, unit.now, ledger_is, schema_is))


def _identity(connection: Connection) -> str:
    row = connection.execute(select(ledger.c.project, ledger.c.opened_at, ledger.c.secret)).one()
    return identity(row.project, row.opened_at, bytes(row.secret))


def secret(connection: Connection) -> bytes:
    """The ledger's own key; empty before its first session."""
    return bytes(connection.execute(select(ledger.c.secret)).scalar() or b"")


def fold(unit: Unit) -> None:
    """One chained record over all strand heads, as they stood before this transaction."""
    previous = unit.connection.execute(select(ledger.c.checkpoint)).scalar_one()
    rows = unit.connection.execute(select(strands.c.id, strands.c.count, strands.c.head).order_by(strands.c.id))
    heads = [Strand(id=number, count=count, head=bytes(head)) for number, count, head in rows]
    unit.note(checkpoint(heads, bytes(previous), unit.now))


def end(unit: Unit) -> None:
    unit.note(audit.session_closed(unit.session.id, unit.now))
    fold(unit)
    unit.connection.execute(_CLOSE, {"row": unit.session.id, "moment": unit.at})
    unit.sealing.touched(sessions, [unit.session.id])

