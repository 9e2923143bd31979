"""Legal holds: switches that keep a subject from being erased, with who set them and why."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from syncengine.clock import from_text
from syncengine.model.erasure import LegalHold
from syncengine.store import audit
from syncengine.store.schema.erasure import legal_holds
from syncengine.store.sql.unit import Unit


def all_of(connection: Connection) -> Sequence[LegalHold]:
    rows = connection.execute(select(legal_holds).order_by(legal_holds.c.subject))
    return [LegalHold(subject=row.subject, actor=row.actor, reason=row.reason, at=from_text(row.at)) for row in rows]


def put(unit: Unit, subject: str, held: bool, reason: str) -> bool:
    """False where it stands like that already: nothing changes."""
    known = any(hold.subject == subject for hold in all_of(unit.connection))
    if known is held:
        return False
    unit.sealing.touched(legal_holds, [subject])
    if held:
        row = {"subject": subject, "actor": unit.session.actor, "reason": reason, "at": unit.at}
        unit.connection.execute(legal_holds.insert().values(**row))
    else:
        unit.connection.execute(legal_holds.delete().where(legal_holds.c.subject == subject))
    unit.note(audit.legal_hold(at=unit.now, subject=subject, held=held, reason=reason, actor=unit.session.actor))
    return True
