"""pipeline: the whole path of an event, over the bare safe path and over the bare path of the same run.

Ours: a drop folder of captured deliveries -> inbox -> decide -> intent -> a CRM table in another database -> settle,
with the ledger's full audit trail, on SQLite with synchronous=FULL. All three eat the same bytes.
"""

import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from syncengine.clock import SystemClock
from syncengine.engine.root import Door, Hands, open_engine
from syncengine.engine.run import run
from syncengine.vocabulary import ActionState
from tests.benchmarks.anchors import bare, safe
from tests.benchmarks.events import deliveries
from tests.benchmarks.workspace import drop, make

GOAL = "at least 0.6, and 0.25 of the bare path"


def measure(scale: str) -> dict[str, object]:
    count, repeats = (4000, 3) if scale == "small" else (20_000, 5)
    bodies = deliveries(count)
    runs: list[dict[str, float]] = []
    statements: Counter[str] = Counter()
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            run_of = {
                "bare": bare(bodies, 500, folder),
                "safe": safe(bodies, 500, folder),
                "ours": ours(bodies, folder, statements),
            }
        runs.append({**{k: round(v) for k, v in run_of.items()}, "to_safe": run_of["ours"] / run_of["safe"],
                     "to_bare": run_of["ours"] / run_of["bare"]})  # fmt: skip
    middle = {key: statistics.median(r[key] for r in runs) for key in runs[0]}
    raw: dict[str, Any] = {
        "events": count,
        "ours_per_s": middle["ours"],
        "safe_per_s": middle["safe"],
        "bare_per_s": middle["bare"],
        "ratio_to_bare": round(middle["to_bare"], 3),
        "statements_per_event": round(statements["statements"] / (count * repeats), 3),
        "rows_per_event": round(statements["rows"] / (count * repeats), 2),
    }
    return {"name": "pipeline", "ratio": round(middle["to_safe"], 3), "goal": GOAL, "runs": runs, "raw": raw}


def ours(bodies: list[bytes], folder: Path, statements: Counter[str]) -> float:
    """Events per second of `run` over a drop folder, from the open engine to the last settled write."""
    maps = make(folder)
    drop(folder, "deliveries", bodies)
    door = Door(
        maps=maps, environment="local", state=f"sqlite:///{folder}/state.db", actor="benchmark", kind="run"
    )  # fmt: skip
    count = _counting(statements)
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        with open_engine(door, Hands(clock=SystemClock())) as engine:
            started = time.perf_counter()
            run(engine.world, engine.writers, engine.folders)
            seconds = time.perf_counter() - started
            tally = engine.world.store.tally(engine.world.session)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    assert tally.writes.get(ActionState.CONFIRMED, 0) >= len(bodies) // 2, tally
    assert sum(tally.events.values()) == len(bodies), tally
    return len(bodies) / seconds


def _counting(statements: Counter[str]) -> Any:
    def count(_c: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        statements["statements"] += 1
        statements["rows"] += len(parameters) if executemany else 1

    return count
