"""The proof that one engine works on a ledger: a lock that the operating system lets go when its holder dies."""

import fcntl
import json
import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from syncengine.clock import to_text
from syncengine.errors import BusyError, UserError


class EngineLock:
    """Held as a context manager. Whoever holds it knows that every other engine session of this ledger is dead.

    The lock file says who holds it: pid, host, since, command. Raises BusyError naming the holder.
    """

    def __init__(self, path: Path, *, command: str, now: datetime) -> None:
        self.path = path
        self._said = {"pid": os.getpid(), "host": socket.gethostname(), "since": to_text(now), "command": command}
        self._file: int | None = None

    @classmethod
    def beside(cls, ledger: Path, *, command: str, now: datetime) -> Self:
        """The lock of a ledger that is a file: state.db is guarded by state.db.lock, also when a link names it."""
        real = ledger.resolve()
        return cls(real.with_name(f"{real.name}.lock"), command=command, now=now)

    def __enter__(self) -> Self:
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _read(file)
            os.close(file)
            raise BusyError(
                f"another engine works on this ledger: {_name(holder)}",
                remedy="wait until it is done, or end it; then run again",
                retry_after=timedelta(seconds=5),
            ) from error
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps(self._said, sort_keys=True).encode() + b"\n", 0)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise UserError(
                f"the lock {self.path} cannot be made: {error.strerror}",
                remedy="make the state folder writable, or name another ledger with --state",
            ) from error


def _read(file: int) -> Mapping[str, object]:
    try:
        said = json.loads(os.pread(file, 4096, 0))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _name(holder: Mapping[str, object]) -> str:
    if not holder:
        return "one that is just starting"
    return f"{holder.get('command')}, process {holder.get('pid')} on {holder.get('host')}, since {holder.get('since')}"
