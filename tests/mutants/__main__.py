"""python -m tests.mutants FIRST COUNT: judge the mutants of these seeds, one after the other, and say what is wrong."""

import json
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutants.judge import judge
from tests.mutants.mutate import Mutant, mutant

ADDRESSES = 2 << 30
"""Bytes that the process may ask for: what runs away ends before the machine does."""


def main(first: int, count: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    kinds: Counter[str] = Counter()
    slowest, wrong = (0.0, -1), []
    for seed in range(first, first + count):
        one = mutant(seed)
        with tempfile.TemporaryDirectory() as name:
            verdict = judge(one, _written(one, Path(name)))
        kinds[one.kind] += 1
        kinds["plans"] += verdict.plan
        kinds["findings"] += verdict.findings
        slowest = max(slowest, (round(verdict.seconds, 3), seed))
        wrong += [f"seed {seed} ({one.kind} of {one.base}: {', '.join(one.touched)}): {w}" for w in verdict.wrong]
    print(json.dumps({"megabytes": _peak(), "slowest": slowest, "counts": kinds, "wrong": wrong}))


def _peak() -> int:
    """Megabytes that this process held at most. Where Linux says so by itself: what getrusage tells of a process that
    was just started is that of its parent.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def _written(one: Mutant, folder: Path) -> Path:
    for name, raw in one.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
