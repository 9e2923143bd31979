"""The two anchors of the pipeline: as lean as Python and sqlite3 allow, on the same bytes, with full durability.

bare: one database; dedupe, raw, parse, identity, before-read, target update, audit row; one commit a batch. No
      idempotency key, no intent before the write, no chain.
safe: ledger and target in two databases; intake commit; decision, frozen bytes, intent and chained audit in one commit;
      target commit; settle and audit commit. A hard-coded map, no rules, no gates, no conflicts.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FIELDS = ("status", "total", "email", "currency", "name", "customer", "number")


def bare(bodies: Sequence[bytes], batch: int, folder: Path) -> float:
    """Events per second."""
    db = _opened(folder / "bare.db")
    db.executescript(
        """create table event(id text primary key, type text, created int, raw blob);
        create table audit(seq integer primary key, event text, target int, before text, after text);
        create table identity(theirs text primary key, ours int not null) without rowid;
        create table target(id integer primary key, key text unique, fields text, changed int);"""
    )
    started = time.perf_counter()
    for group in _groups(bodies, batch):
        db.execute("begin immediate")
        for raw in group:
            _bare_event(db, raw)
        db.execute("commit")
    return len(bodies) / (time.perf_counter() - started)


def _bare_event(db: sqlite3.Connection, raw: bytes) -> None:
    event, kind, created, record, fields = _parts(raw)
    if not db.execute("insert or ignore into event values(?,?,?,?)", (event, kind, created, raw)).rowcount:
        return
    known = db.execute("select ours from identity where theirs=?", (record,)).fetchone()
    ours = known[0] if known else db.execute("insert into target(key) values(?)", (record,)).lastrowid
    if not known:
        db.execute("insert into identity values(?,?)", (record, ours))
    before = db.execute("select fields from target where id=?", (ours,)).fetchone()[0]
    after = json.dumps(fields)
    db.execute("update target set fields=?, changed=? where id=?", (after, created, ours))
    db.execute("insert into audit(event, target, before, after) values(?,?,?,?)", (event, ours, before, after))


def safe(bodies: Sequence[bytes], batch: int, folder: Path) -> float:
    """Events per second."""
    ledger, crm = _opened(folder / "ledger.db"), _opened(folder / "crm.db")
    ledger.executescript(
        """create table inbox(seq integer primary key, source, event, type, raw blob, hash, state,
          unique(source, event));
        create table record(entity primary key, fields) without rowid;
        create table action(id integer primary key, key unique, entity, event, content);
        create table attempt(id integer primary key, action int, state, bytes, before, fence);
        create index attempt_action on attempt(action);
        create table audit(seq integer primary key, kind, about, body, hash);
        create index audit_about on audit(about);"""
    )
    crm.execute("create table target(key primary key, fields) without rowid")
    path = _SafePath(ledger, crm)
    started = time.perf_counter()
    for number, group in enumerate(_groups(bodies, batch)):
        path.batch(group, number * batch)
    return len(bodies) / (time.perf_counter() - started)


class _SafePath:
    def __init__(self, ledger: sqlite3.Connection, crm: sqlite3.Connection) -> None:
        self.ledger, self.crm = ledger, crm
        self.head = b"\0" * 32
        self.last = 0

    def link(self, kind: str, about: int, body: dict[str, Any]) -> tuple[str, int, str, bytes]:
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        self.head = hashlib.sha256(self.head + text.encode()).digest()
        return kind, about, text, self.head

    def batch(self, group: Sequence[bytes], start: int) -> None:
        self.take_in(group)
        writes, actions = self.decide(start, len(group))
        self.crm.execute("begin immediate")
        self.crm.executemany("insert into target values(?,?) on conflict do update set fields=excluded.fields", writes)
        self.crm.execute("commit")
        self.settle(actions, start, len(group))

    def take_in(self, group: Sequence[bytes]) -> None:
        rows = [(p[0], p[1], raw, hashlib.sha256(raw).digest()) for raw in group for p in (_parts(raw),)]
        self.ledger.execute("begin immediate")
        self.ledger.executemany(
            "insert or ignore into inbox(source, event, type, raw, hash, state) values('stripe',?,?,?,?,'due')", rows
        )
        self.ledger.execute("commit")

    def decide(self, start: int, count: int) -> tuple[list[tuple[str, str]], list[int]]:
        db = self.ledger
        db.execute("begin immediate")
        due = "select seq, raw from inbox where state='due' and seq between ? and ?"
        found = db.execute(due, (start + 1, start + count))
        rows = [(seq, *_parts(raw)) for seq, raw in found]
        marks = ",".join("?" * len(rows))
        state = dict(db.execute(f"select entity, fields from record where entity in ({marks})", [r[4] for r in rows]))
        actions, attempts, audit, records, writes = [], [], [], {}, []
        for seq, event, _, created, record, fields in rows:
            self.last += 1
            key = hashlib.sha256(f"flow|{record}|{seq}".encode()).hexdigest()
            after = json.dumps(fields)
            actions.append((self.last, key, record, event, after))
            attempts.append((self.last, self.last, "sent", after, state.get(record), 1))
            audit.append(self.link("decided", self.last, {"after": hashlib.sha256(after.encode()).hexdigest()}))
            audit.append(self.link("intent", self.last, {"key": key}))
            records[record] = json.dumps({k: [v, created, event] for k, v in fields.items()})
            writes.append((record, after))
        db.executemany("insert into action values(?,?,?,?,?)", actions)
        db.executemany("insert into attempt values(?,?,?,?,?,?)", attempts)
        db.executemany("insert into audit(kind, about, body, hash) values(?,?,?,?)", audit)
        upsert = "insert into record values(?,?) on conflict do update set fields=excluded.fields"
        db.executemany(upsert, records.items())
        db.execute("commit")
        return writes, [a[0] for a in actions]

    def settle(self, actions: Sequence[int], start: int, count: int) -> None:
        db = self.ledger
        db.execute("begin immediate")
        db.executemany("update attempt set state='confirmed' where id=? and fence=1", [(a,) for a in actions])
        audit = [self.link("outcome", a, {"via": "answer"}) for a in actions]
        db.executemany("insert into audit(kind, about, body, hash) values(?,?,?,?)", audit)
        db.execute("update inbox set state='done' where seq between ? and ?", (start + 1, start + count))
        db.execute("commit")


def _parts(raw: bytes) -> tuple[str, str, int, str, dict[str, Any]]:
    event = json.loads(raw)
    record = event["data"]["object"]
    return event["id"], event["type"], event["created"], record["id"], {k: record.get(k) for k in FIELDS}


def _groups(bodies: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(bodies), size):
        yield bodies[start : start + size]


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=full")
    return db
