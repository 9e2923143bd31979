"""memory: the most that a `run` over a drop folder holds, with four times as many events over the fewer.

Each run is a process of its own, with a ledger, a target and a drop folder of its own. Python, its libraries and the
database's page cache are counted too.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from tests.benchmarks.workspace import lay_out

GOAL = "at most 1.1, and at most 300 MB"
CHUNK = 5000
"""Events that this process makes at a time."""


def measure(scale: str) -> dict[str, object]:
    few, many, repeats = (5000, 20_000, 1) if scale == "small" else (50_000, 200_000, 1)
    runs = []
    for _ in range(repeats):
        less, more = peak(few), peak(many)
        runs.append({"megabytes_of_few": less, "megabytes_of_many": more, "ratio": more / less})
    middle = {key: statistics.median(r[key] for r in runs) for key in runs[0]}
    raw = {
        "few": few, "many": many, "megabytes_of_few": middle["megabytes_of_few"],
        "megabytes_of_many": middle["megabytes_of_many"],
    }  # fmt: skip
    return {"name": "memory", "ratio": round(middle["ratio"], 3), "goal": GOAL, "runs": runs, "raw": raw}


def peak(count: int) -> float:
    """Megabytes that a process held at most while it worked off so many events."""
    with tempfile.TemporaryDirectory() as name:
        maps = lay_out(Path(name), count, CHUNK)
        command = [sys.executable, "-m", "tests.benchmarks.memory", str(maps), str(count)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return float(json.loads(done.stdout)["megabytes"])


def main(maps: Path, count: int) -> None:
    state = f"sqlite:///{maps.parent}/state.db"
    door = Door(maps=maps, environment="local", state=state, actor="benchmark", kind="run")
    with open_engine(door, Hands(clock=SystemClock())) as engine:
        run(engine.world, engine.writers, engine.folders)
        tally = engine.world.store.tally(engine.world.session)
    assert sum(tally.events.values()) == count, tally
    print(json.dumps({"megabytes": _peak()}))


def _peak() -> float:
    """Where Linux says so by itself: what getrusage tells of a process that was just started is that of its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
