"""A clean stop: SIGTERM and SIGINT ask the loop to end after the step it is in."""

import signal
from types import FrameType
from typing import Self


class Stop:
    """Whether somebody asked to stop. A second signal of the same kind does what it did before."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for name in (signal.SIGTERM, signal.SIGINT):
            self._before[name] = signal.signal(name, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for name, handler in self._before.items():
            signal.signal(name, handler)  # type: ignore[arg-type]

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self.asked = True
        name = signal.Signals(number)
        signal.signal(name, self._before[name])  # type: ignore[arg-type]
