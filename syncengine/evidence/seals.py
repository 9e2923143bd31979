"""The seals of rows, as the trail gives them: the newest of each row, by part and key."""

from array import array
from collections.abc import Iterator, Sequence
from sys import byteorder
from typing import Any, Final

from syncengine.model.seal import GONE, WIDTH

_NONE: Final = 0
_GONE: Final = 1
_SLACK: Final = 1_000_000


class Seals:
    """Those of one part. Numbers that are keys stand close together: eight bytes each, and no object."""

    __slots__ = ("_by_key", "_by_number", "_settled", "_settled_keys")

    def __init__(self) -> None:
        self._by_number = array("Q")
        self._settled = bytearray()
        self._by_key: dict[Any, int] = {}
        self._settled_keys: set[Any] = set()

    def take(self, keys: Sequence[Any], seals: str) -> None:
        """Raises ValueError or TypeError for what no entry says."""
        if len(seals) != WIDTH * len(keys):
            raise ValueError("there are not as many seals as keys")
        if not keys:
            return
        numbers = numbers_of(seals)
        first, last = keys[0], keys[-1]
        if self._fits(first) and self._fits(last) and last - first == len(keys) - 1 and keys == list(
            range(first, last + 1)
        ):  # fmt: skip
            self._grow(last)
            self._by_number[first : last + 1] = numbers
            self._settled[first : last + 1] = bytes(len(numbers))
            return
        for key, number in zip(keys, numbers, strict=True):
            self.put(tuple(key) if isinstance(key, list) else key, number)

    def put(self, key: Any, seal: int) -> None:
        if self._fits(key):
            self._grow(key)
            self._by_number[key] = seal
            self._settled[key] = 0
        else:
            self._by_key[key] = seal
            self._settled_keys.discard(key)

    def _fits(self, key: Any) -> bool:
        return type(key) is int and 0 <= key < len(self._by_number) + _SLACK

    def _grow(self, key: int) -> None:
        missing = key + 1 - len(self._by_number)
        if missing > 0:
            room = max(missing, min(len(self._by_number), _SLACK))
            self._by_number.extend(array("Q", bytes(8 * room)))
            self._settled.extend(bytes(room))
            self._take_in()

    def _take_in(self) -> None:
        """Numbers that stood too far away before."""
        for key in [key for key in self._by_key if type(key) is int and 0 <= key < len(self._by_number)]:
            self._by_number[key] = self._by_key.pop(key)
            self._settled[key] = key in self._settled_keys
            self._settled_keys.discard(key)

    def get(self, key: Any) -> int:
        """0: no entry names this row, or says that it is gone."""
        if type(key) is int and 0 <= key < len(self._by_number):
            found = self._by_number[key]
        else:
            found = self._by_key.get(key, _NONE)
        return _NONE if found == _GONE else found

    def drop(self, key: Any) -> None:
        """What was said of this row counts no longer."""
        self.put(key, _NONE)

    def settle(self, key: Any) -> None:
        """The row is as its seal says."""
        if type(key) is int and 0 <= key < len(self._settled):
            self._settled[key] = 1
        else:
            self._settled_keys.add(key)

    def left(self) -> Iterator[Any]:
        """The keys of rows that should be there and were not settled."""
        numbers = zip(self._by_number, self._settled, strict=True)
        yield from (number for number, (seal, settled) in enumerate(numbers) if seal > _GONE and not settled)
        yield from (key for key, seal in self._by_key.items() if seal > _GONE and key not in self._settled_keys)


def numbers_of(seals: str) -> "array[int]":
    if GONE in seals:
        parts = (seals[place : place + WIDTH] for place in range(0, len(seals), WIDTH))
        return array("Q", [_GONE if part == GONE else int(part, 16) for part in parts])
    found = array("Q", bytes.fromhex(seals))
    if byteorder == "little":
        found.byteswap()
    return found
