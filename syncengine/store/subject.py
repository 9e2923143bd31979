"""Whom an input is about, as the ledger writes it down; and how it remembers somebody whom it has forgotten. Pure.

After an erasure nothing is left of a subject but ids, and a keyed hash of every name it went by: whatever comes later
and says one of those names is not kept.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from syncengine.model.erasure import Name
from syncengine.model.event import Accepted
from syncengine.model.struct import replace

_PURPOSE: Final = b"erased\x00"
_WORD: Final = re.compile(rb"[\w.@:+-]{3,}")
"""What may be an id in a text that is not JSON: of fewer characters there are too many by chance."""


def rows_of(accepted: Accepted) -> Iterator[tuple[Name, Name]]:
    """(name, the name of what is shown: that hangs on it, or is it; "" for a mere mention)."""
    envelope, scope = accepted.envelope, _scope(accepted)
    shown = f"{scope}{envelope.record}" if envelope.record else ""
    for subject in envelope.subjects:
        name = f"{scope}{subject}"
        yield name, shown or name
    for mention in envelope.mentions:
        yield f"{scope}{mention}", ""


def subjects_of(accepted: Accepted) -> list[Name]:
    """The names of whom it is about, without those that it merely mentions."""
    scope = _scope(accepted)
    return [f"{scope}{subject}" for subject in accepted.envelope.subjects]


def _scope(accepted: Accepted) -> str:
    return "" if accepted.reading else f"{accepted.delivery.system}:"


FORGOTTEN: Final = "it is about somebody who was erased: nothing of it is kept"


def forgotten(accepted: Accepted) -> Accepted:
    """What is kept of an input about somebody who was erased: that it came, and when. No delivery has an empty body.
    The name of a reading tells what was read, so that it gets another one.
    """
    envelope = accepted.envelope
    if accepted.reading:
        envelope = replace(envelope, event_id=f"reading:{envelope.record}:erased")
    return replace(accepted, delivery=replace(accepted.delivery, body=b""), envelope=envelope, trouble="")


def sifted(accepted: Sequence[Accepted], gone: Collection[Name]) -> tuple[Sequence[Accepted], set[Name]]:
    """The same inputs, emptied where they are about somebody who is `gone`; and the names that are gone with them: of
    what they show, and of what hangs on that in turn.
    """
    names: set[Name] = set(gone)
    hit: set[int] = set()
    while new := [n for n, one in enumerate(accepted) if n not in hit and not names.isdisjoint(subjects_of(one))]:
        hit.update(new)
        names.update(who for n in new for who, shown in rows_of(accepted[n]) if who == shown)
    kept = [forgotten(one) if n in hit else one for n, one in enumerate(accepted)] if hit else accepted
    return kept, names.difference(gone)


def mark(secret: bytes, name: Name) -> str:
    """What the ledger keeps of a name that it has forgotten, in hexadecimal digits."""
    return hmac.digest(secret, _PURPOSE + name.encode(errors="surrogatepass"), "sha256").hex()


def names_of_link(flow: str, id_: str) -> tuple[Name, Name]:
    """How inputs call a record: readings by its flow, deliveries by its system, after which a flow is mostly named."""
    return f"{flow}:{id_}", f"{flow.partition('.')[2]}:{id_}"


def words(system: str, body: bytes) -> set[Name]:
    """Everything in a text that may be the name of somebody: in lines that are no deliveries, whatever is wrong with
    them, and in bodies that nobody looked through when they came.
    """
    found = {f"{system}:{word.decode(errors='replace')}" for word in _WORD.findall(body)}
    for hidden in _hidden(body):
        found |= {f"{system}:{word.decode(errors='replace')}" for word in _WORD.findall(hidden)}
    return found


def _hidden(body: bytes) -> Iterable[bytes]:
    """The body within a captured line, where it is written in another way."""
    try:
        line: Any = json.loads(body)
        inner: Any = line.get("body_b64") if isinstance(line, dict) else None
        if isinstance(inner, str):
            yield base64.b64decode(inner)
        text: Any = line.get("body") if isinstance(line, dict) else None
        if isinstance(text, str):
            yield text.encode(errors="replace")
    except (ValueError, binascii.Error, RecursionError):
        return


def says(names: Collection[Name], system: str, body: bytes) -> bool:
    """Whether a text that was not understood names one of them."""
    return not words(system, body).isdisjoint(names)
