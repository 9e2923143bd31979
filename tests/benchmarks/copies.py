"""A large ledger made quickly: what a run left, copied many times under other ids, in the ledger and in its target.

The copies are rows like any others: they stand in every index, are found by their links, and are written again by
events about them. Only the audit trail of the copies is no chain any more: nothing that is measured reads it.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from syncengine.canonical import entity_id

PROJECT = "bench"
OWN = re.compile(r'"((?:cus|in)_[A-Za-z0-9]+)"')
REMOTE = re.compile(r'"i":"(\d+)"')
BIRTH = re.compile(r'"b":\["([a-z.]+)","([A-Za-z0-9_]+)"\]')

SPACES = {"inbox": "seq", "payloads": "id", "records": "id", "actions": "id", "attempts": "id", "audit": "number"}
"""Where the ledger's own numbers are counted."""
NUMBERS: Mapping[str, Mapping[str, str]] = {
    "inbox": {"seq": "inbox", "payload_id": "payloads", "record_id": "records", "answered_by": "inbox"},
    "payloads": {"id": "payloads", "record_id": "records"},
    "records": {"id": "records"},
    "links": {"record_id": "records"},
    "actions": {
        "id": "actions", "record_id": "records", "cause": "inbox", "content_id": "payloads", "request_id": "payloads",
        "replaced_by": "actions", "retired": "actions",
    },
    "attempts": {
        "id": "attempts", "action_id": "actions", "request_id": "payloads", "before_id": "payloads",
        "after_id": "payloads",
    },
    "subjects": {"input": "inbox"},
    "audit": {"number": "audit"},
}  # fmt: skip
"""Columns that hold numbers, by whose numbers they are; 0 stays 0."""
TEXTS: Mapping[str, Mapping[str, str]] = {
    "inbox": {"event_id": "event_id || :suffix"},
    "records": {"entity": "entity_of(state, object, :suffix)", "state": "renamed(state, object, :suffix, :times)"},
    "links": {"external_id": "linked(external_id, flow, :suffix, :times)"},
    "actions": {"key": "key || :suffix"},
    "attempts": {"remote_id": "cast(remote_id as integer) + :times"},
    "subjects": {"name": "name || :suffix"},
}


def multiply(ledger: Path, target: Path, times: int) -> None:
    """Afterwards there is `times` times as much in both. Nobody else may have them open."""
    rows = _rows(target)
    with sqlite3.connect(ledger) as db:
        for pragma in ("foreign_keys=off", "journal_mode=off", "synchronous=off", f"cache_size=-{1 << 20}"):
            db.execute(f"pragma {pragma}")
        _teach(db, rows)
        spaces = {t: db.execute(f"select max({column}) from {t}").fetchone()[0] for t, column in SPACES.items()}
        statements = [_copy(db, table) for table in NUMBERS]
        for copy in range(1, times):
            asked = {"suffix": f"x{copy}", "times": copy, **{f"{t}_by": n * copy for t, n in spaces.items()}}
            for statement in statements:
                db.execute(statement, asked)
    db.close()
    _multiply_target(target, rows, times)


def known(target: Path) -> Iterator[tuple[str, str]]:
    """Every invoice that stands in the target, with the id of its customer."""
    with sqlite3.connect(target) as db:
        asked = "select i.stripe_id, a.stripe_id from invoices i join accounts a on a.id = i.account_id order by i.id"
        yield from db.execute(asked).fetchall()
    db.close()


def _copy(db: sqlite3.Connection, table: str) -> str:
    names = [name for _, name, *_ in db.execute(f"pragma table_info({table})")]
    values = [_value(table, name) for name in names]
    return f"insert into {table} select {', '.join(values)} from {table} where {_original(table)}"


def _value(table: str, name: str) -> str:
    space = NUMBERS[table].get(name)
    if space is not None:
        return f"case when {name} > 0 then {name} + :{space}_by else {name} end"
    return TEXTS.get(table, {}).get(name, f'"{name}"')


def _original(table: str) -> str:
    """Which rows are no copies."""
    name, space = next(iter(NUMBERS[table].items()))
    return f"{name} <= :{space}_by / :times"


def _teach(db: sqlite3.Connection, rows: Mapping[str, int]) -> None:
    def entity_of(state: str, of: str, suffix: str) -> str:
        flow, id_ = BIRTH.search(state).groups()  # type: ignore[union-attr]
        return entity_id(PROJECT, of, flow, id_ + suffix)

    def renamed(state: str, of: str, suffix: str, times: int) -> str:
        own = OWN.sub(rf'"\1{suffix}"', state)
        return REMOTE.sub(lambda found: f'"i":"{int(found[1]) + times * rows[of]}"', own)

    def linked(id_: str, flow: str, suffix: str, times: int) -> str:
        return str(int(id_) + times * rows[flow.split(".", maxsplit=1)[0]]) if id_.isdecimal() else id_ + suffix

    db.create_function("entity_of", 3, entity_of, deterministic=True)
    db.create_function("renamed", 4, renamed, deterministic=True)
    db.create_function("linked", 4, linked, deterministic=True)


def _rows(target: Path) -> Mapping[str, int]:
    with sqlite3.connect(target) as db:
        found = {of: db.execute(f"select max(id) from {of}s").fetchone()[0] for of in ("account", "invoice")}
    db.close()
    return found


def _multiply_target(target: Path, rows: Mapping[str, int], times: int) -> None:
    with sqlite3.connect(target) as db:
        for of, count in rows.items():
            names = [name for _, name, *_ in db.execute(f"pragma table_info({of}s)")]
            moved = {"id": f"id + {count} * :copy", "stripe_id": "stripe_id || :suffix"}
            moved["account_id"] = f"account_id + {rows['account']} * :copy"
            values = ", ".join(moved.get(name, name) for name in names)
            for copy in range(1, times):
                asked = {"copy": copy, "suffix": f"x{copy}"}
                db.execute(f"insert into {of}s select {values} from {of}s where id <= {count}", asked)
    db.close()
