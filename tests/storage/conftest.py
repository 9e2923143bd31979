from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.quickstart import oracle
from tests.quickstart.workspace import make
from tests.storage.rig import Company


@dataclass(frozen=True)
class Undisturbed:
    """A company before its first run, and what its targets hold after a run that nothing happened to."""

    fresh: Company
    end: dict[str, oracle.Dump]
    boundaries: dict[str, int]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("storage")
    make(folder / "made", seed=977, customers=3)
    fresh = Company.found(folder / "fresh", folder / "made")
    done = fresh.copy(folder / "done")
    boundaries = done.boundaries()
    return Undisturbed(fresh, done.holds(), boundaries)


@pytest.fixture
def company(undisturbed: Undisturbed, tmp_path: Path) -> Company:
    return undisturbed.fresh.copy(tmp_path / "company")
