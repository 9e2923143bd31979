"""What the README says to type works, and what it says comes out comes out."""

import doctest
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.readme.readme import Command, commands, counts, prose

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = commands(README)
NOT_IN_A_CLONE = (".git", ".venv", ".syncengine", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", "*.db*")
MINUTES = 10

pytestmark = pytest.mark.timeout(60 * MINUTES)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a fresh clone has it, with the present interpreter in the place of a new environment."""
    copy = tmp_path_factory.mktemp("readme") / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


@pytest.fixture(scope="module")
def results(clone: Path) -> Mapping[str, subprocess.CompletedProcess[str]]:
    """Every command of the README, run once, in the README's order, in one folder."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")}
    environ |= {"PATH": f"{sys.prefix}/bin:{environ['PATH']}", "PYTHONPATH": str(clone)}
    return {
        command.line: subprocess.run(
            ["bash", "-euo", "pipefail", "-c", runnable(command)],
            cwd=clone,
            env=environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60 * MINUTES,
            check=False,
        )
        for command in COMMANDS
    }


def runnable(command: Command) -> str:
    """What runs this very test only shows that it would: the tests are collected, the gate is there to be run."""
    line = command.without_setup
    if "pytest" in line:
        return f"{line} --collect-only -q"
    return line.replace(".ci/run", "test -x .ci/run")


def test_the_readme_has_a_line_for_the_quickstart_and_one_for_the_tests() -> None:
    assert len(COMMANDS) >= 2
    assert "syncengine" in COMMANDS[0].line
    assert "pytest" in COMMANDS[1].line


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.line[:60])
def test_a_command_of_the_readme_ends_as_it_says(
    command: Command, results: Mapping[str, subprocess.CompletedProcess[str]]
) -> None:
    result = results[command.line]
    assert result.returncode == command.code, result.stdout[-2000:] + result.stderr[-2000:]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.shown], ids=lambda command: command.line[:60])
def test_a_command_of_the_readme_prints_what_it_shows(
    command: Command, results: Mapping[str, subprocess.CompletedProcess[str]]
) -> None:
    printed = results[command.line].stdout
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    same = doctest.OutputChecker().check_output(command.shown, printed, flags)
    assert same, f"{printed}\n--- is not ---\n{command.shown}"


def test_every_count_that_the_readme_states_is_printed(
    results: Mapping[str, subprocess.CompletedProcess[str]],
) -> None:
    stated = counts("\n".join([prose(README), *(command.shown for command in COMMANDS)]))
    printed = counts("\n".join(result.stdout for result in results.values()))
    assert stated
    assert stated <= printed, f"stated and not printed: {sorted(stated - printed)}"
