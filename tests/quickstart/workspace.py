"""A copy of the quickstart in a folder of its own, driven as a user drives it: by command lines."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.quickstart import oracle
from tests.quickstart.dump import dump

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"


@dataclass(frozen=True)
class Finished:
    """One command that came to its end."""

    exit: int
    answer: dict[str, Any]
    errors: str


def command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def make(out: Path, *, seed: int, customers: int) -> oracle.Truth:
    """Another company of the generator's: its inbox and snapshots in `out`, and what is true of it."""
    out.mkdir(parents=True, exist_ok=True)
    arguments = {"--seed": seed, "--customers": customers, "--out": out, "--truth": out / "truth.json"}
    made = command(str(QUICKSTART / "make.py"), *(str(part) for pair in arguments.items() for part in pair))
    assert made.returncode == 0, made.stderr
    truth: oracle.Truth = json.loads((out / "truth.json").read_text("utf-8"))
    return truth


class Workspace:
    def __init__(self, folder: Path, company: Path = QUICKSTART, state: str = "") -> None:
        """The quickstart's map and databases, with the deliveries and snapshots of `company`. `state` is the ledger's
        URL, a file in the folder unless said otherwise.
        """
        self.folder = folder
        self.state = state or f"sqlite:///{folder / 'state.db'}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(QUICKSTART / "mappings", folder / "mappings")
        shutil.copytree(company / "snapshots", folder / "snapshots")
        for name in ("databases.py", "crm.sql", "erp.sql"):
            shutil.copy(QUICKSTART / name, folder)
        for name in ("crm.json", "erp.json"):
            shutil.copy(company / name, folder)
        (folder / "inbox").mkdir()
        self.captured = captured(company)
        made = command(str(folder / "databases.py"))
        assert made.returncode == 0, made.stderr

    def deliver(self, lines: Sequence[str], name: str) -> None:
        """Put a finished file in the drop folder."""
        (self.folder / "inbox" / f"{name}.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")

    def syncengine(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command("-m", "syncengine", "--maps", str(self.folder / "mappings"), "--state", self.state, *arguments)

    def run(self) -> Finished:
        done = self.syncengine("run", "--environment", "local", "--format", "json")
        return Finished(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)

    def run_in_words(self) -> str:
        return self.syncengine("run", "--environment", "local").stdout

    def run_until(self, done: oracle.Dump, system: str, tries: int = 40) -> Finished:
        """Run again and again, as cron does, until a target holds what it must; the last run otherwise."""
        for _ in range(tries):
            finished = self.run()
            if self.holds(system) == done:
                break
        return finished

    def holds(self, system: str) -> oracle.Dump:
        return dump(self.folder, system)

    def database(self, system: str) -> Path:
        return self.folder / f"{system}.db"


def captured(company: Path) -> list[str]:
    """Every line of every captured file, in the order in which they came."""
    files = sorted((company / "inbox").glob("*.jsonl"))
    return [line for file in files for line in file.read_text("utf-8").splitlines()]
