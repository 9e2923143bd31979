"""`--log-format`: what commands that act tell on stderr, when they are asked to."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from syncengine.clock import from_text
from syncengine.vocabulary import NewsType

ROOT = Path(__file__).parent.parent.parent
Done = subprocess.CompletedProcess[str]


def quickstart(folder: Path) -> Path:
    copy = folder / "quickstart"
    shutil.copytree(ROOT / "examples/quickstart", copy, ignore=shutil.ignore_patterns("*.db*", "__pycache__"))
    subprocess.run([sys.executable, copy / "databases.py"], check=True, timeout=60, capture_output=True)
    return copy


def syncengine(copy: Path, *words: str) -> Done:
    where = ["--maps", str(copy / "mappings"), "--state", f"sqlite:///{copy.parent}/state.db"]
    return subprocess.run(
        [sys.executable, "-m", "syncengine", *where, *words],
        capture_output=True, text=True, timeout=120, check=False, cwd=copy.parent,
    )  # fmt: skip


def run(copy: Path, *more: str) -> Done:
    return syncengine(copy, "run", "--environment", "local", *more)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    copy = quickstart(tmp_path_factory.mktemp("logged"))
    return copy, run(copy, "--log-format", "json", "--format", "json")


def test_every_settled_action_is_one_object_a_line(logged: tuple[Path, Done]) -> None:
    _, done = logged
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert {entry["type"] for entry in told} <= {kind.value for kind in NewsType}
    confirmed = [entry for entry in told if entry["type"] == "action.confirmed"]
    assert len(confirmed) == json.loads(done.stdout)["writes"]["confirmed"] > 0
    for entry in confirmed:
        assert entry.keys() >= {"at", "flow", "record", "key", "changes"}
        assert from_text(entry["at"]).tzinfo is UTC
    assert [entry for entry in told if entry["type"] == "hold.opened"]


def test_a_log_shows_values_as_the_view_logs_does(logged: tuple[Path, Done]) -> None:
    copy, done = logged
    with closing(sqlite3.connect(copy / "crm.db")) as crm:
        people = crm.execute("select name, email, phone from accounts").fetchall()
        numbers = crm.execute("select number from invoices where number > ''").fetchall()
    assert not [value for row in people for value in row if value and value in done.stderr]
    assert all(number in done.stderr for (number,) in numbers)


def test_a_run_that_is_not_asked_logs_nothing(tmp_path: Path) -> None:
    copy = quickstart(tmp_path)
    (copy / "erp.db").rename(copy / "away.db")
    done = run(copy)
    assert done.stderr == ""
    assert "away" in done.stdout


def test_a_system_that_is_away_is_one_line_of_text(logged: tuple[Path, Done], tmp_path: Path) -> None:
    del logged
    copy = quickstart(tmp_path)
    (copy / "erp.db").rename(copy / "away.db")
    done = run(copy, "--log-format", "text", "--quiet")
    away = [line for line in done.stderr.splitlines() if " system.away " in line]
    assert len(away) == 1
    assert 'system=erp why="the database' in away[0]
    assert done.stdout == ""


def test_ingest_tells_what_it_refuses(logged: tuple[Path, Done]) -> None:
    copy, _ = logged
    lines = copy / "bad.jsonl"
    lines.write_text('{"body": 7}\n')
    done = syncengine(copy, "ingest", "stripe", str(lines), "--environment", "local", "--log-format", "json")
    (told,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (told["type"], told["system"]) == ("delivery.refused", "stripe")
    assert "bad.jsonl:1: " in told["why"]
    assert done.returncode == 1


@pytest.mark.parametrize("command", ["validate", "trace", "audit"])
def test_commands_that_only_look_have_no_log(command: str, tmp_path: Path) -> None:
    words = {"trace": ["trace", "x"], "audit": ["audit", "verify"]}.get(command, [command])
    done = subprocess.run(
        [sys.executable, "-m", "syncengine", *words, "--log-format", "json"],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 64
