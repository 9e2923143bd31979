"""The "did you mean" of every message."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

_MANY: Final = 200
"""From so many known words on, only some of the same beginning and nearly the same length are compared."""

GUESSES: Final = 100
"""Who may meet more unknown words than this in one map guesses no longer: the first ones tell enough."""


def near(word: str, known: Iterable[str]) -> str:
    """The known word that is most like it, or an empty text."""
    found = get_close_matches(word.lower(), _candidates(word.lower(), sorted(known)), n=1, cutoff=0.6)
    return found[0] if found else ""


def _candidates(word: str, known: Sequence[str]) -> Sequence[str]:
    if len(known) < _MANY:
        return known
    kin = [other for other in known if other[:2] == word[:2] and abs(len(other) - len(word)) <= 2]  # noqa: PLR2004
    return kin[:_MANY]


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """A remedy: the nearest known word, or else all of them when they are few, or else `otherwise`."""
    listed = sorted(known)
    match = near(word, listed)
    if match:
        return f"Did you mean {match}?"
    few = 12
    return f"Known are {', '.join(listed)}." if listed and len(listed) <= few else otherwise
