"""Where everything in one file stands. Paths are keys and list indexes: ("fields", "total", "type")."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from syncengine.errors import Place

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]


def path_text(path: Path) -> str:
    """Keys and indexes joined by dots."""
    return ".".join(str(step) for step in path)


@dataclass(frozen=True, slots=True)
class Spot:
    """Line and column, from 1. `inner` is the column where a scalar's own text starts, 0 where it is not on one line
    or not written as it reads.
    """

    line: int
    column: int
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """`keys` holds the spot of each mapping key, `values` of each value and list item."""

    file: str
    keys: dict[Path, Spot] = field(default_factory=dict)
    values: dict[Path, Spot] = field(default_factory=dict)

    def known(self, path: Sequence[Step]) -> Path:
        """The longest beginning of a path that the file holds; steps it does not hold are skipped."""
        found: Path = ()
        for step in path:
            if (*found, step) in self.values:
                found = (*found, step)
        return found

    def key(self, path: Sequence[Step]) -> Place:
        """The place of a key, or of the item of a list; the nearest thing above it where there is none."""
        found = self.known(path)
        return self._place(self.keys.get(found) or self.values.get(found))

    def value(self, path: Sequence[Step]) -> Place:
        """The place of a value; the nearest thing above it where there is none."""
        found = self.known(path)
        return self._place(self.values.get(found))

    def inside(self, path: Sequence[Step], offset: int) -> Place:
        """The place of one character of a text, from 0; of the whole text where it is written over several lines."""
        spot = self.values.get(self.known(path))
        if spot is None or not spot.inner:
            return self._place(spot)
        return Place(self.file, spot.line, spot.inner + offset)

    def _place(self, spot: Spot | None) -> Place:
        return Place(self.file) if spot is None else Place(self.file, spot.line, spot.column)
