"""The file of an SQLite database that is a system: opened anew each time, and the same one for as long as we run.

SQLite goes on writing to a file that was deleted, moved away or replaced, and says that all is well.
"""

import sqlite3
from pathlib import Path
from stat import S_ISREG

from syncengine.errors import TemporaryError


class SqliteFile:
    """`name` is what messages call it. Several threads may use it."""

    def __init__(self, path: Path, name: str, *, patience: float) -> None:
        self.path = path
        self._name = name
        self._patience = patience
        self._inode: tuple[int, int] | None = None

    def connect(self, *, writes: bool) -> sqlite3.Connection:
        """Raises TemporaryError when it is not there, or not the file that it was before."""
        self.check()
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
        return connection

    def check(self) -> None:
        """Raises TemporaryError. A commit counts only when this holds after it."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise TemporaryError(f"the database {self._name} is not there") from None
        except OSError as error:
            raise TemporaryError(f"the database {self._name} cannot be reached: {error.strerror}") from error
        if not S_ISREG(found.st_mode):
            raise TemporaryError(f"the database {self._name} is no file")
        inode = found.st_dev, found.st_ino
        if self._inode is None:
            self._inode = inode
        elif inode != self._inode:
            raise TemporaryError(f"the database {self._name} was replaced by another file while it was in use")
