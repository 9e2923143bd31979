from collections.abc import Callable
from pathlib import Path

import pytest

from tests.quickstart import oracle
from tests.quickstart.workspace import Workspace, make


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> oracle.Truth:
    """What is true of the company whose deliveries are committed with the quickstart."""
    return make(tmp_path_factory.mktemp("truth"), seed=2026, customers=6)


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[[str], Workspace]:
    return lambda name: Workspace(tmp_path / name)
