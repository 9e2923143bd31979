"""However a map is damaged, there are findings with places or a plan, in time, and never a traceback.

`MUTANTS=10000` judges so many instead of a few; `MUTANTS_FROM` begins with another seed. One mutant again:
`python -m tests.mutants SEED 1`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity
from tests.mutants import judge as judging
from tests.mutants.judge import judge
from tests.mutants.mutate import Mutant, mutant

COUNT = int(os.environ.get("MUTANTS", "1000"))
FIRST = int(os.environ.get("MUTANTS_FROM", "0"))
PROCESSES = 2
MEGABYTES = 300


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """What each process says of its share of the seeds; it prints them where a test fails."""
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


ONE = Mutant(0, "none", "none", {}, ())


def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, finding: Finding | None) -> list[str]:
    """What the judge says of a map in which the loader finds this."""
    (tmp_path / "words.yaml").write_text("a: b\n")
    monkeypatch.setattr(judging, "load_map", lambda _: (None, [] if finding is None else [finding]))
    return judge(ONE, tmp_path).wrong


@pytest.mark.parametrize(
    ("rule", "file", "line", "column", "remedy", "wrong"),
    [
        ("yaml/syntax", "words.yaml", 1, 5, "Mend it.", ""),
        ("yaml/syntax", "words.yaml", 0, 0, "Mend it.", ""),
        ("yaml/syntax", "words.yaml", 1, 6, "Mend it.", "no place in a file"),
        ("yaml/syntax", "words.yaml", 3, 1, "Mend it.", "no place in a file"),
        ("yaml/syntax", "words.yaml", 1, 0, "Mend it.", "no place in a file"),
        ("yaml/syntax", "gates.yaml", 1, 1, "Mend it.", "no place in a file"),
        ("yaml/syntax", "../words.yaml", 0, 0, "Mend it.", "no place in a file"),
        ("yaml/nothing", "words.yaml", 1, 1, "Mend it.", "no page"),
        ("yaml/syntax", "words.yaml", 1, 1, "", "what to do is missing"),
    ],
)
def test_the_judge_sees_a_wrong_finding(
    rule: str,
    file: str,
    line: int,
    column: int,
    remedy: str,
    wrong: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Place((tmp_path.parent / file[3:] if file.startswith("../") else tmp_path / file).as_posix(), line, column)
    finding = Finding(rule=rule, severity=Severity.ERROR, message="no", remedy=remedy, place=place)
    told = planted(monkeypatch, tmp_path, finding)
    assert bool(told) is bool(wrong)
    assert all(wrong in line for line in told)


def test_the_judge_sees_silence_tracebacks_and_what_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted(monkeypatch, tmp_path, None) == ["neither findings nor a plan"]
    monkeypatch.setattr(judging, "load_map", lambda _: 1 // 0)
    assert "ZeroDivisionError" in judge(ONE, tmp_path).wrong[0]

    def for_ever(_: Path) -> None:
        while True:
            pass

    monkeypatch.setattr(judging, "load_map", for_ever)
    monkeypatch.setattr(judging, "SECONDS", 0.05)
    assert [line for line in judge(ONE, tmp_path).wrong if line.startswith("took ")]


def test_a_seed_makes_the_same_mutant_again() -> None:
    assert [mutant(seed) for seed in range(20)] == [mutant(seed) for seed in range(20)]
