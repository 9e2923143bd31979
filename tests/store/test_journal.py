"""The journal mode: what the version allows, that it is in use, and what becomes of a ledger of another version."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncengine.errors import BusyError, UserError
from syncengine.store import journal, ledger_file
from syncengine.store.open import open_store
from syncengine.store.protocol import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANY, NONE = (0,), (1_000,)
HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("pragma journal_mode=wal")
held.execute("select count(*) from sqlite_master")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0.1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "WAL_IS_SAFE_FROM", ANY)


def older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "WAL_IS_SAFE_FROM", NONE)


def mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("pragma journal_mode").fetchone()[0])


def write(store: Store) -> int:
    return store.open_session(kind="run", actor="ada", project="shop", now=NOW).id


@pytest.fixture
def kept_in_wal(path: Path) -> Iterator[None]:
    """Another process has the ledger open in WAL mode."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.kill()


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 7, 0), "persist"), ((3, 40, 1), "persist"), ((3, 51, 2), "persist"), ((3, 51, 3), "wal"), ((4, 0, 0), "wal")],
)
def test_a_version_whose_wal_may_corrupt_keeps_a_rollback_journal(version: tuple[int, ...], expected: str) -> None:
    assert journal.journal_mode(version) == expected


@pytest.mark.usefixtures("newer")
def test_a_newer_version_keeps_the_ledger_in_wal_and_flushes_every_commit(path: Path) -> None:
    with closing(open_store(f"sqlite:///{path}")) as store:
        write(store)
        assert path.with_name("state.db-wal").exists()
    assert mode(path) == "wal"


def test_an_older_version_turns_a_ledger_of_a_newer_one_back_and_reads_all_of_it(
    path: Path, newer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_store(f"sqlite:///{path}")) as store:
        first = write(store)
    assert mode(path) == "wal"
    older(monkeypatch)
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert write(store) == first + 1
        assert {entry.strand for entry in store.entries()} == {first, first + 1}
    assert mode(path) != "wal"


@pytest.mark.usefixtures("newer")
def test_a_newer_version_turns_a_ledger_of_an_older_one_to_wal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        older(before)
        with closing(open_store(f"sqlite:///{path}")) as store:
            first = write(store)
    assert mode(path) != "wal"
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert write(store) == first + 1
    assert mode(path) == "wal"


def test_an_older_version_does_not_touch_what_another_process_keeps_in_wal(
    path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    older(monkeypatch)
    open_store(f"sqlite:///{path}").close()
    request.getfixturevalue("kept_in_wal")
    with pytest.raises(BusyError, match=r"in WAL mode, in which SQLite .* can damage it") as caught:
        open_store(f"sqlite:///{path}")
    assert "3.51.3" in caught.value.remedy


def test_an_older_version_stops_writing_when_a_newer_one_turns_the_ledger_to_wal(
    path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    older(monkeypatch)
    with closing(open_store(f"sqlite:///{path}")) as store:
        write(store)
        before = len(list(store.entries()))
        request.getfixturevalue("kept_in_wal")
        with pytest.raises(BusyError, match="in WAL mode"):
            write(store)
        assert len(list(store.entries())) == before


class Disobedient:
    """SQLite as a file system without shared memory lets it be: it stays in the mode in which it is."""

    def __init__(self, *answers: object) -> None:
        self.answers = dict(zip(("synchronous", "wal", "persist"), answers, strict=True))
        self.asked: list[str] = []

    def execute(self, statement: str) -> "Disobedient":
        self.asked.append(statement.removeprefix("pragma "))
        return self

    def fetchone(self) -> tuple[object, ...] | None:
        last = self.asked[-1]
        if last == "synchronous":
            return (self.answers["synchronous"],)
        mode = last.partition("journal_mode=")[2]
        return (self.answers[mode],) if mode else None


@pytest.mark.usefixtures("newer")
def test_where_wal_is_refused_the_rollback_journal_is_as_safe(path: Path) -> None:
    connection = Disobedient(2, "delete", "persist")
    journal.settle_in(connection, path)  # type: ignore[arg-type]
    assert [said for said in connection.asked if said.startswith("journal_mode")] == [
        "journal_mode=wal",
        "journal_mode=persist",
    ]


@pytest.mark.parametrize("answers", [(2, "delete", "memory"), (1, "wal", "persist"), (0, "wal", "persist")])
@pytest.mark.usefixtures("newer")
def test_a_build_that_does_not_flush_as_it_is_told_is_refused(answers: tuple[object, ...], path: Path) -> None:
    with pytest.raises(UserError, match="was asked for"):
        journal.settle_in(Disobedient(*answers), path)  # type: ignore[arg-type]
