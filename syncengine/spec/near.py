"""The "did you mean" of every message."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(word: str, known: Iterable[str]) -> str:
    """The known word that is most like it, or an empty text."""
    found = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """A remedy: the nearest known word, or else all of them when they are few, or else `otherwise`."""
    listed = sorted(known)
    match = near(word, listed)
    if match:
        return f"Did you mean {match}?"
    few = 12
    return f"Known are {', '.join(listed)}." if listed and len(listed) <= few else otherwise
