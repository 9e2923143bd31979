"""The object files of a large map, read by a second process while this one still loads its libraries.

Only sound files come from there: whatever is wrong with one is found, and said, by whoever needs it. Nothing here
imports more than the reading of a sound file does.
"""

import marshal
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from syncengine.spec.sound import LOADER, Sound, sound
from syncengine.spec.text import TextError, decode, read_bytes

MANY: Final = 64
"""From so many files on it is worth a process."""


class Read(NamedTuple):
    """A file's bytes, and what they hold."""

    raw: bytes
    held: Sound


class Ahead:
    """What the second process reads. The first question waits for its end; without an answer, nothing was read."""

    def __init__(self, pipe: int, process: int) -> None:
        self._pipe = pipe
        self._process = process
        self._read: Mapping[str, Read] | None = None

    def get(self, path: Path) -> Read | None:
        if self._read is None:
            self._read = self._received()
        return self._read.get(os.fspath(path))

    def _received(self) -> Mapping[str, Read]:
        with os.fdopen(self._pipe, "rb") as stream:
            told = stream.read()
        os.waitpid(self._process, 0)
        try:
            files = marshal.loads(told)  # noqa: S302 - our own child wrote it
            return {path: Read(raw, Sound(data, flat)) for path, raw, data, flat in files}
        except (EOFError, ValueError, TypeError):  # it ended too early
            return {}


def read_ahead(folder: Path) -> Ahead | None:
    """None where it is not worth it, or not possible."""
    try:
        paths = [entry.path for entry in os.scandir(folder / "objects") if entry.name.endswith(".yaml")]
    except OSError:
        return None
    if len(paths) < MANY or not hasattr(os, "fork"):
        return None
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        _tell(paths, theirs)
    os.close(theirs)
    return Ahead(ours, process)


def _tell(paths: list[str], pipe: int) -> None:
    """The whole life of the second process: it shares nothing with the first one but the pipe."""
    try:
        with os.fdopen(pipe, "wb") as stream:
            stream.write(marshal.dumps(_sound_ones(paths)))
    finally:
        os._exit(0)


def _sound_ones(paths: list[str]) -> list[tuple[str, bytes, object, bool]]:
    found: list[tuple[str, bytes, object, bool]] = []
    for path in paths:
        try:
            raw = read_bytes(Path(path))
            held = sound(decode(raw), LOADER)
        except (OSError, TextError):
            continue
        if held is not None:
            found.append((path, raw, held.data, held.flat))
    return found
