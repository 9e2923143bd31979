from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer, new_database, postgres_server
from tests.quickstart import oracle
from tests.quickstart.workspace import Workspace, make
from tests.store.conftest import empty_database

__all__ = ["empty_database", "postgres_server"]

Ledgers = Callable[[], str]
"""Makes an empty ledger; gives its URL, "" for a file in the workspace."""


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> oracle.Truth:
    """What is true of the company whose deliveries are committed with the quickstart."""
    return make(tmp_path_factory.mktemp("truth"), seed=2026, customers=12)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest) -> Iterator[Ledgers]:
    """Everything is tried on a ledger of either kind."""
    if request.param == "sqlite":
        yield lambda: ""
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("empty_database")
    made: list[str] = []

    def make_ledger() -> str:
        made.append(new_database(server, template))
        return server.url(made[-1])

    yield make_ledger
    for name in made:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def workspace(tmp_path: Path, ledgers: Ledgers) -> Callable[[str], Workspace]:
    return lambda name: Workspace(tmp_path / name, state=ledgers())
