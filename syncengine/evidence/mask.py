"""What people may see. A value is clear where its field's class says so; everything else is masked, and whatever is
shown has lost the characters that act on a terminal.
"""

from collections.abc import Mapping
from typing import Final

from syncengine.model.value import Json, amount
from syncengine.vocabulary import SENSITIVITY_CLASSES

CLEAR: Final = frozenset({"public", "internal", "financial"})
_INITIAL: Final = frozenset({"pii"})
MASK: Final = "•••"
EMPTY: Final = "(empty)"
_SHORT: Final = 4
_RUN: Final = 5

assert set(SENSITIVITY_CLASSES) > (CLEAR | _INITIAL)


def escape(text: str) -> str:
    r"""The text on one line, harmless to a terminal: control, format and bidi characters stand as \xNN or \uNNNN."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def mask(value: Json, klass: str = "") -> str:
    """A hint of a value that is not shown: for pii its first character and its length, for all others nothing.

    It never holds five characters in a row of the value.
    """
    if not isinstance(value, str) or klass not in _INITIAL or len(value) < _SHORT:
        return MASK
    hint = f"{escape(value[0]) if value[0].isprintable() else ''}{MASK}({len(value)})"
    told = any(hint[n : n + _RUN] in value for n in range(len(hint) - _RUN + 1))
    return MASK if told else hint


def show(value: Json, klass: str) -> str:
    """A value as people read it: clear or masked by the class of its field ("" = unknown, so masked)."""
    if value is None:
        return EMPTY
    return clear(value) if klass in CLEAR else mask(value, klass)


def clear(value: Json) -> str:
    """A value in words: money as an amount, a ref as its record, an address or a verification as its parts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, Mapping):
        return escape(str(value))
    if value.keys() == {"currency", "minor"}:
        return escape(f"{amount(value)} {value['currency']}")
    if "flow" in value and "id" in value:
        return escape(f"{value['flow']} {value['id']}")
    return escape(", ".join(f"{name} {clear(part)}" for name, part in value.items()))
