"""What happens to a CRM and an ERP on PostgreSQL: the run says who is away and why, and the next one catches up."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.postgres import Cluster, own_cluster
from tests.quickstart.oracle import Dump
from tests.quickstart.workspace import Finished, make
from tests.storage.faults import FAULTS
from tests.storage.machine import small_disk
from tests.workers.targets import SYSTEMS, OnPostgres

OPEN, TEMPORARY = 5, 75


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster("fsync=off") as made:
        yield made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("targets") / "company"
    make(folder, seed=977, customers=3)
    return folder


def settled(it: OnPostgres) -> dict[str, Dump]:
    """What stands there when a run has nothing left to do."""
    done = it.run()
    assert done.exit == 0, done.errors
    return {system: it.holds(system) for system in SYSTEMS}


def deliver(it: OnPostgres, part: int) -> None:
    half = len(it.captured) // 2
    it.deliver(it.captured[:half] if part == 0 else it.captured[half:], str(part))


@pytest.fixture(scope="module")
def end(company: Path, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dump]:
    """After two runs that nothing happened to."""
    it = OnPostgres(tmp_path_factory.mktemp("targets") / "it", cluster.server, "", company)
    deliver(it, 0)
    settled(it)
    deliver(it, 1)
    return settled(it)


@pytest.fixture
def it(company: Path, cluster: Cluster, tmp_path: Path) -> Iterator[OnPostgres]:
    """Half of the deliveries are in; the others lie there."""
    made = OnPostgres(tmp_path / "it", cluster.server, "", company)
    deliver(made, 0)
    assert made.run().exit == 0
    deliver(made, 1)
    yield made
    made.drop()


@dataclass(frozen=True, kw_only=True)
class Case:
    """Statements that bring a trouble of one system about and take it back; what must be said of it, and the code:
    a fault needs a person, whoever is away comes back.
    """

    name: str
    system: str
    strike: tuple[str, ...]
    mend: tuple[str, ...]
    words: str
    inside: bool = False
    code: int = TEMPORARY


CASES = [
    Case(
        name="read-only", system="erp", words="can only be read at present",
        strike=("ALTER DATABASE {it} SET default_transaction_read_only = on",),
        mend=("ALTER DATABASE {it} RESET default_transaction_read_only",),
    ),
    Case(
        name="closed", system="crm", words="not currently accepting connections",
        strike=("ALTER DATABASE {it} ALLOW_CONNECTIONS false",),
        mend=("ALTER DATABASE {it} ALLOW_CONNECTIONS true",),
    ),
    Case(
        name="renamed", system="erp", words="does not exist",
        strike=("ALTER DATABASE {it} RENAME TO {it}_away",),
        mend=("ALTER DATABASE {it}_away RENAME TO {it}",),
    ),
    Case(
        name="a table less", system="crm", words="no table 'invoices'", inside=True, code=OPEN,
        strike=("ALTER TABLE invoices RENAME TO elsewhere",),
        mend=("ALTER TABLE elsewhere RENAME TO invoices",),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_system_is_away_and_the_next_run_catches_up(
    case: Case, it: OnPostgres, cluster: Cluster, end: dict[str, Dump]
) -> None:
    name = it.names[case.system]
    within = name if case.inside else "postgres"
    for statement in case.strike:
        cluster.server.execute(statement.format(it=name), within)
    try:
        done = it.run()
    finally:
        for statement in case.mend:
            cluster.server.execute(statement.format(it=name), within)
    told(done, case.system, case.words, case.code)
    caught_up(it, end)


@contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    cluster.stop()
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def locked(cluster: Cluster, database: str) -> Iterator[None]:
    with cluster.server.connect(database) as other, other.transaction():
        other.execute("LOCK TABLE payment_order IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_server_that_is_stopped_is_away(it: OnPostgres, cluster: Cluster, end: dict[str, Dump]) -> None:
    with stopped(cluster):
        done = it.run()
    told(done, "crm", "connection")
    told(done, "erp", "connection")
    caught_up(it, end)


def test_a_table_that_somebody_keeps_locked_is_not_waited_for_for_ever(
    it: OnPostgres, cluster: Cluster, end: dict[str, Dump]
) -> None:
    with locked(cluster, it.names["erp"]):
        done = it.run()
    told(done, "erp", "lock timeout")
    caught_up(it, end)


def test_a_full_disk_of_the_server_is_told_and_half_of_nothing_is_written(
    it: OnPostgres, cluster: Cluster, end: dict[str, Dump]
) -> None:
    name = it.names["crm"]
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(cluster.folder / f"disk_{name}", "64m"))
        space = disk / "space"
        space.mkdir()
        if cluster.owner is not None:
            os.chown(space, cluster.owner.pw_uid, cluster.owner.pw_gid)
        cluster.server.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
        cluster.server.execute(f"ALTER DATABASE {name} SET TABLESPACE {name}")
        stack.callback(cluster.server.execute, f"DROP TABLESPACE {name}")
        stack.callback(cluster.server.execute, f"ALTER DATABASE {name} SET TABLESPACE pg_default")
        FAULTS["full"].strike(disk / "filler")
        done = it.run()
        FAULTS["full"].mend(disk / "filler")
        told(done, "crm", "disk is full|No space left on device")
        caught_up(it, end)


def told(done: Finished, system: str, words: str, code: int = TEMPORARY) -> None:
    assert done.exit == code, done.errors
    said = {each["system"]: each["why"] for each in done.answer["faults" if code == OPEN else "away"]}
    assert re.search(words, said[system]), said


def caught_up(it: OnPostgres, end: dict[str, Dump]) -> None:
    assert settled(it) == end
    assert [it.written_twice(system) for system in SYSTEMS] == [[], []]
    verified = it.syncengine("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
