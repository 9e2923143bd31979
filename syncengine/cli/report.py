"""The report of a bug: a file for its author, with what is needed to find it and no value from the command line."""

import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Final

from syncengine import __version__

_CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s'\"]*@")


def write(error: BaseException, argv: Sequence[str]) -> str:
    """The path of the report (readable by its owner alone), or "" where no file can be made."""
    try:
        handle, path = tempfile.mkstemp(prefix="syncengine-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text(error, argv))
    except OSError:
        return ""
    return path


def text(error: BaseException, argv: Sequence[str]) -> str:
    trace = "".join(traceback.format_exception(error))
    head = (
        f"syncengine {__version__}",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"command: syncengine {' '.join(_without_values(argv))}".rstrip(),
        "The messages below may quote data: look through them before you send this.",
    )
    return "\n".join(head) + "\n\n" + _CREDENTIALS.sub("•••@", trace)


def spot(error: BaseException) -> str:
    """The innermost line of our own that was on the way: "at engine/run.py:42"."""
    home = os.path.dirname(sys.modules["syncengine"].__file__ or "")  # noqa: PTH120 - compared as text
    ours = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(home + os.sep)]
    return f"at {os.path.relpath(ours[-1].filename, home)}:{ours[-1].lineno}" if ours else ""


def _without_values(argv: Sequence[str]) -> list[str]:
    """Names of options only: values may be addresses with passwords, or ids of people."""
    return [word.partition("=")[0] if word.startswith("-") else "…" for word in argv]
