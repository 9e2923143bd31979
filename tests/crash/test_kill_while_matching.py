"""kill -9 while the CRM and the ERP are listed, and what they hold is compared and linked: the next run ends where an
undisturbed one does, nobody is there twice, and no row is written twice. CRASHES=100 tries more moments.
"""

import os
import signal
from pathlib import Path

import pytest

from tests.crash import writelog
from tests.quickstart import matched, oracle
from tests.quickstart.conftest import Ledgers
from tests.quickstart.matched import Old
from tests.quickstart.test_matched import wrong
from tests.quickstart.workspace import Workspace, command

MOMENTS = (
    ("listing.begun", 1), ("listing.committed", 1), ("listing.ended", 1), ("listing.begun", 2), ("listing.ended", 2),
    ("decide.judged", 3), ("decide.committed", 3), ("reading.read", 1), ("reading.committed", 1),
    ("decide.committed", 4), ("crm.before-write", 2), ("crm.after-write", 2),
)  # fmt: skip
"""The crash points around matching, with the time that each is passed."""


def _workspace(folder: Path, truth: oracle.Truth, state: str) -> tuple[Workspace, Old]:
    it = Workspace(folder, state=state)
    old = matched.age(it, truth, 7)
    it.deliver(it.captured, "all")
    for system in ("crm", "erp"):
        writelog.install(folder, system)
    return it, old


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("point", "nth"), MOMENTS[: int(os.environ.get("CRASHES", "6"))])
def test_a_run_that_is_killed_while_it_matches_is_finished_by_the_next_one(
    point: str, nth: int, truth: oracle.Truth, tmp_path: Path, ledgers: Ledgers
) -> None:
    it, old = _workspace(tmp_path / "it", truth, ledgers())
    died = command("-m", "tests.crash.victim", str(it.folder / "mappings"), it.state, point, str(nth))
    assert died.returncode == -signal.SIGKILL, f"it was not reached: {died.stdout}{died.stderr}"
    finished = it.run()
    assert finished.exit == 0, finished.errors
    assert wrong(it, truth, old) == []
    for system in ("crm", "erp"):
        assert writelog.written_twice(it.folder, system) == []
    verified = it.syncengine("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
