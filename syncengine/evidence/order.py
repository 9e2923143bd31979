"""Entries of all strands in the order in which they were written: transactions are numbered over all of them."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import Any, Final

from syncengine.canonical import decode
from syncengine.model.book import Book
from syncengine.model.entry import ChainedEntry
from syncengine.vocabulary import EntryKind

_KINDS: Final = frozenset(kind.value for kind in EntryKind)
_WRITTEN: Final = EntryKind.WRITTEN.value

Said = Mapping[str, Any]
Told = tuple[ChainedEntry, Said | None]
"""An entry, and what its body says; None when that is not the canonical JSON of one."""

Transaction = tuple[int, list[Told]]
"""Its number, 0 in ledgers of an older version, and its entries."""


def in_turn(book: Book, after: Mapping[int, int], until: Mapping[int, int]) -> Iterator[Transaction]:
    """What stands in the strands behind `after` up to `until`, by strand; all of one that `until` does not name."""
    strands = [
        transactions(_up_to(book.entries(strand, after.get(strand)), until.get(strand)))
        for strand in sorted({*book.strands(), *until})
    ]
    return merge(*strands, key=itemgetter(0))


def _up_to(entries: Iterable[ChainedEntry], last: int | None) -> Iterator[ChainedEntry]:
    for entry in entries:
        if last is not None and entry.number > last:
            return
        yield entry


def transactions(entries: Iterable[ChainedEntry]) -> Iterator[Transaction]:
    """The transactions of one strand. Numbers that go down, as only a forger's do, are taken for the highest so far."""
    turn, told = 0, list[Told]()
    for entry in entries:
        said = read(entry.body)
        begins = said is not None and said["kind"] == _WRITTEN
        if begins and not _opens(told):
            if told:
                yield turn, told
            told = []
        if begins:
            turn = max(turn, _turn(said))
        elif not turn and told and not _opens(told):
            yield turn, told
            told = []
        told.append((entry, said))
    if told:
        yield turn, told


def _opens(told: list[Told]) -> bool:
    """Whether it is the one entry that stands before the number of a strand's first transaction."""
    return len(told) == 1 and told[0][1] is not None and told[0][1]["kind"] == EntryKind.SESSION_OPENED.value


def _turn(said: Said | None) -> int:
    try:
        return int(said["facts"]["turn"]) if said else 0
    except (LookupError, TypeError, ValueError):
        return 0


def read(body: bytes) -> Said | None:
    try:
        said = decode(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and said.get("kind") in _KINDS else None
