"""Several `run` processes that begin at the same moment on one ledger."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.quickstart.workspace import ROOT, Finished, Workspace

Member = tuple[str, ...]
"""What is said to a member beside the map and the ledger: where it is to kill itself, and which safeties it lacks."""


def begin(maps: Path, state: str, members: Sequence[Member]) -> list["subprocess.Popen[str]"]:
    """All of them are ready, and then let go at once."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")}
    command = (sys.executable, "-m", "tests.workers.member", str(maps), state)
    begun = [
        subprocess.Popen(
            [*command, *member], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for member in members
    ]  # fmt: skip
    for each in begun:
        assert each.stdout is not None
        said = each.stdout.readline()
        assert said == "ready\n", said + each.communicate()[1]
    for each in begun:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return begun


def together(it: Workspace, *members: Member) -> list[Finished]:
    """How each of them ended."""
    return [ended(each) for each in begin(it.folder / "mappings", it.state, members)]


def ended(process: "subprocess.Popen[str]") -> Finished:
    said, errors = process.communicate(timeout=300)
    return Finished(process.returncode, json.loads(said) if said else {}, errors)
