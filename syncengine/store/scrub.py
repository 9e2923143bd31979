"""Scrubbing: after an erasure a database still holds old bytes in free pages, dead rows and journals. Each kind of
database is made to let go of them in its own way; what no command reaches is said.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from syncengine.errors import BusyError

_TABLES: Final = (
    "payloads", "records", "inbox", "refusals", "holds", "sandbox", "reviews", "wants", "waits", "rechecks", "ours",
    "theirs", "pairings", "suspects", "erasing", "subjects",
)  # fmt: skip
"""Those in which an erasure changes or removes rows, on PostgreSQL."""

IN_SQLITE: Final = (
    "backups and copies of the ledger's file, and blocks that the file system gave up and has not overwritten yet",
)
IN_POSTGRESQL: Final = (
    "write-ahead log that PostgreSQL has not recycled yet, archived log, replicas and backups of the ledger's database",
    "old statistics of the ledger's tables (pg_statistic), unless this user owns the database",
)
_KEPT: Final = re.compile(r"[1-9]\d* ")
"""A number at the beginning, in whatever language the server speaks."""
_TRIES: Final = 5


def scrub_sqlite(connection: sqlite3.Connection) -> None:
    """Writes the whole file anew, and removes the journal with the pages of before. Raises BusyError while somebody
    else keeps reading or writing.
    """
    ask(connection, "secure_delete=on")
    ask(connection, "temp_store=file")  # a copy of what is left: it may be larger than memory
    try:
        connection.execute("vacuum")
    finally:
        ask(connection, "temp_store=memory")
    mode = ask(connection, "journal_mode")
    if mode == "wal":
        done = ask(connection, "wal_checkpoint(truncate)") == 0
    else:
        done = ask(connection, "journal_mode=delete") == "delete"
        ask(connection, f"journal_mode={mode}")
    if not done:
        raise BusyError(
            "the values are erased, but old bytes of them are still in the ledger's journal: somebody works on it",
            remedy="run the same command again when nobody does",
        )


def ask(connection: sqlite3.Connection, pragma: str) -> Any:
    row = connection.execute(f"pragma {pragma}").fetchone()
    return None if row is None else row[0]


def scrub_postgresql(connection: Any) -> None:
    """Writes every table anew in which something was erased, its statistics too, and flushes. A psycopg connection
    without a transaction. Raises BusyError while an older transaction of anybody still sees what was erased.
    """
    connection.autocommit = True
    connection.execute("SET statement_timeout = 0")
    details: list[str] = []
    connection.add_notice_handler(lambda notice: details.append(notice.message_detail or ""))
    for table in _TABLES:
        _write_anew(connection, f"VACUUM (FULL, ANALYZE, VERBOSE) {table}", details)
    # The most common values, and some of the others; who may not do this is told so by `beyond`.
    _write_anew(connection, "VACUUM (FULL, VERBOSE) pg_catalog.pg_statistic", details)
    (may_flush,) = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if may_flush:  # else the files of before go with the server's next checkpoint
        connection.execute("CHECKPOINT")


def _write_anew(connection: Any, statement: str, details: list[str]) -> None:
    """`details` are what the server adds to what it says: of each table first how many dead rows it had to keep."""
    for _ in range(_TRIES):
        details.clear()
        connection.execute(statement)
        if not any(_KEPT.match(detail) for detail in details):
            return
    raise BusyError(
        "the values are erased, but the database keeps old rows of them for a transaction that began before",
        remedy="end what works in that database, then run the same command again",
    )


def beyond(dialect: str) -> Sequence[str]:
    """What of the ledger's own bytes is out of reach."""
    return IN_SQLITE if dialect == "sqlite" else IN_POSTGRESQL
