"""The command as a process: what it loads, what it leaves behind, and what a closed pipe does to it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import syncengine
from syncengine.cli.main import COMMANDS

HEAVY = ("sqlalchemy", "httpx", "alembic", "tenacity")
ROOT = Path(syncengine.__file__).parent.parent


def run(*words: str, cwd: Path, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")}
    return subprocess.run(
        [sys.executable, *python, "-m", "syncengine", *words],
        cwd=cwd,
        env=environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def modules(result: subprocess.CompletedProcess[str]) -> set[str]:
    """The modules that -X importtime saw."""
    lines = (line for line in result.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def packages(result: subprocess.CompletedProcess[str]) -> set[str]:
    return {name.split(".")[0] for name in modules(result)}


def test_help_loads_click_and_nothing_heavy(tmp_path: Path) -> None:
    result = run("--help", cwd=tmp_path, python=("-X", "importtime"))
    assert result.returncode == 0
    assert "click" in packages(result)
    assert not packages(result) & {*HEAVY, "pydantic", "yaml", "cronsim"}
    ours = {name for name in modules(result) if name.startswith("syncengine.")}
    assert ours == {f"syncengine.{name}" for name in ("cli", "cli.door", "cli.exits", "cli.main", "cli.options")}


def test_help_names_every_command(tmp_path: Path) -> None:
    result = run("--help", cwd=tmp_path)
    for name, (_, line) in COMMANDS.items():
        assert f"  {name}  " in result.stdout
        assert line in result.stdout


def test_validate_loads_no_library_of_the_ledger_or_the_network(tmp_path: Path) -> None:
    result = run("validate", str(ROOT / "examples/quickstart/mappings"), cwd=tmp_path, python=("-X", "importtime"))
    assert result.returncode == 0, result.stdout + result.stderr[-2000:]
    assert {"pydantic", "yaml"} <= packages(result)
    assert not packages(result) & set(HEAVY)


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout == f"syncengine {syncengine.__version__}\n"


def test_a_misuse_exits_64_from_the_process_too(tmp_path: Path) -> None:
    result = run("run", "--nonsense", "--format", "json", cwd=tmp_path)
    assert result.returncode == 64
    assert json.loads(result.stdout)["exit"] == 64
    assert result.stderr == ""


def test_nobody_listening_is_no_error(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        [sys.executable, "-m", "syncengine", "--help"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(write)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_code_survives_a_reader_that_went_away(form: str, tmp_path: Path) -> None:
    program = (
        "import sys, click\n"
        "from syncengine.cli.door import door\n"
        "from syncengine.cli.exits import Exit, answer, say\n"
        "def act():\n"
        "    return say('x' * 100_000, Exit.OPEN) if sys.argv[1] == 'text' else answer({'x': 1}, Exit.OPEN)\n"
        "sys.exit(door(click.Command('act', callback=act), []))\n"
    )
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        [sys.executable, "-c", program, form],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(write)
    assert (result.returncode, result.stderr) == (5, b"")


def _in_a_shell(line: str, cwd: Path) -> int:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m syncengine {line}'],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(cwd)},
        timeout=120,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_streams_that_the_caller_closed_are_no_bug(closed: str, tmp_path: Path) -> None:
    assert _in_a_shell(f"validate nowhere {closed}", tmp_path) == 1
    assert _in_a_shell(f"trace nobody --state sqlite:///none.db {closed}", tmp_path) == 64
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_under_stdout_is_told_by_the_code(form: str, tmp_path: Path) -> None:
    quickstart = ROOT / "examples/quickstart/mappings"
    assert _in_a_shell(f"validate {quickstart} --format {form} >/dev/full 2>/dev/full", tmp_path) == 75


@pytest.mark.parametrize(
    ("text", "encoding", "printed"),
    [
        ("5 \u20ac", "utf-8", b"5 \xe2\x82\xac\n"),
        ("caf\udce9.jsonl", "utf-8", b"caf\\udce9.jsonl\n"),
        ("5 \u20ac", "latin-1", b"5 \\u20ac\n"),
        ("\x1b[31mred\x1b[0m", "utf-8", b"red\n"),
    ],
)
def test_a_stream_gets_what_it_can_carry(text: str, encoding: str, printed: bytes, tmp_path: Path) -> None:
    program = (
        "import click\n"
        "from syncengine.cli.door import door\n"
        "from syncengine.cli.exits import Exit, say\n"
        f"door(click.Command('act', callback=lambda: say({text!a}, Exit.DONE)), [])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (result.stdout, result.stderr) == (printed, b"")
