from collections.abc import Iterator
from pathlib import Path

import pytest

from syncengine.engine.world import World
from tests.scenarios.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def world(stage: Stage) -> Iterator[World]:
    """An engine's world, without a run."""
    with stage.open_world() as opened:
        yield opened
