"""One writing transaction of one session: numbers, payloads and audit entries are collected here and written at its
end, so that a transaction costs a few statements, however many rows it has.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, bindparam, select, update

from syncengine.clock import to_text
from syncengine.model.entry import Entry
from syncengine.model.payload import PayloadKind, leaf
from syncengine.model.seal import seal_all
from syncengine.model.value import Json
from syncengine.store.document import to_bytes
from syncengine.store.protocol import Session
from syncengine.store.schema.trail import audit, ledger, payloads, strands
from syncengine.store.sql.database import Database
from syncengine.store.sql.sealing import Sealing
from syncengine.store.sql.statement import TELLING, insert
from syncengine.store.strands import SALT_BYTES, Strand, extend, payloads_stored, rows_written, seal
from syncengine.vocabulary import EntryKind

Randomness = Callable[[int], bytes]
"""So many random bytes."""

_FOLD: Final = EntryKind.CHECKPOINT
_INSERT_PAYLOADS: Final = insert(payloads)
_INSERT_ENTRIES: Final = insert(audit)
_STRAND: Final = select(strands.c.count, strands.c.head).where(strands.c.id == bindparam("strand"))
_ADVANCE: Final = (
    update(strands)
    .where(strands.c.id == bindparam("strand"))
    .values(count=bindparam("new_count"), head=bindparam("new_head"))
)
_TURN: Final = select(ledger.c.turn, ledger.c.secret)
_NEXT_TURN: Final = update(ledger).values(turn=bindparam("new_turn"))


class Unit:
    __slots__ = (
        "_bodies",
        "_database",
        "_entries",
        "_first_payload",
        "_next",
        "_secret",
        "adopted",
        "at",
        "connection",
        "now",
        "randomness",
        "sealing",
        "session",
    )

    def __init__(
        self, database: Database, connection: Connection, session: Session, now: datetime, randomness: Randomness
    ) -> None:
        self.connection = connection
        self.session = session
        self.now = now
        self.at = to_text(now)
        self._database = database
        self.randomness = randomness
        self._next: dict[str, int] = {}
        self._first_payload = 0
        self._bodies: list[tuple[str, int, bytes]] = []
        self._entries: list[Entry] = []
        self._secret = b""
        self.adopted: list[tuple[Table, Sequence[Any]]] = []
        self.sealing = connection.info[TELLING] = Sealing()

    def take(self, column: Column[Any], count: int) -> int:
        """Reserve `count` consecutive numbers of a key column; gives the first."""
        name = column.table.name
        first = self._next.get(name)
        if first is None:
            first = self._database.first_id(self.connection, column, count)
        self._next[name] = first + count
        return first

    def keep(self, kind: PayloadKind, body: bytes, record: int = 0) -> int:
        """Store a payload; gives its number. Those of one transaction are consecutive."""
        if not self._bodies:
            self._first_payload = self.take(payloads.c.id, 1)
        self._bodies.append((kind.value, record, body))
        return self._first_payload + len(self._bodies) - 1

    def keep_json(self, kind: PayloadKind, value: Json, record: int = 0) -> int:
        return self.keep(kind, to_bytes(value), record)

    def sealed(self, text: str) -> str:
        """What an entry may say of a text that may hold a value of theirs; nothing of none."""
        if not text:
            return ""
        if not self._secret:
            self._secret = bytes(self.connection.execute(_TURN).one().secret)
        return seal_all(self._secret, [(text,)])

    def note(self, entry: Entry) -> None:
        self._entries.append(entry)

    def next_number(self) -> int:
        """Which entry of its strand the next one noted will be: what the transaction wrote of rows goes before all."""
        count, _ = self.connection.execute(_STRAND, {"strand": self.session.strand}).one()
        return int(count) + len(self._entries) + 2

    def finish(self) -> None:
        """Write payloads, entries and the strand's new head. The last thing before the commit."""
        if self._bodies:
            self._write_payloads()
        if self._entries or self.sealing:
            self._take_turn()
            self._write_entries()

    def _take_turn(self) -> None:
        """Transactions are numbered without a gap, whoever writes: who wrote a row last is no matter of clocks."""
        turn, secret = self.connection.execute(_TURN).one()
        self.connection.execute(_NEXT_TURN, {"new_turn": turn + 1})
        opened = self._entries and self._entries[0].kind is EntryKind.SESSION_OPENED  # with which every strand begins
        facts = [Sealing.of(table, keys).facts(self.connection, bytes(secret)) for table, keys in self.adopted]
        facts.append(self.sealing.facts(self.connection, bytes(secret)))
        place = 1 if opened else 0
        self._entries[place:place] = [rows_written(turn + 1, each, self.now) for each in facts]

    def _write_payloads(self) -> None:
        bodies = self._bodies
        first = self._first_payload
        sealed = seal([body for _, _, body in bodies], self.randomness(SALT_BYTES * len(bodies)))
        rows = [
            (first + place, kind, record, salt, body, commitment, 0)
            for place, ((kind, record, body), (salt, commitment)) in enumerate(zip(bodies, sealed, strict=True))
        ]
        _INSERT_PAYLOADS.run(self.connection, rows)
        leaves = [leaf(kind=kind, record=record, commitment=seal_) for _, kind, record, _, _, seal_, _ in rows]
        self.note(payloads_stored(first, leaves, self.now))

    def _write_entries(self) -> None:
        strand = self.session.strand
        count, head = self.connection.execute(_STRAND, {"strand": strand}).one()
        after, links = extend(Strand(id=strand, count=count, head=bytes(head)), self._entries)
        rows = [
            (strand, number, entry.kind.value, body, hash_)
            for entry, (number, body, hash_) in zip(self._entries, links, strict=True)
        ]
        _INSERT_ENTRIES.run(self.connection, rows)
        self.connection.execute(_ADVANCE, {"strand": strand, "new_count": after.count, "new_head": after.head})
        folds = [hash_ for entry, (_, _, hash_) in zip(self._entries, links, strict=True) if entry.kind is _FOLD]
        if folds:
            self.connection.execute(update(ledger).values(checkpoint=folds[-1]))
