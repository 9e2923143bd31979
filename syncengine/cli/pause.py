"""`syncengine pause SCOPE`: nothing new is written there until somebody resumes it. It acts at once, beside a run."""

from pathlib import Path

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit
from syncengine.cli.switching import switch


@click.command(name="pause")
@click.argument("scope")
@options.maps
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def command(*, scope: str, maps: Path, state: str, form: str, actor: str, reason: str) -> Exit:
    """Stop the writes of SCOPE: set:NAME, flow:OBJECT.FLOW, object:NAME or system:NAME.

    It holds from the moment it is told: what was on its way already is settled, nothing else is sent. Deliveries are
    taken in and judged as ever, and all other writes go on. What gathers meanwhile goes, in order, after `syncengine
    resume`.
    """
    return switch(scope, True, maps=maps, state=state, form=form, actor=actor, reason=reason)
