"""A map with mistakes, met by a command that needs it: the findings are shown as `validate` shows them."""

from collections.abc import Callable
from pathlib import Path

import click

from syncengine.check.report import as_json, as_text
from syncengine.cli.exits import Exit, answer
from syncengine.engine.root import MapError


def guarded(maps: Path, form: str, act: Callable[[], Exit]) -> Exit:
    """Run a command; a map that does not hold ends it with its findings and exit 1."""
    try:
        return act()
    except MapError as error:
        if form == "json":
            return answer(as_json(error.findings), Exit.FINDINGS)
        click.echo(as_text(error.findings), err=True)
        click.echo(f"nothing was done: the map in {maps} has mistakes", err=True)
        return Exit.FINDINGS
