"""Switches: phases of write sets and pauses, as people set them."""

from typing import Final

from sqlalchemy import Connection, select

from syncengine.model.switch import Switches
from syncengine.store import audit
from syncengine.store.schema.trail import switches
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import Phase

_SET: Final = "set:"


def current(connection: Connection) -> Switches:
    rows = connection.execute(select(switches.c.scope, switches.c.phase, switches.c.paused)).all()
    return Switches(
        phases={scope.removeprefix(_SET): Phase(phase) for scope, phase, _ in rows if phase},
        paused=frozenset(scope for scope, _, paused in rows if paused),
    )


def set_phase(unit: Unit, write_set: str, phase: Phase, reason: str) -> None:
    scope = f"{_SET}{write_set}"
    before, paused = _standing(unit.connection, scope)
    if before == phase:
        return
    _put(unit, scope, phase.value, paused, reason)
    actor = unit.session.actor
    unit.note(audit.phase_set(at=unit.now, scope=scope, from_=before, to=phase.value, reason=reason, actor=actor))


def set_pause(unit: Unit, scope: str, paused: bool, reason: str) -> None:
    phase, before = _standing(unit.connection, scope)
    if before is paused:
        return
    _put(unit, scope, phase, paused, reason)
    actor = unit.session.actor
    unit.note(audit.pause_set(at=unit.now, scope=scope, paused=paused, reason=reason, actor=actor))


def _standing(connection: Connection, scope: str) -> tuple[str, bool]:
    row = connection.execute(select(switches.c.phase, switches.c.paused).where(switches.c.scope == scope)).first()
    return ("", False) if row is None else (row.phase, bool(row.paused))


def _put(unit: Unit, scope: str, phase: str, paused: bool, reason: str) -> None:
    unit.connection.execute(switches.delete().where(switches.c.scope == scope))
    unit.connection.execute(
        switches.insert().values(
            scope=scope, phase=phase, paused=int(paused), actor=unit.session.actor, reason=reason, at=unit.at
        )
    )
