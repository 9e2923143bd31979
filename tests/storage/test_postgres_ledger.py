"""What happens to a ledger on PostgreSQL: what a run says, that the next one catches up, and that nothing is lost."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.postgres import Cluster, own_cluster
from tests.storage.conftest import Undisturbed
from tests.storage.machine import small_disk
from tests.storage.rig import Company

TEMPORARY, USAGE = 75, 64
ROLE = "engine"
_numbers = count(1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster("fsync=off") as made:
        made.server.execute(f"CREATE ROLE {ROLE} LOGIN")
        yield made


@dataclass(frozen=True)
class Kept:
    """A company whose ledger is a database of its own, which somebody without special rights works on."""

    company: Company
    cluster: Cluster
    database: str

    def execute(self, statement: str, within: str = "postgres") -> None:
        self.cluster.server.execute(statement.format(it=self.database), within)

    def catches_up(self, undisturbed: Undisturbed) -> None:
        again = self.company.run()
        assert again.code == 0, again.said
        assert self.company.holds() == undisturbed.end
        assert self.company.wrong() == []


@pytest.fixture
def kept(cluster: Cluster, undisturbed: Undisturbed, tmp_path: Path) -> Iterator[Kept]:
    database = f"ledger_{next(_numbers)}"
    cluster.server.execute(f"CREATE DATABASE {database} OWNER {ROLE}")
    url = cluster.server.address.set(database=database, username=ROLE).render_as_string()
    yield Kept(undisturbed.fresh.copy(tmp_path / "company", url), cluster, database)
    cluster.server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def half(kept: Kept) -> None:
    """A run that leaves some of the deliveries out; they are there now."""
    inbox, aside = kept.company.folder / "inbox", kept.company.folder / "aside"
    aside.mkdir()
    for name in ("1.jsonl", "2.jsonl"):
        (inbox / name).rename(aside / name)
    assert kept.company.run().code == 0
    for name in ("1.jsonl", "2.jsonl"):
        (aside / name).rename(inbox / name)


@pytest.mark.parametrize("point", ["decide.judged", "intent.committed"])
def test_a_server_that_is_stopped_and_comes_back_has_lost_nothing(
    point: str, kept: Kept, undisturbed: Undisturbed
) -> None:
    ended = kept.company.interrupted(point, kept.cluster.stop)
    kept.cluster.start()
    assert ended.code == TEMPORARY, ended.said
    assert re.search(r"\n  next: .*run again", ended.said), ended.said
    kept.catches_up(undisturbed)


def test_a_server_that_restarts_while_nobody_looks_ends_the_run_and_loses_nothing(
    kept: Kept, undisturbed: Undisturbed
) -> None:
    def restart() -> None:
        kept.cluster.stop("fast")
        kept.cluster.start()

    ended = kept.company.interrupted("intent.ready", restart)
    assert ended.code == TEMPORARY, ended.said
    kept.catches_up(undisturbed)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Statements that bring a trouble about and take it back, both as the server's owner; what must be said."""

    name: str
    strike: tuple[str, ...]
    mend: tuple[str, ...]
    words: str
    code: int = TEMPORARY


CASES = [
    Case(
        name="read-only",
        strike=("ALTER DATABASE {it} SET default_transaction_read_only = on",),
        mend=("ALTER DATABASE {it} RESET default_transaction_read_only",),
        words="can only be read at present",
    ),
    Case(
        name="no connection left",
        strike=("ALTER DATABASE {it} CONNECTION LIMIT 0",),
        mend=("ALTER DATABASE {it} CONNECTION LIMIT -1",),
        words="has no connection left",
    ),
    Case(
        name="renamed",
        strike=("ALTER DATABASE {it} RENAME TO {it}_away",),
        mend=("ALTER DATABASE {it}_away RENAME TO {it}",),
        words="does not exist",
        code=USAGE,
    ),
    Case(
        name="closed",
        strike=("ALTER DATABASE {it} ALLOW_CONNECTIONS false",),
        mend=("ALTER DATABASE {it} ALLOW_CONNECTIONS true",),
        words="refused|not accepting|does not answer",
    ),
    Case(
        name="no login",
        strike=(f"ALTER ROLE {ROLE} NOLOGIN",),
        mend=(f"ALTER ROLE {ROLE} LOGIN",),
        words="refused the login",
        code=USAGE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_run_says_what_is_wrong_and_the_next_one_catches_up(
    case: Case, kept: Kept, undisturbed: Undisturbed
) -> None:
    half(kept)
    for statement in case.strike:
        kept.execute(statement)
    try:
        ended = kept.company.run()
    finally:
        for statement in case.mend:
            kept.execute(statement)
    assert ended.code == case.code, ended.said
    assert re.search(case.words, ended.said), ended.said
    assert re.search(r"\n  next: \w+", ended.said), ended.said
    kept.catches_up(undisturbed)


def test_a_right_that_was_taken_away_is_named(kept: Kept, undisturbed: Undisturbed) -> None:
    half(kept)
    kept.execute("ALTER TABLE audit OWNER TO CURRENT_USER", kept.database)
    ended = kept.company.run()
    assert ended.code == USAGE, ended.said
    assert "does not allow this user" in ended.said
    kept.execute(f"ALTER TABLE audit OWNER TO {ROLE}", kept.database)
    kept.catches_up(undisturbed)


@pytest.mark.parametrize("point", ["decide.judged"])
def test_a_full_disk_of_the_server_is_told_and_what_was_acknowledged_stays(
    point: str, cluster: Cluster, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    database = f"ledger_{next(_numbers)}"
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(cluster.folder / f"disk_{database}", "64m"))
        space = disk / "space"
        space.mkdir()
        if cluster.owner is not None:
            os.chown(space, cluster.owner.pw_uid, cluster.owner.pw_gid)
        cluster.server.execute(f"CREATE TABLESPACE {database} LOCATION '{space}'")
        cluster.server.execute(f"CREATE DATABASE {database} OWNER {ROLE} TABLESPACE {database}")
        stack.callback(cluster.server.execute, f"DROP TABLESPACE {database}")
        stack.callback(cluster.server.execute, f"DROP DATABASE {database} WITH (FORCE)")
        url = cluster.server.address.set(database=database, username=ROLE).render_as_string()
        kept = Kept(undisturbed.fresh.copy(tmp_path / "company", url), cluster, database)
        filler = disk / "filler"
        ended = kept.company.interrupted(point, lambda: fill(filler))
        assert ended.code == TEMPORARY, ended.said
        assert "is full" in ended.said
        filler.unlink()
        kept.catches_up(undisturbed)


def fill(filler: Path) -> None:
    left = shutil.disk_usage(filler.parent).free
    with filler.open("wb") as stream:
        stream.write(b"\0" * left)
