"""A workspace for a benchmark: the map, a drop folder of captured deliveries, and an empty CRM in a database."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.events import deliveries

MAPS = Path(__file__).parent / "mappings"
CRM = """
create table accounts(id integer primary key, stripe_id text unique not null, name text, email text,
  delinquent integer, city text, country text);
create table invoices(id integer primary key, stripe_id text unique not null, account_id integer, number text,
  status text, total text, currency text, finalized_at text);
"""


def lay_out(folder: Path, count: int, chunk: int) -> Path:
    """A workspace with so many deliveries, made `chunk` by `chunk`; gives the folder of the map."""
    maps = make(folder)
    for start in range(0, count, chunk):
        drop(folder, f"deliveries-{start:08d}", deliveries(min(chunk, count - start), seed=7 + start))
    return maps


def make(folder: Path) -> Path:
    """The same without any delivery."""
    maps = folder / "mappings"
    for source in MAPS.rglob("*.yaml"):
        target = maps / source.relative_to(MAPS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (folder / "inbox").mkdir()
    with sqlite3.connect(folder / "target.db") as db:
        db.executescript(CRM)
    db.close()
    return maps


def drop(folder: Path, name: str, bodies: Iterable[bytes]) -> None:
    """A file of captured deliveries."""
    with (folder / "inbox" / f"{name}.jsonl").open("w") as lines:
        for body in bodies:
            wrapped = {"headers": {}, "body": body.decode(), "received_at": "2026-01-01T00:00:00Z"}
            lines.write(json.dumps(wrapped) + "\n")
