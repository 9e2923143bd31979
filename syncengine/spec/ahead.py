"""The object files of a large map, read by a second process while this one still loads its libraries.

Only sound files come from there: whatever is wrong with one is found, and said, by whoever needs it. Nothing here
imports more than the reading of a sound file does.
"""

import marshal
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from syncengine.spec.aside import Aside, aside
from syncengine.spec.sound import LOADER, Sound, sound
from syncengine.spec.text import TextError, decode, read_bytes

MANY: Final = 64
"""From so many files on they are worth a process."""


class Read(NamedTuple):
    """A file's bytes, and what they hold."""

    raw: bytes
    held: Sound


class Ahead:
    """What the second process reads. The first question waits for its end; without an answer, nothing was read."""

    def __init__(self, reading: Aside) -> None:
        self._reading = reading
        self._read: Mapping[str, Read] | None = None

    def get(self, path: Path) -> Read | None:
        if self._read is None:
            told = self._reading.answer()
            files = [] if told is None else marshal.loads(told)  # noqa: S302 - our own process wrote it
            self._read = {name: Read(raw, Sound(data, flat)) for name, raw, data, flat in files}
        return self._read.get(os.fspath(path))


def read_ahead(folder: Path) -> Ahead | None:
    """None where it is not worth it, or not possible."""
    try:
        paths = [entry.path for entry in os.scandir(folder / "objects") if entry.name.endswith(".yaml")]
    except OSError:
        return None
    reading = aside(lambda: marshal.dumps(_sound_ones(paths))) if len(paths) >= MANY else None
    return None if reading is None else Ahead(reading)


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
