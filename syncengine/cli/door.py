"""The one door: every command is called through here, and every error leaves through here.

A command's callback returns its exit code (None means 0) and raises for everything else. No user's mistake ends in a
traceback, and no error in a code that is not in `exits.Exit`. What only errors need is imported when there is one.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, TextIO

import click

from syncengine.cli.exits import Exit, answer, close_stdout

if TYPE_CHECKING:
    from syncengine.cli.failure import Failure


def door(command: click.Command, argv: Sequence[str]) -> int:
    """Call the command with these words; gives the exit code of the process."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        _accept_all(stream)
    try:
        code = _call(command, argv)
        sys.stdout.flush()
    except BrokenPipeError as error:
        return Exit.DONE if _is_stdouts() else _fail(error, argv)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - this is where everything ends
        return _fail(error, argv)
    return code


def _call(command: click.Command, argv: Sequence[str]) -> int:
    try:
        with command.make_context("syncengine", list(argv)) as ctx:
            return int(command.invoke(ctx) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code


def _fail(error: BaseException, argv: Sequence[str]) -> int:
    from syncengine.cli import failure

    told = failure.of(error, argv)
    try:
        if wants_json(argv):
            return answer({"error": told.to_json()}, told.exit)
        click.echo(_text(told), err=True, color=_color(argv))
    except OSError:  # nowhere to say it: the code has to do
        with suppress(OSError):
            close_stdout()
    return told.exit


def _text(told: "Failure") -> str:
    from syncengine.evidence.mask import escape

    if told.exit is Exit.INTERRUPTED:
        return "interrupted"
    lines = [click.style("error: ", fg="red", bold=True) + escape(told.message)]
    lines += [f"  where: {escape(str(told.place))}"] if told.place else []
    lines += [f"  report: {told.report}"] if told.report else []
    lines += [f"  next: {escape(told.remedy)}"] if told.remedy else []
    return "\n".join(lines)


def wants_json(argv: Sequence[str]) -> bool:
    """Whether --format json was asked for. Read from the words themselves, because parsing them may have failed."""
    asked = "text"
    for word, after in pairwise([*argv, ""]):
        if word == "--":
            break
        if word == "--format":
            asked = after
        elif word.startswith("--format="):
            asked = word.removeprefix("--format=")
    return asked == "json"


def _color(argv: Sequence[str]) -> bool | None:
    return False if "--no-color" in argv or os.environ.get("NO_COLOR") else None


def _open_what_is_closed() -> None:
    """A stream that the caller closed (`>&-`) leads nowhere, and its number goes to no other file that is opened."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open


def _accept_all(stream: TextIO) -> None:
    """A character that the stream cannot carry (half of a surrogate pair, of a file's name) stands as its escape."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _is_stdouts() -> bool:
    """Whether stdout is the pipe that broke, and not some other one that the command used."""
    import select

    try:
        watch = select.poll()
        watch.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError):  # stdout is no file at all
        return False
    gone = any(state & (select.POLLERR | select.POLLHUP) for _, state in watch.poll(0))
    if gone:
        close_stdout()
    return gone
