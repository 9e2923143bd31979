"""The edges that an attempt takes in one transaction; the same for every store."""

from syncengine.model.attempt import MOVES
from syncengine.vocabulary import AttemptState

OPEN = frozenset({AttemptState.SENT, AttemptState.UNKNOWN, AttemptState.PROBING})
"""States of an attempt whose outcome may still be settled."""


def settled(current: AttemptState, to: AttemptState, *, via: str) -> tuple[AttemptState, ...]:
    """The states that an attempt passes on its way to `to`, which is the last of them. A probe passes PROBING.

    Raises ValueError when no legal way leads there: a mistake of the caller, whatever the target said.
    """
    probed = via == "probe" and current is AttemptState.UNKNOWN
    way = (AttemptState.PROBING, to) if probed else (to,)
    for source, target in zip((current, *way), way, strict=False):
        if target not in MOVES[source]:
            raise ValueError(f"an attempt that is {source} cannot become {target} by {via}")
    return way


def resumed(current: AttemptState | None) -> tuple[AttemptState, ...] | None:
    """The states that the last attempt passes when the intent of its action is committed; None: a new one is made."""
    if current is AttemptState.PREPARED:
        return (AttemptState.SENT,)
    if current is AttemptState.THROTTLED:
        return (AttemptState.PREPARED, AttemptState.SENT)
    return None
