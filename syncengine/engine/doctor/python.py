"""What all of it runs on."""

import platform
import sqlite3
from collections.abc import Iterator

from syncengine import __version__
from syncengine.model.examined import Examined, ok


def examine() -> Iterator[Examined]:
    yield ok("syncengine", __version__)
    yield ok("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield ok("sqlite", f"{sqlite3.sqlite_version}, the one that this Python has")
