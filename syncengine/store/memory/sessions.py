"""Sessions and their strands, checkpoints over all strands, and the switches that people set."""

from typing import Final

from syncengine.errors import UserError
from syncengine.model.switch import Switches
from syncengine.store import audit
from syncengine.store.memory.ledger import Ledger
from syncengine.store.memory.transaction import CHECKPOINT, Transaction
from syncengine.store.strands import GENESIS, SECRET_BYTES, Strand, checkpoint
from syncengine.vocabulary import Phase

OWN_KEY: Final = "own_key"
"""Where the ledger's own key stands, as hexadecimal digits."""


def admit(ledger: Ledger, project: str) -> None:
    """Raises UserError for another project than the one the ledger was begun with."""
    owner = ledger.meta.get("project")
    if owner not in (None, project):
        raise UserError(
            f"this ledger belongs to the project {owner!r}, not to {project!r}",
            remedy="use the ledger of this project with --state, or correct the name in project.yaml",
            rule="ledger/other-project",
        )


def begin(t: Transaction, project: str) -> None:
    session = t.session
    if t.ledger.meta.get("project") is None:
        t.ledger.meta.put(OWN_KEY, t.randomness(SECRET_BYTES).hex())
    t.ledger.meta.put("project", project)
    t.ledger.sessions.put(session.id, session)
    t.ledger.strands.put(session.strand, Strand(id=session.strand))
    t.entries.append(audit.session_opened(session.id, session.kind, session.actor, t.now))


def fold(t: Transaction) -> None:
    """One chained record over all strand heads, as they stood before this transaction."""
    previous = bytes.fromhex(t.ledger.meta.get(CHECKPOINT) or "") or GENESIS
    heads = sorted(t.ledger.strands.values(), key=lambda strand: strand.id)
    t.entries.append(checkpoint(heads, previous, t.now))


def end(t: Transaction) -> None:
    t.entries.append(audit.session_closed(t.session.id, t.now))
    fold(t)


def set_phase(t: Transaction, write_set: str, phase: Phase, reason: str) -> None:
    before = t.ledger.phases.get(write_set)
    if phase is before:
        return
    t.ledger.phases.put(write_set, phase)
    t.entries.append(
        audit.phase_set(
            at=t.now,
            scope=f"set:{write_set}",
            from_=before.value if before else "",
            to=phase.value,
            reason=reason,
            actor=t.session.actor,
        )
    )


def set_pause(t: Transaction, scope: str, paused: bool, reason: str) -> None:
    if paused is (scope in t.ledger.paused):
        return
    if paused:
        t.ledger.paused.put(scope, None)
    else:
        t.ledger.paused.drop(scope)
    t.entries.append(audit.pause_set(at=t.now, scope=scope, paused=paused, reason=reason, actor=t.session.actor))


def current_switches(ledger: Ledger) -> Switches:
    return Switches(phases=dict(ledger.phases.items()), paused=frozenset(ledger.paused))
