"""A dictionary whose changes can be taken back: what makes a transaction of the memory store all or nothing."""

from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """How to undo every change since the last `keep`, newest last."""

    __slots__ = ("_undo",)

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def note(self, undo: Callable[[], None]) -> None:
        self._undo.append(undo)

    def keep(self) -> None:
        self._undo.clear()

    def take_back(self) -> None:
        while self._undo:
            self._undo.pop()()


class Table(Generic[K, V]):
    """Rows by key. Rows are values: a change puts another row in the place of the old one."""

    __slots__ = ("_journal", "_rows")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rows: dict[K, V] = {}

    def put(self, key: K, row: V) -> None:
        rows = self._rows
        if key in rows:
            old = rows[key]
            self._journal.note(lambda: rows.__setitem__(key, old))
        else:
            self._journal.note(lambda: rows.__delitem__(key))
        rows[key] = row

    def drop(self, key: K) -> None:
        """Forget a row; one that is not there is nothing to forget."""
        rows = self._rows
        if key in rows:
            old = rows.pop(key)
            self._journal.note(lambda: rows.__setitem__(key, old))

    def get(self, key: K) -> V | None:
        return self._rows.get(key)

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __contains__(self, key: K) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def keys(self) -> KeysView[K]:
        return self._rows.keys()

    def values(self) -> ValuesView[V]:
        return self._rows.values()

    def items(self) -> ItemsView[K, V]:
        return self._rows.items()
