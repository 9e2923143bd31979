"""kill -9 at every crash point that hits an open batch: the next run ends where an undisturbed one does, and no row of
a target is written twice. On a ledger of either kind. CRASHES=100 tries more moments.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.crash import writelog
from tests.quickstart import oracle
from tests.quickstart.conftest import Ledgers
from tests.quickstart.dump import differences
from tests.quickstart.workspace import Workspace, command

CRASHES = int(os.environ.get("CRASHES", "12"))
FILES = 4
UNDISTURBED = ("-", 0)


def workspace(folder: Path, state: str) -> Workspace:
    """The quickstart's deliveries in several files, so that a run has several batches open one after another."""
    it = Workspace(folder, state=state)
    size = -(-len(it.captured) // FILES)
    for n in range(FILES):
        it.deliver(it.captured[n * size : (n + 1) * size], f"{n}")
    for system in ("crm", "erp"):
        writelog.install(folder, system)
    return it


def victim(it: Workspace, point: str, nth: int) -> tuple[int, str]:
    done = command("-m", "tests.crash.victim", str(it.folder / "mappings"), it.state, point, str(nth))
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory, ledgers: Ledgers) -> list[tuple[str, int]]:
    """The crash points of an undisturbed run, each with a time it is passed: all points first, then more of each."""
    code, listed = victim(workspace(tmp_path_factory.mktemp("crash") / "undisturbed", ledgers()), *UNDISTURBED)
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


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_killed_run_is_finished_by_the_next_one(
    moments: list[tuple[str, int]], ledgers: Ledgers, truth: oracle.Truth, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert len(moments) == CRASHES, "a run has that many moments"
    for number, (point, nth) in enumerate(moments, 1):
        it = workspace(tmp_path / str(number), ledgers())
        code, said = victim(it, point, nth)
        assert code == -signal.SIGKILL, f"{point} #{nth} was not reached: {said}"
        finished = it.run()
        with capsys.disabled():
            kind = it.state.partition(":")[0].partition("+")[0]
            print(f"  {kind} {number}: killed at {point} #{nth}; the next run exits {finished.exit}", flush=True)
        assert finished.exit == 0, f"{point} #{nth}: {finished.errors}"
        assert differences(it.holds("crm"), oracle.crm(truth)) == [], f"{point} #{nth}"
        assert differences(it.holds("erp"), oracle.erp(truth)) == [], f"{point} #{nth}"
        for system in ("crm", "erp"):
            assert writelog.written_twice(it.folder, system) == [], f"{point} #{nth}"
        verified = it.syncengine("audit", "verify")
        assert verified.returncode == 0, f"{point} #{nth}: {verified.stdout}{verified.stderr}"
