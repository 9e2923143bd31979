"""The digest names the meaning of a map, in every process alike."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from syncengine.check.run import check_map
from syncengine.connectors.register import descriptions, readings
from syncengine.plan.compile import compile_plan
from syncengine.plan.digest import digest
from syncengine.plan.plan import Plan
from syncengine.spec.loader import load_map
from tests.plan import maps

MEANING = {"objects": {"invoice": {"fields": ["total", "status"]}}, "language": 1, "name": "northwind"}
ROOT = Path(__file__).parents[2]
MAP = ROOT / "examples" / "quickstart" / "mappings"
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


def compiled(folder: Path) -> Plan:
    spec, findings = load_map(folder)
    assert spec is not None, findings
    checked, findings = check_map(spec, descriptions())
    assert checked is not None, findings
    return compile_plan(checked, readings())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(MAP, tmp_path / "mappings")


def test_comments_and_the_order_of_keys_in_the_files_mean_nothing(copy: Path) -> None:
    for file in copy.rglob("*.yaml"):
        file.write_text(f"# moved\n{file.read_text()}\n# and commented\n")
    words = copy / "words.yaml"
    words.write_text("".join(reversed(blocks(words.read_text()))))
    assert compiled(copy).digest == compiled(MAP).digest


def test_one_word_less_in_a_grant_is_another_map(copy: Path) -> None:
    authority = copy / "authority.yaml"
    before = authority.read_text()
    authority.write_text(before.replace("may: [create, update]", "may: [update]", 1))
    assert authority.read_text() != before
    assert compiled(copy).digest != compiled(MAP).digest


def blocks(text: str) -> list[str]:
    """The top-level entries of a YAML file, each with what is indented below it."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if found and line[:1] in (" ", "#", "\n"):
            found[-1] += line
        elif line.strip() and not line.startswith("#"):
            found.append(line)
    return found
