"""A `run` that kills itself with SIGKILL at one of its crash points: python -m tests.crash.victim MAPS STATE POINT NTH

Every boundary between two steps is a crash point, and so are the two sides of a target's commit. POINT `-` only lists
the points that were passed, one a line, on stdout.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.connectors.protocol import Writer
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from syncengine.model.attempt import Outcome, Request
from syncengine.model.permit import Permit


class Reaper:
    """Kills the process when a point has been passed for the nth time."""

    def __init__(self, point: str, nth: int) -> None:
        self.point, self.nth = point, nth
        self.passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        if name == self.point and self.passed[name] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingWriter:
    """A writer with a crash point before it sends and one after the target has committed."""

    def __init__(self, writer: Writer, reaper: Reaper, system: str) -> None:
        self.writer, self.reaper, self.system = writer, reaper, system

    def prepare(self, request: Request) -> bytes:
        return self.writer.prepare(request)

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        self.reaper(f"{self.system}.before-write")
        outcomes = self.writer.write(batch)
        self.reaper(f"{self.system}.after-write")
        return outcomes


def main(maps: str, state: str, point: str, nth: str) -> None:
    reaper = Reaper(point, int(nth))
    door = Door(maps=Path(maps), environment="local", state=state, actor="victim", kind="run")
    with open_engine(door, Hands(clock=SystemClock(), boundary=reaper)) as engine:
        writers = {name: DyingWriter(writer, reaper, name) for name, writer in engine.writers.items()}
        run(engine.world, writers, engine.folders)
    if point == "-":
        for name, times in sorted(reaper.passed.items()):
            print(name, times)


if __name__ == "__main__":
    main(*sys.argv[1:5])
