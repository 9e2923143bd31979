"""`syncengine resume SCOPE`: what was paused may be written again."""

from pathlib import Path

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit
from syncengine.cli.switching import switch


@click.command(name="resume")
@click.argument("scope")
@options.maps
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def command(*, scope: str, maps: Path, state: str, form: str, actor: str, reason: str) -> Exit:
    """End the pause of SCOPE: set:NAME, flow:OBJECT.FLOW, object:NAME or system:NAME.

    What gathered meanwhile goes with the next round of a run, the oldest first, and of each record the newest state.
    """
    return switch(scope, False, maps=maps, state=state, form=form, actor=actor, reason=reason)
