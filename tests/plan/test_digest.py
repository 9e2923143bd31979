"""The digest names the meaning of a map, in every process alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncengine.plan.compile import compile_plan
from syncengine.plan.digest import digest
from tests.plan import maps

MEANING = {"objects": {"invoice": {"fields": ["total", "status"]}}, "language": 1, "name": "northwind"}
ROOT = Path(__file__).parents[2]
PROGRAM = f"""
from syncengine.plan.compile import compile_plan
from tests.plan import maps
print(compile_plan(maps.checked({MEANING!r}), maps.READINGS).digest)
"""


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_another_process_with_another_hash_seed_gives_the_same_digest(seed: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == compile_plan(maps.checked(MEANING), maps.READINGS).digest


def test_the_order_of_keys_means_nothing() -> None:
    assert digest(dict(reversed(MEANING.items()))) == digest(MEANING)


def test_the_order_of_a_list_and_every_value_mean_something() -> None:
    others = [
        {**MEANING, "objects": {"invoice": {"fields": ["status", "total"]}}},
        {**MEANING, "language": 2},
        {**MEANING, "more": None},
        {},
    ]
    assert len({digest(meaning) for meaning in (MEANING, *others)}) == len(others) + 1
    assert len(digest(MEANING)) == 64
