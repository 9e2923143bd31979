"""validate: `syncengine validate` of a whole map over `check-jsonschema` on its object files alone.

Both are processes of their own, start-up included, one after the other in each round. check-jsonschema judges the shape
of 500 objects; ours judges the shape of every file and then every rule over the whole map.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.company import write_company

GOAL = "at least 5, aim 10"
SCHEMA = Path(__file__).parents[2] / "schemas" / "object.schema.json"
THEIRS = Path(sys.executable).parent / "check-jsonschema"
OBJECTS = 500


def measure(scale: str) -> dict[str, object]:
    runs = []
    with tempfile.TemporaryDirectory() as name:
        maps = Path(name) / "mappings"
        files = [str(path) for path in write_company(maps, OBJECTS)]
        for _ in range(3 if scale == "small" else 9):
            ours = _seconds([sys.executable, "-m", "syncengine", "validate", str(maps)])
            theirs = _seconds([str(THEIRS), "--schemafile", str(SCHEMA), *files])
            runs.append({"ours_s": round(ours, 3), "theirs_s": round(theirs, 3), "ratio": theirs / ours})
        size = sum(path.stat().st_size for path in maps.rglob("*.yaml"))
    middle = {key: statistics.median(r[key] for r in runs) for key in runs[0]}
    raw = {
        "objects": OBJECTS,
        "kilobytes": size // 1024,
        "ours_s": middle["ours_s"],
        "check_jsonschema_s": middle["theirs_s"],
        "ours_files_per_s": round(OBJECTS / middle["ours_s"]),
        "check_jsonschema_files_per_s": round(OBJECTS / middle["theirs_s"]),
    }
    return {"name": "validate", "ratio": round(middle["ratio"], 2), "goal": GOAL, "runs": runs, "raw": raw}


def _seconds(command: list[str]) -> float:
    """Of a process that finds nothing: a mistake would make it do something else."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
