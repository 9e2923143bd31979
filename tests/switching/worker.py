"""A `run` that stops between two steps until it is told to go on: python -m tests.switching.worker MAPS STATE POINT

It says "here" on stdout when it has passed POINT (a boundary between two steps) for the first time, and goes on with
the next line on stdin.
"""

import sys
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run


def main(maps: str, state: str, point: str) -> None:
    left = [point]

    def boundary(name: str) -> None:
        if name in left:
            left.clear()
            print("here", flush=True)
            sys.stdin.readline()

    door = Door(maps=Path(maps), environment="local", state=state, actor="worker", kind="run")
    with open_engine(door, Hands(clock=SystemClock(), boundary=boundary)) as engine:
        run(engine.world, engine.writers, engine.folders)


if __name__ == "__main__":
    main(*sys.argv[1:4])
