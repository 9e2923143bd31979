"""A process is known to be gone only where the kernel can be asked about it."""

import subprocess
import sys

import pytest

from syncengine.store import process
from syncengine.store.process import is_gone, mark

SAY = "from syncengine.store.process import mark; print(mark(), flush=True)"
pytestmark = pytest.mark.skipif(not mark(), reason="this kernel tells nothing of its processes")


def test_a_process_that_runs_is_not_gone() -> None:
    assert not is_gone(mark())


def test_a_process_that_ended_is_gone() -> None:
    said = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stdout
    assert is_gone(said.strip())


def test_a_process_that_was_killed_is_gone_though_nobody_asked_how_it_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"{SAY}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        said = other.stdout.readline().strip()
        assert not is_gone(said)
        other.kill()
        assert other.stdout.read() == ""  # its end of the pipe is closed with it
        while not is_gone(said):
            pass


def test_another_process_under_the_same_number_is_not_the_one_that_was_meant() -> None:
    room, number, started = mark().rsplit(":", 2)
    assert is_gone(f"{room}:{number}:{int(started) - 1}")


@pytest.mark.parametrize("of", ["", "::", "another-boot/1:1:1", "another-boot/1:999999999:1"])
def test_of_a_process_that_cannot_be_seen_nothing_is_known(of: str) -> None:
    assert not is_gone(of)


def test_where_no_room_is_told_a_process_has_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    _, number, started = mark().rsplit(":", 2)
    monkeypatch.setattr(process, "_room", lambda: "")
    assert mark() == ""
    assert not is_gone(f":{number}:{int(started) - 1}")
