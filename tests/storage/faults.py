"""What may happen to a file while somebody uses it, and how it is mended. Each strikes and mends a real file."""

import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOLD = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("begin exclusive")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    strike: Callable[[Path], None]
    mend: Callable[[Path], None]


def _away(file: Path) -> Path:
    return file.with_name(f"{file.name}.away")


def _move_away(file: Path) -> None:
    file.rename(_away(file))


def _put_back(file: Path) -> None:
    _away(file).rename(file)


def _delete(file: Path) -> None:
    """As a wrong `rm` does; who is lucky has another link to it."""
    _away(file).hardlink_to(file)
    file.unlink()


def _replace_by_an_empty_one(file: Path) -> None:
    _move_away(file)
    file.touch()


def _replace_by_a_copy(file: Path) -> None:
    _move_away(file)
    shutil.copyfile(_away(file), file)


def _put_back_over(file: Path) -> None:
    _away(file).replace(file)


def _limit_files(file: Path) -> None:
    """No file grows beyond the size of this one: as a quota of the file system does it. Ends with the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, hard))


def _fill(file: Path) -> None:
    """Not one byte is left on its file system."""
    with (file.resolve().parent / "filler").open("ab", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while filler.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def _make_room(file: Path) -> None:
    (file.resolve().parent / "filler").unlink()


def _lock(file: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    _HOLDERS[file] = holder


def _unlock(file: Path) -> None:
    """A holder that a process started that is gone has ended with it."""
    holder = _HOLDERS.pop(file, None)
    if holder is not None:
        holder.communicate()


_HOLDERS: dict[Path, "subprocess.Popen[bytes]"] = {}


def _forbid(file: Path) -> None:
    file.chmod(0)


def _allow(file: Path) -> None:
    file.chmod(0o700 if file.is_dir() else 0o600)


def _freeze(file: Path) -> None:
    """Nobody can write it any more, whoever he is."""
    subprocess.run(["chattr", "+i", str(file)], check=True)


def _thaw(file: Path) -> None:
    subprocess.run(["chattr", "-i", str(file)], check=True)


def _protect(file: Path) -> None:
    file.chmod(0o500 if file.is_dir() else 0o400)


def _damage(file: Path) -> None:
    """Pages of zeroes in its middle."""
    shutil.copyfile(file, _away(file))
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(size // 3)
        stream.write(b"\0" * (size // 3))


def _put_in_something_else(file: Path) -> None:
    shutil.copyfile(file, _away(file))
    file.write_bytes(b"invoice;amount\n" * 1000)


def _nothing(_file: Path) -> None:
    pass


FAULTS = {
    "moved": Fault(strike=_move_away, mend=_put_back),
    "deleted": Fault(strike=_delete, mend=_put_back),
    "emptied": Fault(strike=_replace_by_an_empty_one, mend=_put_back_over),
    "copied": Fault(strike=_replace_by_a_copy, mend=_put_back_over),
    "limited": Fault(strike=_limit_files, mend=_nothing),
    "full": Fault(strike=_fill, mend=_make_room),
    "locked": Fault(strike=_lock, mend=_unlock),
    "forbidden": Fault(strike=_forbid, mend=_allow),
    "frozen": Fault(strike=_freeze, mend=_thaw),
    "protected": Fault(strike=_protect, mend=_allow),
    "damaged": Fault(strike=_damage, mend=_put_back_over),
    "overwritten": Fault(strike=_put_in_something_else, mend=_put_back_over),
    "none": Fault(strike=_nothing, mend=_nothing),
}
