"""The stores that the behavioural suite is run against: the same tests, the same answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest

from syncengine.store.memory import MemoryStore
from syncengine.store.open import open_store
from syncengine.store.protocol import Store
from tests.postgres import postgres_database, postgres_server
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


def memory(_empty: Path, _folder: Path) -> Opening:
    store = MemoryStore(Random(7).randbytes)
    return lambda: store


def sqlite(empty: Path, folder: Path) -> Opening:
    path = folder / "state.db"
    copyfile(empty, path)
    return lambda: open_store(f"sqlite:///{path}")


STORES = {"memory": memory, "sqlite": sqlite}


@pytest.fixture(params=sorted(STORES))
def opening(request: pytest.FixtureRequest, empty_ledger: Path, tmp_path: Path) -> Opening:
    return STORES[request.param](empty_ledger, tmp_path)


@pytest.fixture
def store(opening: Opening) -> Iterator[Store]:
    opened = opening()
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)
