"""kill -9 at every crash point that hits an open batch: the next run ends where an undisturbed one does, and no row of
a target is written twice. CRASHES=100 tries more moments.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.crash import writelog
from tests.quickstart import oracle
from tests.quickstart.workspace import Workspace, command

CRASHES = int(os.environ.get("CRASHES", "20"))
FILES = 4


def _workspace(folder: Path) -> Workspace:
    """The quickstart's deliveries in several files, so that a run has several batches open one after another."""
    it = Workspace(folder)
    size = -(-len(it.captured) // FILES)
    for n in range(FILES):
        it.deliver(it.captured[n * size : (n + 1) * size], f"{n}")
    for system in ("crm", "erp"):
        writelog.install(folder, system)
    return it


def _victim(it: Workspace, point: str, nth: int) -> tuple[int, str]:
    state = f"sqlite:///{it.folder / 'state.db'}"
    done = command("-m", "tests.crash.victim", str(it.folder / "mappings"), state, point, str(nth))
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """The crash points of an undisturbed run, each with a time it is passed: all points first, then more of each."""
    code, listed = _victim(_workspace(tmp_path_factory.mktemp("crash") / "undisturbed"), "-", 0)
    assert code == 0, listed
    passed = {name: int(times) for name, times in (line.split() for line in listed.splitlines())}
    return list(_spread(passed))[:CRASHES]


def _spread(passed: dict[str, int]) -> Iterator[tuple[str, int]]:
    random = Random(20)
    left = {name: random.sample(range(1, times + 1), times) for name, times in passed.items()}
    while any(left.values()):
        for name, times in left.items():
            if times:
                yield name, times.pop()


@pytest.mark.timeout(900)
def test_a_killed_run_is_finished_by_the_next_one(
    moments: list[tuple[str, int]], truth: oracle.Truth, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(moments) >= min(CRASHES, 20)
    for number, (point, nth) in enumerate(moments):
        it = _workspace(tmp_path / str(number))
        code, said = _victim(it, point, nth)
        assert code == -signal.SIGKILL, f"{point} #{nth} was not reached: {said}"
        finished = it.run()
        with capsys.disabled():
            print(f"  killed at {point} #{nth}: the next run exits {finished.exit}")
        assert finished.exit == 0, f"{point} #{nth}: {finished.errors}"
        assert it.holds("crm") == oracle.crm(truth), f"{point} #{nth}"
        assert it.holds("erp") == oracle.erp(truth), f"{point} #{nth}"
        for system in ("crm", "erp"):
            assert writelog.written_twice(it.folder, system) == [], f"{point} #{nth}"
        verified = it.syncengine("audit", "verify")
        assert verified.returncode == 0, f"{point} #{nth}: {verified.stdout}{verified.stderr}"
