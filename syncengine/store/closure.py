"""What hangs together in one flow: from some entities over equal hashes to records of theirs, and on from those."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from syncengine.model.matching import Keys

CROWD: Final = 50
"""So many that say the same are in question in any case: what else they say is not followed up."""

Theirs = Mapping[str, Keys]
Ours = Mapping[int, Keys]


def closure(
    first: Ours, theirs_by: Callable[[set[bytes]], Theirs], ours_by: Callable[[set[bytes]], Ours]
) -> tuple[dict[int, Keys], dict[str, Keys]]:
    """Our records and theirs that are connected with the first ones. The two look-ups give everyone who says one of
    the hashes, with all that they say.
    """
    ours, theirs = dict(first), dict[str, Keys]()
    asked: set[bytes] = set()
    todo = _said(first.values())
    while todo:
        asked |= todo
        there = theirs_by(todo)
        shared = todo & _said(there.values())
        here = ours_by(shared) if shared else {}
        quiet = todo - _crowded(shared, (*here.values(), *there.values()))
        new = [keys for id_, keys in there.items() if id_ not in theirs and not quiet.isdisjoint(keys.values())]
        new += [keys for record, keys in here.items() if record not in ours and not quiet.isdisjoint(keys.values())]
        theirs.update(there)
        ours.update(here)
        todo = _said(new) - asked
    return ours, theirs


def _said(keys: Iterable[Keys]) -> set[bytes]:
    return {hash_ for each in keys for hash_ in each.values()}


def _crowded(shared: set[bytes], keys: Iterable[Keys]) -> set[bytes]:
    counts = dict.fromkeys(shared, 0)
    for hash_ in (hash_ for each in keys for hash_ in each.values()):
        if hash_ in counts:
            counts[hash_] += 1
    return {hash_ for hash_, count in counts.items() if count > CROWD}
