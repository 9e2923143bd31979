"""growth: time per event in a ledger that holds much, over that in one that holds little.

The small ledger is what a run over that many events left; the large one is the same, copied under other ids (see
`copies`), with a target that grew as much. Then both work off events of one kind in turn: half of them make a record,
half change one that may stand anywhere.
"""

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from syncengine.vocabulary import ActionState
from tests.benchmarks.copies import known, multiply
from tests.benchmarks.events import later
from tests.benchmarks.workspace import drop, lay_out

GOAL = "at most 1.3, aim 1.15"
LITTLE = 10_000
NEW = 2000


def measure(scale: str) -> dict[str, object]:
    times, repeats = (10, 3) if scale == "small" else (100, 5)
    runs = []
    with tempfile.TemporaryDirectory() as name:
        little, much = Path(name) / "little", Path(name) / "much"
        lay_out(little, LITTLE, LITTLE)
        _work(little)
        (little / "inbox" / "deliveries-00000000.jsonl").unlink()
        shutil.copytree(little, much)
        started = time.perf_counter()
        multiply(much / "state.db", much / "target.db", times)
        built = time.perf_counter() - started
        invoices = {folder: list(known(folder / "target.db")) for folder in (little, much)}
        for number in range(repeats + 1):
            per_event = {}
            for folder in (little, much):
                random = Random(number)
                drop(folder, f"new-{number}", later(random, NEW, invoices[folder], LITTLE * times + number * NEW))
                per_event[folder] = _work(folder) / NEW
            if number:  # the first one finds nothing in any cache
                runs.append({"us_with_little": round(per_event[little] * 1e6), "us_with_much":
                             round(per_event[much] * 1e6), "ratio": per_event[much] / per_event[little]})  # fmt: skip
        size = (much / "state.db").stat().st_size
    middle = {key: statistics.median(r[key] for r in runs) for key in runs[0]}
    raw = {
        "little": LITTLE, "much": LITTLE * times, "new": NEW, "us_with_little": middle["us_with_little"],
        "us_with_much": middle["us_with_much"], "megabytes_of_ledger": size >> 20, "seconds_to_copy": round(built),
    }  # fmt: skip
    return {"name": "growth", "ratio": round(middle["ratio"], 3), "goal": GOAL, "runs": runs, "raw": raw}


def _work(folder: Path) -> float:
    """Seconds of a `run` over what is new in the drop folder, all of which has to be written in the end."""
    state = f"sqlite:///{folder}/state.db"
    door = Door(maps=folder / "mappings", environment="local", state=state, actor="benchmark", kind="run")
    with open_engine(door, Hands(clock=SystemClock())) as engine:
        started = time.perf_counter()
        run(engine.world, engine.writers, engine.folders)
        seconds = time.perf_counter() - started
        tally = engine.world.store.tally(engine.world.session)
    moved = sum(tally.writes.values())
    assert moved == sum(tally.events.values()), tally
    assert tally.writes.get(ActionState.CONFIRMED, 0) >= moved * 4 // 5, tally
    return seconds
