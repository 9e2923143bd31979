"""One transaction of the memory store: the ledger that it changes, and what it writes into the audit trail."""

from collections.abc import Callable
from datetime import datetime

from syncengine.model.entry import ChainedEntry, Entry
from syncengine.model.payload import PayloadKind, PayloadRow, leaf
from syncengine.model.seal import seal_all
from syncengine.model.value import Json
from syncengine.store.document import to_bytes
from syncengine.store.memory.ledger import Ledger
from syncengine.store.protocol import Session
from syncengine.store.strands import SALT_BYTES, extend, payloads_stored, rows_written, seal
from syncengine.vocabulary import EntryKind

CHECKPOINT = "checkpoint"
"""Where the ledger keeps the hash of its newest checkpoint."""

OWN_KEY = "own_key"
"""Where it keeps its own key, as hexadecimal digits."""

Randomness = Callable[[int], bytes]
"""So many random bytes."""


class Transaction:
    """`session` is who writes. `entries` go into its strand, in their order, when the transaction is sealed."""

    __slots__ = ("_stored", "entries", "ledger", "now", "randomness", "session")

    def __init__(self, ledger: Ledger, session: Session, now: datetime, random: Randomness) -> None:
        self.ledger = ledger
        self.session = session
        self.now = now
        self.entries: list[Entry] = []
        self.randomness = random
        self._stored: list[PayloadRow] = []

    def keep(self, kind: PayloadKind, body: bytes, record: int = 0) -> int:
        """Store a payload and commit to it; gives its number."""
        number = self.ledger.number("payload")
        ((salt, commitment),) = seal([body], self.randomness(SALT_BYTES))
        row = PayloadRow(
            id=number, kind=kind.value, record=record, salt=salt, body=body, commitment=commitment, erased_by=0
        )
        self.ledger.payloads.put(number, row)
        self._stored.append(row)
        return number

    def keep_json(self, kind: PayloadKind, value: Json, record: int = 0) -> int:
        return self.keep(kind, to_bytes(value), record)

    def sealed(self, text: str) -> str:
        """What an entry may say of a text that may hold a value of theirs; nothing of none."""
        return seal_all(bytes.fromhex(self.ledger.meta.get(OWN_KEY) or ""), [(text,)]) if text else ""

    def next_number(self) -> int:
        """Which entry of its strand the next one will be: what the transaction wrote of rows goes before all."""
        return self.ledger.strands[self.session.strand].count + len(self.entries) + 2

    def seal(self) -> None:
        """Chain the entries of this transaction to the session's strand."""
        if self._stored:
            leaves = [leaf(kind=row.kind, record=row.record, commitment=row.commitment) for row in self._stored]
            self.entries.append(payloads_stored(self._stored[0].id, leaves, self.now))
        if self.entries:
            opened = self.entries[0].kind is EntryKind.SESSION_OPENED  # with which every strand begins
            self.entries.insert(1 if opened else 0, rows_written(self.ledger.number("turn"), {}, self.now))
        strand = self.ledger.strands[self.session.strand]
        extended, links = extend(strand, self.entries)
        for entry, (number, body, hash_) in zip(self.entries, links, strict=True):
            row = ChainedEntry(strand=strand.id, number=number, kind=entry.kind.value, body=body, hash=hash_)
            self.ledger.entries.put((strand.id, number), row)
            if entry.kind is EntryKind.CHECKPOINT:
                self.ledger.meta.put(CHECKPOINT, hash_.hex())
        self.ledger.strands.put(strand.id, extended)
