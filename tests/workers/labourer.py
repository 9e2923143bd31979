"""A worker that is run again and again, as a service would be: python -m tests.workers.labourer MAPS STATE ENOUGH

Until the file ENOUGH is there. It prints how each run ended: 0, or 75 where the ledger or a target went away.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from syncengine.errors import BusyError

AGAIN = 0.05


def main(maps: str, state: str, enough: str) -> None:
    door = Door(maps=Path(maps), environment="local", state=state, actor="labourer", kind="run")
    while not Path(enough).exists():
        print(_code(door, lambda: Path(enough).exists()), flush=True)
        SystemClock().wait(AGAIN)


def _code(door: Door, stop: Callable[[], bool]) -> int:
    try:
        with open_engine(door, Hands(clock=SystemClock())) as engine:
            done = run(engine.world, engine.writers, engine.folders, stop=stop)
    except BusyError:
        return 75
    return 75 if done.away else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
