from tests.postgres import postgres_server
from tests.quickstart.conftest import ledgers, truth
from tests.store.conftest import empty_database

__all__ = ["empty_database", "ledgers", "postgres_server", "truth"]
