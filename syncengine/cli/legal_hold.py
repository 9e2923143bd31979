"""`syncengine legal-hold`: switches in the ledger that keep somebody from being erased."""

from typing import Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.cli.reason import need
from syncengine.clock import SystemClock, to_text
from syncengine.evidence.mask import escape
from syncengine.model.erasure import LegalHold


@click.group(name="legal-hold")
def command() -> None:
    """Keep somebody from being erased, for as long as the law asks."""


@command.command(name="set")
@click.argument("subject")
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def set_command(*, subject: str, state: str, form: str, actor: str, reason: str) -> Exit:
    """Forbid the erasure of SUBJECT, an id as a system shows it, and of all that hangs together with it.

    The id need not be known yet.
    """
    return _switch(subject, True, state=state, form=form, actor=actor, reason=reason)


@command.command(name="lift")
@click.argument("subject")
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def lift_command(*, subject: str, state: str, form: str, actor: str, reason: str) -> Exit:
    """Allow it again."""
    return _switch(subject, False, state=state, form=form, actor=actor, reason=reason)


@command.command(name="list")
@options.state
@options.form
@options.no_color
def list_command(*, state: str, form: str) -> Exit:
    """The legal holds that stand, with who set them and why."""
    with existing_ledger(state) as store:
        holds = store.legal_holds()
    if form == "json":
        return answer({"legal_holds": [_as_json(hold) for hold in holds]}, Exit.DONE)
    lines = [f"{escape(h.subject)}  since {to_text(h.at)}  {escape(h.actor)}: {escape(h.reason)}" for h in holds]
    return say("\n".join(lines) or "no legal hold stands", Exit.DONE)


def _switch(subject: str, held: bool, *, state: str, form: str, actor: str, reason: str) -> Exit:
    need(reason)
    clock = SystemClock()
    with existing_ledger(state, damaged=False) as store:
        session = store.open_session(kind="legal-hold", actor=actor, project=store.project(), now=clock.now())
        moved = store.set_legal_hold(session, subject, held, reason, clock.now())
        store.close_session(session, clock.now())
    if form == "json":
        return answer({"subject": subject, "held": held, "changed": moved}, Exit.DONE, has_changes=moved)
    stands = "may not be erased" if held else "may be erased"
    return say(f"{escape(subject)} {stands}" + ("" if moved else ", as before"), Exit.DONE)


def _as_json(hold: LegalHold) -> dict[str, Any]:
    return {"subject": hold.subject, "since": to_text(hold.at), "actor": hold.actor, "reason": hold.reason}
