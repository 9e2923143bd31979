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
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"megabytes": megabytes, "slowest": slowest, "counts": kinds, "wrong": wrong}))


def _written(one: Mutant, folder: Path) -> Path:
    for name, raw in one.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
