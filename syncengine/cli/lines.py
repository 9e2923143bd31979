"""The lines of a log, on stderr, for whoever asked for them."""

from contextlib import suppress

import click

from syncengine.engine.root import Lines


def lines(form: str | None) -> Lines | None:
    """`form` is text, json, or None where no log is wanted."""
    return None if form is None else Lines(form=form, write=_write)


def _write(line: str) -> None:
    """Whoever stopped reading does not stop the work."""
    with suppress(OSError):
        click.echo(line, err=True)
