"""An erasure whose process is killed with -9: the trail is whole at once, and the same command finishes it."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from syncengine.store.open import open_store
from tests.erasure.company import forget, found, kept_in, life, mark, whole
from tests.scenarios.stage import Stage

VICTIM = """
import os, signal, sys
from sqlalchemy import Engine, event
import syncengine.engine.erase as erasing
from syncengine.clock import SystemClock
from syncengine.store.open import open_store

store = open_store(sys.argv[1])
erasing.BATCH = 4
passed = 0

@event.listens_for(Engine, "before_cursor_execute")
def die(*_said):
    global passed
    passed += 1
    if passed > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

erasing.erase(store, SystemClock(), "cus_1", actor="ana", reason="request 17")
print(passed)
"""
KILLS = int(os.environ.get("SYNCENGINE_TEST_KILLS", "6"))


def victim(url: str, after: int) -> subprocess.CompletedProcess[str]:
    """An erasure that is killed before its statement number `after` + 1."""
    return subprocess.run(
        [sys.executable, "-c", VICTIM, url, str(after)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    stage = Stage(folder, store=open_store(f"sqlite:///{folder}/state.db"))
    stage.deliver([each for number in (1, 2) for each in life(number)])
    stage.run()
    stage.store.close()
    return folder / "state.db"


def copied(company: Path, folder: Path) -> str:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(company)) as source:
        source.execute("VACUUM INTO ?", (str(folder / "state.db"),))
    return f"sqlite:///{folder}/state.db"


def test_it_is_finished_wherever_it_was_killed(company: Path, tmp_path: Path) -> None:
    undisturbed = victim(copied(company, tmp_path / "whole"), 10**9)
    assert undisturbed.returncode == 0, undisturbed.stderr
    statements = int(undisturbed.stdout)
    for kill in range(KILLS):
        folder = tmp_path / str(kill)
        url = copied(company, folder)
        died = victim(url, statements * kill // KILLS)
        assert died.returncode == -signal.SIGKILL
        (tmp_path / f"stage{kill}").mkdir()
        stage = Stage(tmp_path / f"stage{kill}", store=open_store(url))
        assert whole(stage) == ()
        forget(stage, "cus_1")
        stage.store.close()
        assert found([mark(1), mark(2)], kept_in(folder)) == [mark(2)]
