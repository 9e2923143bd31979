"""However a map is damaged, there are findings with places or a plan, in time, and never a traceback.

`MUTANTS=10000` judges so many instead of a few; `MUTANTS_FROM` begins with another seed. One mutant again:
`python -m tests.mutants SEED 1`.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

COUNT = int(os.environ.get("MUTANTS", "400"))
FIRST = int(os.environ.get("MUTANTS_FROM", "0"))
PROCESSES = 2
MEGABYTES = 300


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """What each process says of its share."""
    share = -(-COUNT // PROCESSES)
    firsts = range(FIRST, FIRST + COUNT, share)
    print(f"mutants {FIRST} to {FIRST + COUNT - 1}")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.mutants", str(first), str(min(share, FIRST + COUNT - first))],
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in firsts
    ]
    answers = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return [json.loads(answer) for answer in answers]


@pytest.mark.timeout(60 + COUNT)
def test_every_mutant_is_judged_and_every_finding_has_its_place(told: list[dict[str, Any]]) -> None:
    wrong = [line for answer in told for line in answer["wrong"]]
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:10])


def test_none_needs_much_memory(told: list[dict[str, Any]]) -> None:
    assert max(answer["megabytes"] for answer in told) < MEGABYTES


def test_some_mutants_are_sound_and_most_are_not(told: list[dict[str, Any]]) -> None:
    """Damage that never hits, or always kills, would test little."""
    plans = sum(answer["counts"]["plans"] for answer in told)
    assert 0 < plans < COUNT * 0.6
    assert sum(answer["counts"]["findings"] for answer in told) > COUNT // 2
