"""workers: two workers on PostgreSQL over one, on the deliveries and the map of `pipeline`.

Each side is a server that is durable as it comes, a ledger of its own, and processes that begin at the same moment; it
is measured from there to the end of the last of them. The deliveries lie in several files, so that they can be shared.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from syncengine.store.open import open_store
from tests.benchmarks.events import deliveries
from tests.benchmarks.workspace import drop, make
from tests.postgres import PostgresServer, new_database, own_cluster
from tests.workers.gang import begin, ended

GOAL = 1.5
FILES = 8


def measure(scale: str) -> dict[str, object]:
    count, repeats = (4000, 3) if scale == "small" else (20_000, 5)
    bodies = deliveries(count)
    runs: list[dict[str, float]] = []
    with own_cluster("shared_buffers=256MB") as cluster:
        template = new_database(cluster.server)
        open_store(cluster.server.url(template)).close()
        for number in range(repeats):
            found = {workers: _seconds(cluster.server, template, bodies, workers) for workers in _order(number)}
            speeds = {f"workers_{n}_per_s": round(count / seconds) for n, seconds in sorted(found.items())}
            runs.append({**speeds, "ratio": round(found[1] / found[2], 3)})
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    raw: dict[str, Any] = {"events": count, **{key: value for key, value in middle.items() if key != "ratio"}}
    return {"name": "workers", "ratio": middle["ratio"], "goal": GOAL, "runs": runs, "raw": raw}


def _order(number: int) -> tuple[int, int]:
    """Interleaved, and in turn: what the machine does meanwhile meets both."""
    return (1, 2) if number % 2 == 0 else (2, 1)


def _seconds(server: PostgresServer, template: str, bodies: list[bytes], workers: int) -> float:
    name = new_database(server, template)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        maps = make(folder)
        size = -(-len(bodies) // FILES)
        for n in range(FILES):
            drop(folder, f"{n}", bodies[n * size : (n + 1) * size])
        gang = begin(maps, server.url(name), [()] * workers)
        started = time.perf_counter()
        finished = [ended(each) for each in gang]
        seconds = time.perf_counter() - started
    for each in finished:
        assert each.exit == 0, each.errors
    settled = sum(sum(each.answer["events"].values()) for each in finished)
    assert settled >= len(bodies), settled
    assert sum(each.answer["writes"]["confirmed"] for each in finished) >= len(bodies) // 2
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    return seconds
