"""The stores that the behavioural suite is run against: the same tests, the same answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest

from syncengine.store.memory import MemoryStore
from syncengine.store.open import open_store
from syncengine.store.protocol import Store
from tests.postgres import PostgresServer, new_database, postgres_database, postgres_server
from tests.store.scene import Scene

__all__ = ["postgres_database", "postgres_server"]

Opening = Callable[[], Store]
"""Opens the same ledger again, as another process would."""


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite ledger that nobody has used: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("ledger") / "state.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def empty_database(postgres_server: PostgresServer) -> str:
    """The same on PostgreSQL: a database to make others like it."""
    name = new_database(postgres_server)
    open_store(postgres_server.url(name)).close()
    return name


@contextmanager
def memory(_request: pytest.FixtureRequest) -> Iterator[Opening]:
    store = MemoryStore(Random(7).randbytes)
    yield lambda: store


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Opening]:
    path = request.getfixturevalue("tmp_path") / "state.db"
    copyfile(request.getfixturevalue("empty_ledger"), path)
    yield lambda: open_store(f"sqlite:///{path}")


@contextmanager
def postgresql(request: pytest.FixtureRequest) -> Iterator[Opening]:
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = new_database(server, request.getfixturevalue("empty_database"))
    yield lambda: open_store(server.url(name))
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


STORES = {"memory": memory, "postgresql": postgresql, "sqlite": sqlite}


@pytest.fixture(params=sorted(STORES))
def opening(request: pytest.FixtureRequest) -> Iterator[Opening]:
    with STORES[request.param](request) as opened:
        yield opened


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[Opening]:
    """One on PostgreSQL, where several may work."""
    with postgresql(request) as opened:
        yield opened


@pytest.fixture
def store(opening: Opening) -> Iterator[Store]:
    opened = opening()
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)
