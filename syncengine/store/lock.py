"""The proof that one engine works on a ledger: a lock that the operating system lets go when its holder dies."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from syncengine.clock import to_text
from syncengine.errors import BusyError, SyncengineError, UserError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class EngineLock:
    """Held as a context manager. Whoever holds it knows that every other engine session of this ledger is dead.

    The lock file says who holds it: pid, host, since, command; and `ledger`: that there was one when it was held last.
    Raises BusyError naming the holder.
    """

    def __init__(self, path: Path, *, command: str, now: datetime) -> None:
        self.path = path
        self._ledger = path.with_suffix("")
        self._said = {"pid": os.getpid(), "host": socket.gethostname(), "since": to_text(now), "command": command}
        self._file: int | None = None

    @classmethod
    def beside(cls, ledger: Path, *, command: str, now: datetime) -> Self:
        """The lock of a ledger that is a file: state.db is guarded by state.db.lock, also when a link names it."""
        return cls(_beside(ledger), command=command, now=now)

    def __enter__(self) -> Self:
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            by = _name(_read(file))
            os.close(file)
            raise BusyError(
                f"another engine works on this ledger: {by}",
                remedy="wait until it is done, or end it; then run again",
                retry_after=timedelta(seconds=5),
            ) from error
        self._file = file
        known = _is_known(_read(file)) or self._is_made()
        try:
            _write(file, {**self._said, "ledger": known})
        except OSError as error:
            self._let_go()
            raise self._hindered(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with suppress(OSError):  # the holder's name stays, and misleads nobody once the lock is free
                _write(self._file, {"ledger": _is_known(_read(self._file)) or self._is_made()})
            self._let_go()

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._hindered(error) from error

    def _hindered(self, error: OSError) -> SyncengineError:
        """Where there is a ledger, the machine is in the way; where there is none, the name of it is wrong."""
        if error.errno in _FULL:
            return BusyError(f"the disk of {self.path} is full", remedy="make room and run again; nothing was done")
        message = f"the lock {self.path} cannot be made: {error.strerror}"
        if self._is_made():
            return BusyError(message, remedy="make the state folder writable and run again; nothing was done")
        return UserError(message, remedy="make the state folder writable, or name another ledger with --state")

    def _is_made(self) -> bool:
        """Whether there is a ledger; who may not look assumes it."""
        try:
            return self._ledger.stat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True


def remembers(ledger: Path) -> bool:
    """Whether an engine once worked on a ledger of this name, as its lock file says."""
    try:
        return _is_known(_parsed(_beside(ledger).read_bytes()))
    except OSError:
        return False


def holder(ledger: Path) -> str | None:
    """Who works on a ledger right now, in words; None where nobody does. Waits for nothing, and leaves no file."""
    try:
        file = os.open(_beside(ledger), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _name(_read(file))
    else:
        return None
    finally:
        os.close(file)


def _beside(ledger: Path) -> Path:
    real = ledger.resolve()
    return real.with_name(f"{real.name}.lock")


def _is_known(said: Mapping[str, object]) -> bool:
    return said.get("ledger") is True


def _write(file: int, said: Mapping[str, object]) -> None:
    """Over what stands there, and only then shorter: a full disk has room for it."""
    body = json.dumps(said, sort_keys=True).encode() + b"\n"
    os.pwrite(file, body, 0)
    os.ftruncate(file, len(body))


def _read(file: int) -> Mapping[str, object]:
    return _parsed(os.pread(file, 4096, 0))


def _parsed(raw: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(raw)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _name(said: Mapping[str, object]) -> str:
    if "pid" not in said:
        return "one that is just starting"
    return f"{said.get('command')}, process {said.get('pid')} on {said.get('host')}, since {said.get('since')}"
