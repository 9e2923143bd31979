from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, new_database, postgres_server
from tests.quickstart.conftest import truth
from tests.quickstart.workspace import Workspace
from tests.store.conftest import empty_database
from tests.workers.targets import OnPostgres

__all__ = ["empty_database", "postgres_server", "truth"]

Ledger = tuple[PostgresServer, str]


@pytest.fixture
def ledger(postgres_server: PostgresServer, empty_database: str) -> Iterator[Ledger]:
    """An empty one: its server, and its database's name."""
    name = new_database(postgres_server, empty_database)
    yield postgres_server, name
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


Rig = Callable[[str], Workspace]


@pytest.fixture
def rig(postgres_server: PostgresServer, empty_database: str, tmp_path: Path) -> Iterator[Rig]:
    """Makes a workspace whose ledger is on PostgreSQL; its CRM and ERP are files, or databases beside the ledger."""
    ledgers: list[str] = []
    beside: list[OnPostgres] = []

    def make(targets: str) -> Workspace:
        ledgers.append(new_database(postgres_server, empty_database))
        folder, state = tmp_path / ledgers[-1], postgres_server.url(ledgers[-1])
        if targets == "sqlite":
            return Workspace(folder, state=state)
        beside.append(OnPostgres(folder, postgres_server, state))
        return beside[-1]

    yield make
    for each in beside:
        each.drop()
    for name in ledgers:
        postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
