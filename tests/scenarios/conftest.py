"""Every scenario is played on a ledger in memory, on SQLite and on PostgreSQL."""

from tests.postgres import postgres_server
from tests.store.conftest import empty_database, empty_ledger, opening, store

__all__ = ["empty_database", "empty_ledger", "opening", "postgres_server", "store"]
