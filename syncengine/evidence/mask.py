"""What people may see. A value is shown as the view says for its class, and what is not said is withheld. Whatever is
shown has lost the characters that act on a terminal.
"""

import hmac
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from syncengine.canonical import encode
from syncengine.model.value import Json, amount, plain
from syncengine.vocabulary import Mask

MASK: Final = "•••"
EMPTY: Final = "(empty)"
HASH_DIGITS: Final = 12
HIDDEN: Final = 5
"""Characters that have to stay hidden behind the ends of a value; of a shorter one nothing is shown."""
_SHORT: Final = 4
_RUN: Final = 5
_PURPOSE: Final = b"shown\x00"


def escape(text: str) -> str:
    r"""The text on one line, harmless to a terminal: control, format and bidi characters stand as \xNN or \uNNNN."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def show(value: Json, mask: Mask, key: bytes = b"") -> str:
    """A value as one mask shows it. Empty is not a secret. `key` is the ledger's, for hashes."""
    if value is None:
        return EMPTY
    return hashed(value, key) if mask is Mask.HASHED else _SHOWN[mask](value)


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


def hint(value: Json) -> str:
    """The first character and the length of a text, of everything else nothing.

    It never holds five characters in a row of the value.
    """
    if not isinstance(value, str) or len(value) < _SHORT:
        return MASK
    found = f"{value[0] if value[0].isprintable() else ''}{MASK}({len(value)})"
    told = any(found[n : n + _RUN] in value for n in range(len(found) - _RUN + 1))
    return MASK if told else found


def hashed(value: Json, key: bytes) -> str:
    """The same digits for the same value, and for nobody without the key a way to try values. Nothing without a key."""
    if not key:
        return MASK
    return "#" + hmac.digest(key, _PURPOSE + encode(_spelled(value)), "sha256").hex()[:HASH_DIGITS]


def ends(value: Json, *, first: int, last: int) -> str:
    """The ends of a number or a text, punctuation left out; nothing of what has parts, or is too short to hide the
    rest.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return MASK
    kept = "".join(c for c in str(value) if c.isalnum())
    if len(kept) < first + last + HIDDEN:
        return MASK
    return f"{kept[:first]}{MASK}{kept[-last:]}"


def _spelled(value: Json) -> Json:
    """Canonical data in which a number and its text are one, and so are a ref and what it is spelled like."""
    if isinstance(value, Mapping):
        if "flow" in value and "id" in value:
            return [str(value["flow"]), str(value["id"])]
        return {str(name): _spelled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(part) for part in value]
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


_SHOWN: Final[Mapping[Mask, Callable[[Json], str]]] = {
    Mask.CLEAR: clear,
    Mask.MASKED: hint,
    Mask.LAST4: lambda value: ends(value, first=0, last=4),
    Mask.FIRST6_LAST4: lambda value: ends(value, first=6, last=4),
    Mask.WITHHELD: lambda _value: MASK,
}
