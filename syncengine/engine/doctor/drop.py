"""Drop folders: are they there, and can what lies in them be read."""

import os
from collections.abc import Iterator
from pathlib import Path

from syncengine.engine.intake import drop_files
from syncengine.errors import BusyError
from syncengine.model.examined import Examined, failed, ok


def examine(folder: Path) -> Iterator[Examined]:
    try:
        files = drop_files(folder)
    except BusyError as error:
        yield failed("drop folder", error.message, error.remedy)
        return
    closed = [path.name for path in files if not os.access(path, os.R_OK)]
    if closed:
        what = f"{len(closed)} files in {folder} cannot be read by this user, such as {closed[0]}"
        yield failed("drop folder", what, "give this user the right to read them")
    else:
        yield ok("drop folder", f"{folder}, {len(files)} files")
