"""Two workers on one ledger, one of which is killed with -9: the other goes on with what both had to do. The end is the
one of an undisturbed run, and no row of a target is written twice. CRASHES=100 tries more moments.
"""

import os
import signal
from pathlib import Path

import pytest

from tests.crash import writelog
from tests.crash.test_kill import workspace
from tests.postgres import PostgresServer, new_database
from tests.quickstart import oracle
from tests.quickstart.dump import differences
from tests.workers.gang import together

POINTS = (
    "decide.judged", "decide.committed", "intake.committed", "intent.ready", "intent.committed", "crm.before-write",
    "crm.after-write", "erp.before-write", "erp.after-write", "write.answered", "settle.committed", "prepare.looked",
    "move.committed", "share.taken", "reading.read", "reading.committed",
)  # fmt: skip
"""Where the victim dies, the first or the second time that it passes there: how often depends on who got which work."""
CRASHES = int(os.environ.get("CRASHES", "6"))
MOMENTS = [(point, nth) for nth in (1, 2, 3, 4, 5, 6, 7) for point in POINTS][:CRASHES]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_a_killed_worker_leaves_is_done_by_the_other(
    truth: oracle.Truth, tmp_path: Path, capsys: pytest.CaptureFixture[str], postgres_server: PostgresServer,
    empty_database: str,
) -> None:  # fmt: skip
    killed = alone = 0
    for number, (point, nth) in enumerate(MOMENTS, 1):
        database = new_database(postgres_server, empty_database)
        it = workspace(tmp_path / str(number), postgres_server.url(database))
        victim, other = together(it, (point, str(nth)), ())
        died = victim.exit == -signal.SIGKILL
        assert died or victim.exit == 0, f"{point} #{nth}: {victim.errors}"
        assert other.exit == 0, f"{point} #{nth}: {other.errors}"
        done = [differences(it.holds(system), want(truth)) for system, want in WANTED.items()] == [[], []]
        killed, alone = killed + died, alone + (died and done)
        finished = it.run()
        with capsys.disabled():
            how = f"killed at {point} #{nth}" if died else f"came not to {point} #{nth}"
            print(f"  {number}: one {how}; the other {'did all' if done else 'left some'}", flush=True)
        assert finished.exit == 0, f"{point} #{nth}: {finished.errors}"
        for system, want in WANTED.items():
            assert differences(it.holds(system), want(truth)) == [], f"{point} #{nth}"
            assert writelog.written_twice(it.folder, system) == [], f"{point} #{nth}"
        verified = it.syncengine("audit", "verify")
        assert verified.returncode == 0, f"{point} #{nth}: {verified.stdout}{verified.stderr}"
        postgres_server.execute(f"DROP DATABASE {database} WITH (FORCE)")
    with capsys.disabled():
        print(f"  {killed} of {len(MOMENTS)} were killed; in {alone} of them the other one did all that was left")
    assert killed * 2 >= len(MOMENTS)
    assert alone > 0, "nobody ever took over"


WANTED = {"crm": oracle.crm, "erp": oracle.erp}
