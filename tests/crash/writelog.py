"""Every write that a target sees, logged by the target itself: triggers, so that nobody can write past them."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.quickstart.dump import KEYS

COUNTER = "version"
"""A column that the target counts up by itself, in an update of its own: no write of ours, and no content."""


def install(folder: Path, system: str) -> None:
    with closing(sqlite3.connect(folder / f"{system}.db")) as db:
        db.execute("create table write_log(n integer primary key, what text, target text, key text, content text)")
        for table, (own, key) in KEYS[system].items():
            columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
            content = " || '|' || ".join(f"coalesce(quote(new.{c}), '-')" for c in columns if c not in (own, COUNTER))
            for what in ("insert", "update"):
                counted = what == "update" and COUNTER in columns
                db.execute(
                    f"create trigger log_{what}_{table} after {what} on {table} "
                    f"{f'when new.{COUNTER} is old.{COUNTER} ' if counted else ''}begin "
                    f"insert into write_log(what, target, key, content) "
                    f"values('{what}', '{table}', new.{key}, {content}); end"
                )
        db.commit()


def written_twice(folder: Path, system: str) -> list[str]:
    """Rows that were inserted more than once, or that one write left exactly as the write before had."""
    with closing(sqlite3.connect(folder / f"{system}.db")) as db:
        return twice(list(db.execute("select what, target, key, content from write_log order by n")))


def twice(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """The same of rows of a log: what was done, to which table, to the row of which key, and what it holds then."""
    inserts = Counter((target, key) for what, target, key, _ in rows if what == "insert")
    found = [f"{target} {key} inserted {times} times" for (target, key), times in inserts.items() if times > 1]
    last: dict[tuple[str, str], str] = {}
    for what, target, key, content in rows:
        if last.get((target, key)) == content:
            found.append(f"{target} {key}: {what} wrote what stood there")
        last[target, key] = content
    return found
