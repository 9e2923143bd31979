"""Putting the moves of one thing in a row: several sessions may have moved it, each in a strand of its own."""

from collections.abc import Sequence
from typing import Any

Edge = tuple[str, tuple[int, int], Any, Any]
"""When (RFC 3339), in which entry (strand, number), from where to where."""

Path = list[Edge]


def follow(edges: Sequence[Edge], start: Any) -> tuple[Any, Sequence[Edge]]:
    """Where the moves lead from `start`, and those that could not be fitted in, the first one first.

    The order within a strand is certain; between strands it is told by the chain of from and to, and by the clock where
    that leaves a choice.
    """
    state = start
    for edge in edges:
        if edge[2] != state:
            return _merge(edges, start)
        state = edge[3]
    return state, ()


def _merge(edges: Sequence[Edge], start: Any) -> tuple[Any, Sequence[Edge]]:
    strands: dict[int, list[Edge]] = {}
    for edge in edges:
        strands.setdefault(edge[1][0], []).append(edge)
    queues = [queue[::-1] for queue in strands.values()]
    state = start
    while queues:
        fitting = [queue for queue in queues if queue[-1][2] == state]
        if not fitting:
            break
        queue = min(fitting, key=lambda queue: queue[-1][0])
        state = queue.pop()[3]
        queues = [queue for queue in queues if queue]
    return state, sorted(edge for queue in queues for edge in queue[-1:])
