"""What a test needs of the machine, and the reason to skip it where there is none."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_MORTAL = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def bound_by_rights() -> Sequence[str]:
    """Words before a command, so that rights of files mean something to it: to root they mean nothing."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(_MORTAL[0]) is None or subprocess.run([*_MORTAL, "true"], check=False).returncode:
        pytest.skip("root cannot give up its rights here")
    return _MORTAL


def need_immutable_files(folder: Path) -> None:
    """Whether `chattr +i` works there: for root, on a file system that knows it."""
    probe = folder / "probe"
    probe.touch()
    if shutil.which("chattr") is None or _call("chattr", "+i", probe):
        pytest.skip("no file can be made immutable here")
    _call("chattr", "-i", probe)
    probe.unlink()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, of that size."""
    folder.mkdir()
    if shutil.which("mount") is None or _call("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder):
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        _call("umount", "-l", folder)


def _call(*words: str | Path) -> int:
    return subprocess.run([str(word) for word in words], capture_output=True, check=False).returncode
