"""Progress of long work: one line on stderr that rewrites itself, on a terminal and nowhere else."""

import shutil
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

from syncengine.clock import SystemClock

_EVERY: Final = 0.1  # seconds between two looks of the line: a terminal is slow, and an eye too
_BAR: Final = 24
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """`with Progress(quiet=quiet) as progress: progress.show("deciding", 40, 100)`."""

    def __init__(
        self,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._monotonic = monotonic or SystemClock().monotonic
        self._shown = not quiet and self._stream.isatty()
        self._last: float | None = None

    def show(self, what: str, done: int, total: int = 0) -> None:
        """What is being done, how much of it is done, and of how much (0: nobody knows)."""
        now = self._monotonic()
        if not self._shown or (self._last is not None and now - self._last < _EVERY):
            return
        self._last = now
        width = shutil.get_terminal_size().columns - 1
        self._write(_CLEAR + line(what, done, total)[:width])

    def close(self) -> None:
        """Leave the terminal as it was found."""
        if self._last is not None:
            self._write(_CLEAR)
            self._last = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # the terminal is gone; the work is not
            self._shown = False


def line(what: str, done: int, total: int) -> str:
    """`deciding  [############............]  50/100`, or without a bar while the total is unknown."""
    if total <= 0:
        return f"{what}  {done}"
    full = min(_BAR, _BAR * done // total)
    return f"{what}  [{'#' * full}{'.' * (_BAR - full)}]  {done}/{total}"
