"""Where everything in one file stands. Paths are keys and list indexes: ("fields", "total", "type")."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from syncengine.errors import Place

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]


def path_text(path: Path) -> str:
    """Keys and indexes joined by dots."""
    return ".".join(str(step) for step in path)


class Spot(NamedTuple):
    """Line and column, from 1; a column is a character. `inner` is the column where a scalar's own text starts, 0 where
    it is not on one line or not written as it reads; `width` how many characters it takes with its quotes, 0 where it
    is not on one line.
    """

    line: int
    column: int
    inner: int = 0
    width: int = 0


Spots: TypeAlias = dict[Path, Spot]


class Marks:
    """`keys` holds the spot of each mapping key, `values` of each value and list item.

    With `look`, the file is looked through when a place in it is asked for first, and not before. `flat`: it is known
    without looking that each mapping which stands in a list stands on one line.
    """

    __slots__ = ("_keys", "_look", "_values", "file", "flat")

    def __init__(self, file: str, look: "Callable[[], Marks] | None" = None, *, flat: bool = False) -> None:
        self.file = file
        self.flat = flat
        self._keys: Spots = {}
        self._values: Spots = {}
        self._look = look

    @property
    def keys(self) -> Spots:
        self._complete()
        return self._keys

    @property
    def values(self) -> Spots:
        self._complete()
        return self._values

    def _complete(self) -> None:
        if self._look is not None:
            look, self._look = self._look, None
            found = look()
            self._keys, self._values = found.keys, found.values

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

    def inside(self, path: Sequence[Step], offset: int, width: int = 0) -> Place:
        """The place of a part of a text, from 0; of the whole text where it is written over several lines."""
        spot = self.values.get(self.known(path))
        if spot is None or not spot.inner:
            return self._place(spot)
        return Place(self.file, spot.line, spot.inner + offset, width)

    def _place(self, spot: Spot | None) -> Place:
        return Place(self.file) if spot is None else Place(self.file, spot.line, spot.column, spot.width)
