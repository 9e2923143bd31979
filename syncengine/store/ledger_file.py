"""The file of an SQLite ledger: the same one from the first connection to the last.

SQLite goes on writing to a file that was deleted, moved away or replaced, and says that all is well. What is committed
there is lost with the file, so that it may not be called committed.
"""

import sqlite3
from pathlib import Path
from typing import Final

from syncengine.errors import BusyError, UserError
from syncengine.store.lock import remembers

BUSY_SECONDS: Final = 10
"""How long a transaction waits for another process to be done with its own."""
MOVED: Final = "the ledger {path} was moved away, deleted or replaced while it was in use"
PUT_BACK: Final = "put the same file back and run again: what was committed is in it, and nothing was sent since"
_STATEMENTS: Final = 256


class LedgerFile:
    """Opened by its name, known by its inode. Several threads may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._absolute = path.absolute()
        self._inode: tuple[int, int] | None = None

    def connect(self) -> sqlite3.Connection:
        """Only the first connection makes the file, and only where there never was one. Raises BusyError."""
        first = self._inode is None
        if first and remembers(self._absolute) and not self._is_written():
            raise BusyError(
                f"the ledger {self.path} is not there any more; there was one when an engine last worked here",
                remedy=f"put it back and run again; to begin a new one, remove {self.path}.lock as well",
            )
        connection = sqlite3.connect(
            f"{self._absolute.as_uri()}?mode={'rwc' if first else 'rw'}",
            uri=True,
            timeout=BUSY_SECONDS,
            cached_statements=_STATEMENTS,
            check_same_thread=False,
        )
        if first:
            self._inode = self._found()
        else:
            self.check()
        return connection

    def check(self) -> None:
        """Raises BusyError when the name leads to another file than the one that was opened, or to none."""
        if not self.stands:
            raise BusyError(MOVED.format(path=self.path), remedy=PUT_BACK)

    @property
    def stands(self) -> bool:
        """Whether the name leads to the file that was opened; true before the first connection."""
        return self._inode is None or self._found() == self._inode

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self._absolute.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _is_written(self) -> bool:
        try:
            return self._absolute.stat().st_size > 0
        except OSError:
            return False


def is_written(path: Path) -> bool:
    """Whether there is a file with something in it. Raises UserError where this user may not even look."""
    try:
        return path.stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UserError(
            f"the ledger {path} cannot be looked at: {error.strerror}",
            remedy="let this user into its folder, or name another ledger with --state",
        ) from error
