"""Writing anchors: how the ledger stands, appended to a file that is kept elsewhere."""

import os
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.errors import UserError
from syncengine.evidence.anchor import drop
from syncengine.store.protocol import Store


def anchor_of(store: Store) -> str:
    """Raises UserError for a ledger in which no transaction is numbered yet."""
    heads = store.book().heads()
    if not heads.turn:
        raise UserError(
            "there is nothing to anchor: no session of this version has written to this ledger yet",
            remedy="run once, then write the anchor",
            rule="audit/nothing-to-anchor",
        )
    return drop(heads, SystemClock().now())


def append(path: Path, line: str) -> None:
    """The line is on the disk when this returns. Raises UserError where the file cannot be written."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(file, line.encode() + b"\n")
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise UserError(
            f"the anchors {path} cannot be written: {error.strerror}",
            remedy="name a file that can be written",
            rule="audit/anchors",
        ) from error
