"""Work that a second process does meanwhile: a copy of this one, which has nothing in common with it but a pipe."""

import os
from collections.abc import Callable
from typing import Final

_DONE: Final = b"\n"
"""Stands behind an answer, so that half of one is none."""


class Aside:
    def __init__(self, pipe: int, process: int) -> None:
        self._pipe = pipe
        self._process = process

    def answer(self) -> bytes | None:
        """Waits for it; to be asked once. None where it failed: whoever asks does the work himself, and sees why."""
        with os.fdopen(self._pipe, "rb") as stream:
            told = stream.read()
        os.waitpid(self._process, 0)
        return told.removesuffix(_DONE) if told.endswith(_DONE) else None


def aside(work: Callable[[], bytes]) -> Aside | None:
    """None where this system has no such processes."""
    if not hasattr(os, "fork"):
        return None
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        _live(work, theirs)
    os.close(theirs)
    return Aside(ours, process)


def _live(work: Callable[[], bytes], pipe: int) -> None:
    """The whole life of the second process. Nothing of the first one is ended or flushed with it."""
    try:
        with os.fdopen(pipe, "wb") as stream:
            stream.write(work() + _DONE)
    finally:
        os._exit(0)
