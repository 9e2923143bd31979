"""One `run` of several that begin at the same moment: python -m tests.workers.member MAPS STATE [POINT NTH] [SAFETY...]

It says "ready" once it has opened everything, and begins with the next line on its stdin. At the end it prints what it
did as JSON; it exits 75 where the ledger went away. With a crash point it kills itself there, as tests.crash.victim.
Safeties that are named it does without.
"""

import json
import sys
from pathlib import Path

import pytest

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from syncengine.engine.summary import as_json
from syncengine.errors import BusyError
from tests.crash.victim import DyingWriter, Reaper
from tests.workers.without import SAFETIES


def main(maps: str, state: str, point: str = "-", nth: str = "0", *safeties: str) -> int:
    reaper, patch = Reaper(point, int(nth)), pytest.MonkeyPatch()
    for name in safeties:
        SAFETIES[name](patch)
    door = Door(maps=Path(maps), environment="local", state=state, actor="member", kind="run")
    try:
        with open_engine(door, Hands(clock=SystemClock(), boundary=reaper)) as engine:
            writers = {name: DyingWriter(writer, reaper, name) for name, writer in engine.writers.items()}
            print("ready", flush=True)
            sys.stdin.readline()
            done = run(engine.world, writers, engine.folders)
            print(json.dumps(as_json(engine.world.store.tally(engine.world.session), done)), flush=True)
    except BusyError as error:
        print(error, file=sys.stderr)
        return 75
    return 75 if done.away else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
