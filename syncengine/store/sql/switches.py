"""Switches: phases of write sets and pauses, as people set them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from syncengine.clock import from_text, to_text
from syncengine.model.switch import SET, Switch, Switches, Turned
from syncengine.store import audit
from syncengine.store.schema.trail import switches
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import Phase

_NOBODY: Final = ("", "", "")


def current(connection: Connection) -> Switches:
    rows = connection.execute(select(switches.c.scope, switches.c.phase, switches.c.paused)).all()
    return Switches(
        phases={scope.removeprefix(SET): Phase(phase) for scope, phase, _ in rows if phase},
        paused=frozenset(scope for scope, _, paused in rows if paused),
    )


def switchboard(connection: Connection) -> Sequence[Switch]:
    return [_switch(row) for row in connection.execute(select(switches).order_by(switches.c.scope))]


def standing(connection: Connection, scope: str) -> Switch:
    row = connection.execute(select(switches).where(switches.c.scope == scope)).first()
    return Switch(scope=scope) if row is None else _switch(row)


def would_move(connection: Connection, scope: str, to: Phase | bool) -> bool:
    stands = standing(connection, scope)
    return stands.paused is not to if isinstance(to, bool) else stands.phase is not to


def turn(unit: Unit, scope: str, to: Phase | bool, reason: str) -> None:
    if isinstance(to, bool):
        set_pause(unit, scope, to, reason)
    else:
        set_phase(unit, scope.removeprefix(SET), to, reason)


def set_phase(unit: Unit, write_set: str, phase: Phase, reason: str) -> None:
    scope = f"{SET}{write_set}"
    before = standing(unit.connection, scope)
    if before.phase is phase:
        return
    actor = unit.session.actor
    _put(unit, scope, phase.value, (actor, reason, unit.at), before.paused, _said(before.pause_turn))
    stood = before.phase.value if before.phase else ""
    unit.note(audit.phase_set(at=unit.now, scope=scope, from_=stood, to=phase.value, reason=reason, actor=actor))


def set_pause(unit: Unit, scope: str, paused: bool, reason: str) -> None:
    before = standing(unit.connection, scope)
    if before.paused is paused:
        return
    actor = unit.session.actor
    phase = before.phase.value if before.phase else ""
    _put(unit, scope, phase, _said(before.phase_turn), paused, (actor, reason, unit.at))
    unit.note(audit.pause_set(at=unit.now, scope=scope, paused=paused, reason=reason, actor=actor))


def _switch(row: Any) -> Switch:
    return Switch(
        scope=row.scope,
        phase=Phase(row.phase) if row.phase else None,
        phase_turn=_turn(row.actor, row.reason, row.at) if row.phase else None,
        paused=bool(row.paused),
        pause_turn=_turn(row.pause_actor, row.pause_reason, row.pause_at) if row.pause_at else None,
    )


def _turn(actor: str, reason: str, at: str) -> Turned:
    return Turned(actor=actor, reason=reason, at=from_text(at))


def _said(turn: Turned | None) -> tuple[str, str, str]:
    return _NOBODY if turn is None else (turn.actor, turn.reason, to_text(turn.at))


def _put(
    unit: Unit, scope: str, phase: str, set_by: tuple[str, str, str], paused: bool, paused_by: tuple[str, str, str]
) -> None:
    names = ("scope", "phase", "actor", "reason", "at", "paused", "pause_actor", "pause_reason", "pause_at")
    row = dict(zip(names, (scope, phase, *set_by, int(paused), *paused_by), strict=True))
    unit.sealing.touched(switches, [scope])
    unit.connection.execute(switches.delete().where(switches.c.scope == scope))
    unit.connection.execute(switches.insert().values(**row))
