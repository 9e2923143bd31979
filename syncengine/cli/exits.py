"""Exit codes, and the one JSON object that goes with each. `syncengine.cli.door` turns errors into them.

Every command pays for what is imported here at the top, `--help` included.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

import click

SCHEMA_VERSION: Final = 1


class Exit(IntEnum):
    DONE = 0
    FINDINGS = 1
    CHANGES = 2
    BREAKING = 3
    REFUSED = 4
    OPEN = 5
    USAGE = 64
    BUG = 70
    TEMPORARY = 75
    INTERRUPTED = 130


_PRECEDENCE: Final = (
    Exit.INTERRUPTED,
    Exit.USAGE,
    Exit.BUG,
    Exit.TEMPORARY,
    Exit.REFUSED,
    Exit.OPEN,
    Exit.BREAKING,
    Exit.FINDINGS,
    Exit.CHANGES,
    Exit.DONE,
)


def worst(codes: Iterable[Exit]) -> Exit:
    """The one that is reported when several apply."""
    return min(codes, key=_PRECEDENCE.index, default=Exit.DONE)


def answer(document: Mapping[str, Any], code: Exit, *, has_changes: bool = False) -> Exit:
    """Print a command's one JSON object; gives back the code, also when nobody reads the answer any more."""
    head = {"schema_version": SCHEMA_VERSION, "exit": int(code), "has_changes": has_changes}
    return say(to_json({**head, **document}), code)


def say(text: str, code: Exit) -> Exit:
    """Print a command's text, its colours only to a terminal; gives back the code, also when nobody reads any more."""
    try:
        click.echo(text)
    except BrokenPipeError:
        close_stdout()
    return code


def to_json(document: Mapping[str, Any]) -> str:
    """Readable JSON. Characters that would act on a terminal stand as escapes, so it means the same everywhere."""
    import json

    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain).replace("\x7f", "\\u007f")
    if text.isascii():
        return text
    return "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text)


def close_stdout() -> None:
    """Point stdout to nowhere, so that nothing complains about the closed pipe at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _plain(value: object) -> str:
    from datetime import datetime
    from decimal import Decimal

    from syncengine.clock import to_text
    from syncengine.model.value import plain

    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, os.PathLike):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
