"""A small company that is synced while something happens to one of its files, and what must be true afterwards."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from syncengine.evidence.verify import verify
from syncengine.store.open import open_store
from tests.crash import writelog
from tests.quickstart import oracle
from tests.quickstart.workspace import ROOT, Workspace
from tests.storage.faults import FAULTS

TARGETS = ("crm", "erp")
FILES = 3


@dataclass(frozen=True)
class Ended:
    """One command that came to its end: its code, and all that it said."""

    code: int
    said: str


def _ended(victim: "subprocess.Popen[str]", told: str | None = None) -> Ended:
    said, _ = victim.communicate(told, timeout=120)
    return Ended(victim.returncode, said)


class Company:
    """A workspace whose targets log every write they see. Its ledger has a folder of its own, `state`, or is wherever
    `url` says.
    """

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.state = folder / "state" / "state.db"
        self.url = url or f"sqlite:///{self.state}"

    @classmethod
    def found(cls, folder: Path, made: Path) -> "Company":
        """The deliveries of `made` in several files, so that a run has several transactions of each kind."""
        it = Workspace(folder, made)
        size = -(-len(it.captured) // FILES)
        for n in range(FILES):
            it.deliver(it.captured[n * size : (n + 1) * size], f"{n}")
        for system in TARGETS:
            writelog.install(folder, system)
        return cls(folder)

    def copy(self, folder: Path, url: str = "") -> "Company":
        shutil.copytree(self.folder, folder, symlinks=True)
        return Company(folder, url)

    def file(self, name: str) -> Path:
        return {"ledger": self.state, "state": self.state.parent}.get(name, self.folder / f"{name}.db")

    def run(self, *words: str, within: Sequence[str] = ()) -> Ended:
        return self.struck("-", 0, "none", "ledger", *words, within=within)

    def struck(
        self, point: str, nth: int, fault: str, file: str, *words: str, within: Sequence[str] = ()
    ) -> Ended:  # fmt: skip
        """A command during which a fault strikes. `within`: words of a program that calls it."""
        with self._victim(point, nth, fault, file, *words, within=within) as victim:
            return _ended(victim)

    def interrupted(self, point: str, strike: Callable[[], None]) -> Ended:
        """A run during which something is done from outside of it."""
        with self._victim(point, 1, "ask", "ledger") as victim:
            assert victim.stdout is not None
            said = victim.stdout.readline()
            if said == "now\n":
                strike()
            ended = _ended(victim, "on\n" if said == "now\n" else None)
            assert said == "now\n", said + ended.said
            return ended

    def _victim(
        self, point: str, nth: int, fault: str, file: str, *words: str, within: Sequence[str] = ()
    ) -> "subprocess.Popen[str]":  # fmt: skip
        where = ("--maps", self.folder / "mappings", "--state", self.url)
        command = words or ("run", "--environment", "local")
        victim = ("-m", "tests.storage.victim", point, nth, fault, self.file(file))
        return subprocess.Popen(
            [*within, sys.executable, *map(str, (*victim, *where, *command))],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("SYNCENGINE_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def boundaries(self) -> dict[str, int]:
        """How often each boundary is passed by a run that nothing happens to."""
        ended = self.run()
        assert ended.code == 0, ended.said
        lines = (line.split() for line in ended.said.splitlines())
        return {words[0]: int(words[1]) for words in lines if len(words) == 2 and "." in words[0]}

    def strike(self, fault: str, file: str) -> None:
        FAULTS[fault].strike(self.file(file))

    def mend(self, fault: str, file: str) -> None:
        FAULTS[fault].mend(self.file(file))

    def holds(self) -> dict[str, oracle.Dump]:
        it = Workspace.__new__(Workspace)
        it.folder = self.folder
        return {system: it.holds(system) for system in TARGETS}

    def wrong(self) -> list[str]:
        """What is written twice, and what of the trail does not hold."""
        twice = [f"{s}: {what}" for s in TARGETS for what in writelog.written_twice(self.folder, s)]
        with closing(open_store(self.url, damaged=True)) as store:
            verdict = verify(store.book())
        return [*twice, *verdict.places, *self._unsound()]

    def _unsound(self) -> Iterable[str]:
        for name in ("ledger", *TARGETS) if self.state.exists() else TARGETS:
            with closing(sqlite3.connect(self.file(name))) as db:
                said = [row[0] for row in db.execute("pragma integrity_check")]
            if said != ["ok"]:
                yield f"{name}: {said[0]}"
