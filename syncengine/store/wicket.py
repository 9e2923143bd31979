"""A wicket before the write lock of a ledger that is a file: whoever stands in it is the next to write.

SQLite lets writers ask again and again, and who asks seldom asks in vain while another one writes all the time. An
engine passes the wicket before each transaction too: it finds a person standing there, and lets him go first.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from syncengine.clock import SystemClock
from syncengine.errors import BusyError

_LOOK_AGAIN: Final = 0.001
"""Seconds between two looks whether the wicket is free: it is, mostly, in less."""


class Wicket:
    """Held from before a transaction is begun until it has begun. Fairness only: without the file nobody is kept out.

    One thread at a time; the operating system lets it go when its holder dies.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        self.path = path
        self._patience = patience
        self._file: int | None = None

    @classmethod
    def beside(cls, ledger: Path, *, patience: float) -> Self:
        """The wicket of a ledger: state.db.next, also when a link names it."""
        real = ledger.resolve()
        return cls(real.with_name(f"{real.name}.next"), patience=patience)

    def __enter__(self) -> Self:
        """Raises BusyError when somebody stands in it for longer than our patience."""
        file = self._file = self._open()
        clock = SystemClock()
        until = clock.monotonic() + self._patience
        while file is not None and not _taken(file):
            if clock.monotonic() > until:
                self.__exit__(None, None, None)
                raise BusyError(f"another process waits to write to {self.path.stem}", remedy="try again in a moment")
            clock.wait(_LOOK_AGAIN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int | None:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:  # the ledger itself says what is wrong with its folder
            return None


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
