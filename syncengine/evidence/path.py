"""Putting the moves of one thing in a row: several sessions may have moved it, each in a strand of its own."""

from collections.abc import Sequence
from typing import Any

Edge = tuple[str, int, int, Any, Any]
"""When (RFC 3339), in which entry (strand, number), from where to where."""

Path = list[Any]
"""Edges, one after the other without their brackets: there is one for every change of state in the ledger."""


def follow(path: Path, start: Any) -> tuple[Any, Sequence[Edge]]:
    """Where the moves lead from `start`, and the next ones that could not be fitted in.

    The order within a strand is certain; between strands it is told by the chain of from and to, and by the clock where
    that leaves a choice.
    """
    state = start
    for place in range(3, len(path), 5):
        if path[place] != state:
            return _merge(path, start)
        state = path[place + 1]
    return state, ()


def _merge(path: Path, start: Any) -> tuple[Any, Sequence[Edge]]:
    strands: dict[int, list[Edge]] = {}
    for place in range(0, len(path), 5):
        at, strand, number, source, target = path[place : place + 5]
        strands.setdefault(strand, []).append((at, strand, number, source, target))
    queues = [queue[::-1] for queue in strands.values()]
    state = start
    while queues:
        fitting = [queue for queue in queues if queue[-1][3] == state]
        if not fitting:
            break
        queue = min(fitting, key=lambda queue: queue[-1][0])
        state = queue.pop()[4]
        queues = [queue for queue in queues if queue]
    return state, sorted(queue[-1] for queue in queues)
