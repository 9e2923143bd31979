"""PostgreSQL stopped in immediate mode under load, and started again: what was acknowledged is there, nothing is
written twice, and the work goes on. With the targets in files, and with targets on the very server that stops.

STOPS=20 stops it more often.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from syncengine.store.open import open_store
from tests.crash import writelog
from tests.postgres import Cluster, new_database, own_cluster
from tests.quickstart import oracle
from tests.quickstart.dump import differences
from tests.quickstart.workspace import ROOT, Workspace
from tests.workers.feeder import SIZE
from tests.workers.targets import OnPostgres

STOPS = int(os.environ.get("STOPS", "3"))
WANTED = {"crm": oracle.crm, "erp": oracle.erp}
TRIES = 30


def workspace(cluster: Cluster, folder: Path, targets: str) -> Workspace:
    database = new_database(cluster.server)
    state = cluster.server.url(database)
    open_store(state).close()
    if targets == "postgresql":
        return OnPostgres(folder, cluster.server, state)
    it = Workspace(folder, state=state)
    for system in WANTED:
        writelog.install(folder, system)
    return it


class Process:
    """One of the programs of `tests.workers` at work on a workspace."""

    def __init__(self, name: str, it: Workspace, *more: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")}
        words = (sys.executable, "-m", f"tests.workers.{name}", it.folder / "mappings", it.state, *more)
        self._errors = it.folder / f"{name}-{len(list(it.folder.glob(name + '-*')))}.log"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [str(word) for word in words], cwd=ROOT, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def said(self) -> list[str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._errors.read_text()
        return line.split()

    def end(self) -> list[str]:
        """The rest of what it said, once it is through."""
        said, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, self._errors.read_text()
        return said.split()

    def kill(self) -> None:
        """Where a test breaks off."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def begun(name: str, it: Workspace, *more: Path) -> Iterator[Process]:
    process = Process(name, it, *more)
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def labour(it: Workspace) -> Iterator[list[str]]:
    """Workers that go on meanwhile; at the end, how their runs ended."""
    enough, codes = it.folder / "enough", list[str]()
    with begun("labourer", it, enough) as one, begun("labourer", it, enough) as other:
        yield codes
        enough.touch()
        codes += [*one.end(), *other.end()]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("targets", ["sqlite", "postgresql"])
def test_nothing_is_lost_and_nothing_written_twice_when_the_server_stops(
    targets: str, truth: oracle.Truth, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(4)
    with own_cluster() as cluster:
        it = workspace(cluster, tmp_path / "it", targets)
        captured = tmp_path / "captured.jsonl"
        captured.write_text("".join(f"{line}\n" for line in it.captured), "utf-8")
        groups = -(-len(it.captured) // SIZE)
        stops = {1 + number * (groups - 1) // STOPS for number in range(STOPS)}
        acknowledged: set[str] = set()
        with begun("feeder", it, captured) as feeder, labour(it) as codes:
            for number in range(groups):
                feeder.go_on()
                if number in stops:
                    for _ in range(random.randrange(3)):
                        it.holds("crm")  # a moment, and never the same one
                    cluster.stop("immediate")
                    cluster.start()
                acknowledged.update(feeder.said())
            assert feeder.said() == ["done"]
            feeder.end()
        with capsys.disabled():
            broken = f"{codes.count('75')} of {len(codes)} runs exit 75"
            print(f"  {targets}: {len(stops)} stops; {len(acknowledged)} deliveries acknowledged; {broken}")
        assert set(codes) <= {"0", "75"}
        assert codes.count("75") > 0, "no run ever noticed"
        for _ in range(TRIES):
            assert it.run().exit == 0
            if all(differences(it.holds(system), want(truth)) == [] for system, want in WANTED.items()):
                break
        for system, want in WANTED.items():
            assert differences(it.holds(system), want(truth)) == []
            assert twice(it, system) == []
        assert acknowledged <= taken_in(cluster, it), "something acknowledged is not there"
        verified = it.syncengine("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def twice(it: Workspace, system: str) -> list[str]:
    return it.written_twice(system) if isinstance(it, OnPostgres) else writelog.written_twice(it.folder, system)


def taken_in(cluster: Cluster, it: Workspace) -> set[str]:
    with closing(cluster.server.connect(it.state.rpartition("/")[2].partition("?")[0])) as connection:
        return {str(row[0]) for row in connection.execute("SELECT event_id FROM inbox").fetchall()}
