"""Sessions and their strands, checkpoints over all strands, and the switches that people set."""

from dataclasses import replace
from typing import Final

from syncengine.clock import to_text
from syncengine.errors import UserError
from syncengine.model.seal import identity
from syncengine.model.switch import SET, Switch, Switches, Turned
from syncengine.store import audit
from syncengine.store.memory.ledger import Ledger
from syncengine.store.memory.transaction import CHECKPOINT, OWN_KEY, Transaction
from syncengine.store.strands import GENESIS, SECRET_BYTES, Strand, checkpoint
from syncengine.vocabulary import Phase

NOBODYS: Final = "this ledger belongs to no project yet"
OPENED_AT: Final = "opened_at"


def project(ledger: Ledger) -> str:
    """The project that the ledger belongs to, "" before its first session."""
    return ledger.meta.get("project") or ""


def admit(ledger: Ledger, project: str) -> None:
    """Raises UserError for another project than the one the ledger was begun with."""
    owner = ledger.meta.get("project")
    if owner not in (None, project):
        raise UserError(
            f"this ledger belongs to the project {owner!r}, not to {project!r}",
            remedy="use the ledger of this project with --state, or correct the name in project.yaml",
            rule="ledger/other-project",
        )


def owner(ledger: Ledger) -> str:
    """The project that the ledger belongs to. Raises UserError before its first session."""
    found = ledger.meta.get("project")
    if found is None:
        raise UserError(NOBODYS, remedy="run once with a map that can be read", rule="ledger/nobodys")
    return found


def begin(t: Transaction, project: str) -> None:
    session = t.session
    if t.ledger.meta.get("project") is None:
        t.ledger.meta.put(OWN_KEY, t.randomness(SECRET_BYTES).hex())
        t.ledger.meta.put(OPENED_AT, to_text(t.now))
    t.ledger.meta.put("project", project)
    t.ledger.sessions.put(session.id, session)
    t.ledger.strands.put(session.strand, Strand(id=session.strand))
    opened_at = t.ledger.meta.get(OPENED_AT) or ""
    own = identity(project, opened_at, bytes.fromhex(t.ledger.meta[OWN_KEY]))
    t.entries.append(audit.session_opened(session.id, session.kind, session.actor, t.now, own, ""))


def fold(t: Transaction) -> None:
    """One chained record over all strand heads, as they stood before this transaction."""
    previous = bytes.fromhex(t.ledger.meta.get(CHECKPOINT) or "") or GENESIS
    heads = sorted(t.ledger.strands.values(), key=lambda strand: strand.id)
    t.entries.append(checkpoint(heads, previous, t.now))


def end(t: Transaction) -> None:
    t.entries.append(audit.session_closed(t.session.id, t.now))
    fold(t)


def would_move(ledger: Ledger, scope: str, to: Phase | bool) -> bool:
    stands = _standing(ledger, scope)
    return stands.paused is not to if isinstance(to, bool) else stands.phase is not to


def turn(t: Transaction, scope: str, to: Phase | bool, reason: str) -> None:
    if isinstance(to, bool):
        set_pause(t, scope, to, reason)
    else:
        set_phase(t, scope.removeprefix(SET), to, reason)


def set_phase(t: Transaction, write_set: str, phase: Phase, reason: str) -> None:
    scope = f"{SET}{write_set}"
    stood = _standing(t.ledger, scope)
    if phase is stood.phase:
        return
    turned = Turned(at=t.now, actor=t.session.actor, reason=reason)
    t.ledger.switches.put(scope, replace(stood, phase=phase, phase_turn=turned))
    before = stood.phase.value if stood.phase else ""
    t.entries.append(
        audit.phase_set(
            at=t.now, scope=scope, from_=before, to=phase.value, reason=reason, actor=turned.actor
        )
    )  # fmt: skip


def set_pause(t: Transaction, scope: str, paused: bool, reason: str) -> None:
    stood = _standing(t.ledger, scope)
    if paused is stood.paused:
        return
    turned = Turned(at=t.now, actor=t.session.actor, reason=reason)
    t.ledger.switches.put(scope, replace(stood, paused=paused, pause_turn=turned))
    t.entries.append(audit.pause_set(at=t.now, scope=scope, paused=paused, reason=reason, actor=turned.actor))


def _standing(ledger: Ledger, scope: str) -> Switch:
    return ledger.switches.get(scope) or Switch(scope=scope)


def switchboard(ledger: Ledger) -> list[Switch]:
    return [switch for _, switch in sorted(ledger.switches.items())]


def current_switches(ledger: Ledger) -> Switches:
    switches = ledger.switches.values()
    return Switches(
        phases={s.scope.removeprefix(SET): s.phase for s in switches if s.phase},
        paused=frozenset(s.scope for s in switches if s.paused),
    )
