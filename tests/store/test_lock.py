"""One engine per ledger, and its death is known at once."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncengine.errors import BusyError, UserError
from syncengine.store.lock import EngineLock, holder, remembers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from syncengine.store.lock import EngineLock
with EngineLock.beside(Path(sys.argv[1]), command="run --follow", now=datetime(2026, 1, 1, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def lock(ledger: Path) -> EngineLock:
    return EngineLock.beside(ledger, command="run", now=NOW)


def test_a_second_engine_is_told_who_is_at_work(tmp_path: Path) -> None:
    ledger = tmp_path / "state.db"
    with lock(ledger), pytest.raises(BusyError) as caught, lock(ledger):
        pytest.fail("two engines")
    assert "run, process" in caught.value.message
    assert "2026-01-01T00:00:00Z" in caught.value.message
    assert caught.value.retry_after is not None


def test_a_ledger_under_another_name_is_the_same_ledger(tmp_path: Path) -> None:
    ledger, link = tmp_path / "state.db", tmp_path / "link.db"
    link.symlink_to(ledger)
    with lock(ledger), pytest.raises(BusyError), lock(link):
        pytest.fail("two engines")


def test_the_lock_is_free_when_its_holder_is_done(tmp_path: Path) -> None:
    ledger = tmp_path / "state.db"
    with lock(ledger):
        pass
    with lock(ledger) as again:
        assert again.path == tmp_path / "state.db.lock"


def test_two_ledgers_do_not_know_each_other(tmp_path: Path) -> None:
    with lock(tmp_path / "a.db"), lock(tmp_path / "b.db"):
        assert {path.name for path in tmp_path.iterdir()} == {"a.db.lock", "b.db.lock"}


def test_a_killed_holder_lets_go_at_once(tmp_path: Path) -> None:
    ledger = tmp_path / "state.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ledger)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"run --follow, process {holder.pid}"), lock(ledger):
            pytest.fail("two engines")
        holder.kill()
        holder.wait()
        with lock(ledger) as taken:
            assert taken.path.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be made"), lock(tmp_path / "file" / "state.db"):
        pytest.fail("locked nothing")


def test_a_ledger_that_was_there_is_remembered(tmp_path: Path) -> None:
    ledger = tmp_path / "state.db"
    with lock(ledger):
        pass
    assert not remembers(ledger)
    ledger.write_bytes(b"something")
    with lock(ledger):
        assert remembers(ledger)
    ledger.unlink()
    with lock(ledger):
        assert remembers(ledger)
    assert remembers(ledger)


def test_whoever_asks_who_holds_it_takes_nothing_and_makes_nothing(tmp_path: Path) -> None:
    ledger = tmp_path / "state.db"
    assert holder(ledger) is None
    assert list(tmp_path.iterdir()) == []
    with lock(ledger):
        assert "run, process" in str(holder(ledger))
    assert holder(ledger) is None


def test_a_folder_whose_rights_changed_is_no_wrong_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = tmp_path / "state.db"
    ledger.write_bytes(b"something")

    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(BusyError, match="cannot be made: Read-only file system"), lock(ledger):
        pytest.fail("locked nothing")


def test_a_full_disk_is_told_and_the_lock_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as busy:
        busy.setattr(os, "pwrite", full)
        with pytest.raises(BusyError, match="is full"), lock(tmp_path / "state.db"):
            pytest.fail("nobody knows who holds it")
    with lock(tmp_path / "state.db"):
        pass
