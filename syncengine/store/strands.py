"""Strands: the hash chains of the audit trail, one per writing session. Pure: entries in, bytes and hashes out.

The body of an entry is the canonical JSON of

    {"strand", "number", "previous", "kind", "at", "facts"}  and, where it is about one: "record", "input", "action",
    "attempt"

`number` counts from 1 within the strand, `previous` is the hash of the entry before it in hex (64 zeros for the first).
The hash of an entry is `canonical.chain(previous, body)`. What the facts of each kind hold is said in `store.audit`.

A checkpoint is an ordinary entry that folds all strands: its facts hold every strand's count and head as they stood
just before it, and the hash of the checkpoint before it, in whichever strand that one is. Whoever kept the newest
checkpoint can tell a ledger that lost its tail, or that was put back to yesterday.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syncengine.canonical import chain, commitment, encode, root
from syncengine.clock import to_text
from syncengine.model.entry import Entry
from syncengine.model.value import Json
from syncengine.vocabulary import EntryKind

GENESIS: Final = bytes(32)
SALT_BYTES: Final = 16
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Where a strand stands: its number, how many entries it has, and the hash of the last one."""

    id: int
    count: int = 0
    head: bytes = GENESIS


def extend(strand: Strand, entries: Iterable[Entry]) -> tuple[Strand, list[tuple[int, bytes, bytes]]]:
    """The strand after these entries, and each one's (number, body, hash)."""
    number, head = strand.count, strand.head
    links: list[tuple[int, bytes, bytes]] = []
    moment, at = None, ""
    for entry in entries:
        if entry.at is not moment:
            moment, at = entry.at, to_text(entry.at)
        number += 1
        body = _body(strand.id, number, head, at, entry)
        head = chain(head, body)
        links.append((number, body, head))
    return Strand(id=strand.id, count=number, head=head), links


def _body(strand: int, number: int, previous: bytes, at: str, entry: Entry) -> bytes:
    """Canonical JSON, spelled here: names sorted, and nothing but the facts could need escaping."""
    facts = encode(entry.facts).decode()
    action = f'"action":{entry.action},' if entry.action else ""
    attempt = f'"attempt":{entry.attempt},' if entry.attempt else ""
    input_ = f'"input":{entry.input},' if entry.input else ""
    record = f'"record":{entry.record},' if entry.record else ""
    return (
        f'{{{action}"at":"{at}",{attempt}"facts":{facts},{input_}"kind":"{entry.kind.value}","number":{number},'
        f'"previous":"{previous.hex()}",{record}"strand":{strand}}}'
    ).encode()


def checkpoint(heads: Iterable[Strand], previous: bytes, at: datetime) -> Entry:
    """`previous` is the hash of the checkpoint before (GENESIS for the first)."""
    folded: Mapping[str, Json] = {str(s.id): [s.count, s.head.hex()] for s in heads}
    return Entry(kind=EntryKind.CHECKPOINT, at=at, facts={"heads": folded, "previous": previous.hex()})


def payloads_stored(first: int, leaves: Sequence[bytes], at: datetime) -> Entry:
    """The entry over a run of payloads with consecutive ids; `leaves` are what `model.payload.leaf` makes of each."""
    last = first + len(leaves) - 1
    return Entry(kind=EntryKind.PAYLOADS, at=at, facts={"first": first, "last": last, "root": root(leaves).hex()})


def rows_written(turn: int, rows: Mapping[str, Json], at: datetime) -> Entry:
    """The entry that stands first in every transaction; `rows` are [keys, seals] by part of a table."""
    return Entry(kind=EntryKind.WRITTEN, at=at, facts={"turn": turn, "rows": rows})


def seal(bodies: Sequence[bytes], salts: bytes) -> list[tuple[bytes, bytes]]:
    """(salt, commitment) of each body; `salts` is as much randomness as they need together."""
    sealed: list[tuple[bytes, bytes]] = []
    for place, body in enumerate(bodies):
        salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
        sealed.append((salt, commitment(salt, body)))
    return sealed
