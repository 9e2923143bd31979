"""The command line, with something that happens to a file at one of the boundaries of its run:

    python -m tests.storage.victim POINT NTH FAULT FILE WORDS...

POINT `-` only lists the boundaries that were passed, one a line, on stderr.
"""

import sys
from collections import Counter
from functools import partial
from pathlib import Path

from syncengine.__main__ import main as syncengine
from syncengine.cli import run as command
from syncengine.clock import SystemClock
from syncengine.connectors.sql import database
from syncengine.engine.root import Hands, open_engine
from syncengine.store import ledger_file
from tests.storage.faults import FAULTS


class Mishap:
    """Lets a fault strike when a point is passed for the nth time. `ask` is for who is told the moment on stdout, and
    answers on stdin when it has struck.
    """

    def __init__(self, point: str, nth: int, fault: str, file: Path) -> None:
        self.point, self.nth, self.fault, self.file = point, nth, fault, file
        self.passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        if name != self.point or self.passed[name] != self.nth:
            return
        if self.fault == "ask":
            print("now", flush=True)
            sys.stdin.readline()
        else:
            FAULTS[self.fault].strike(self.file)


def main(point: str, nth: str, fault: str, file: str, *words: str) -> int:
    ledger_file.BUSY_SECONDS = database.BUSY_SECONDS = 0  # type: ignore[misc]
    mishap = Mishap(point, int(nth), fault, Path(file))
    command.open_engine = partial(open_engine, hands=Hands(clock=SystemClock(), boundary=mishap))  # type: ignore[attr-defined]
    sys.argv = ["syncengine", *words]
    try:
        syncengine()
    except SystemExit as end:
        code = int(end.code or 0)
    if point == "-":
        for name, times in sorted(mishap.passed.items()):
            print(name, times, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
