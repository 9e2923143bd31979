"""The stores that the behavioural suite is run against: the same tests, the same answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from syncengine.store.memory import MemoryStore
from syncengine.store.protocol import Store
from tests.store.scene import Scene

Opening = Callable[[], Store]
"""Opens the same ledger again, as another process would."""


def memory(_folder: Path) -> Opening:
    store = MemoryStore(Random(7).randbytes)
    return lambda: store


def sqlite(folder: Path) -> Opening:
    from syncengine.store.open import open_store

    return lambda: open_store(f"sqlite:///{folder / 'state.db'}")


STORES = {"memory": memory, "sqlite": sqlite}


@pytest.fixture(params=sorted(STORES))
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(opening: Opening) -> Iterator[Store]:
    opened = opening()
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)
