"""A whole engine over a map full of personal fields: billing deliveries in, a database and a lying memory out. Every
personal value that goes in is marked, so that it can be looked for in whatever comes out.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

from syncengine.cli.exits import to_json as as_printed
from syncengine.clock import ManualClock
from syncengine.connectors.memory import WORLDS
from syncengine.engine.inline import InlineExecutor
from syncengine.engine.summary import as_json, as_text
from syncengine.engine.view import view_of
from syncengine.engine.world import World
from syncengine.evidence.log import FORMS, Log
from syncengine.evidence.story import to_json
from syncengine.evidence.trace import trace
from syncengine.evidence.view import PlanView
from syncengine.evidence.wording import tell
from syncengine.model.dossier import Dossier
from syncengine.model.news import News
from syncengine.plan.plan import Plan
from syncengine.store.memory import MemoryStore
from tests.scenarios import stage
from tests.scenarios.stage import NOON, Stage

HERE = Path(__file__).parent
CRM = """
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, stripe_id TEXT NOT NULL UNIQUE, name TEXT CHECK (name NOT LIKE '%unchecked%'), contact TEXT,
  email TEXT UNIQUE, phone TEXT, street TEXT, city TEXT, country TEXT, iban TEXT, born DATE, salary INTEGER,
  currency TEXT, tier TEXT, diagnosis TEXT, label TEXT, on_hold BOOLEAN, hold_reason TEXT, hold_next TEXT
);
CREATE TRIGGER refused BEFORE INSERT ON accounts WHEN NEW.city LIKE '%refused%'
BEGIN SELECT RAISE(ABORT, 'zqp: not this row'); END;
"""


class Rig(Stage):
    """`lines` are those of the logs, in both forms."""

    plan: Plan

    def __init__(self, folder: Path) -> None:
        self.folder, self.maps = folder, folder / "mappings"
        for name in ("inbox", "snapshots"):
            (folder / name).mkdir(parents=True)
        copytree(HERE / "mappings", self.maps)
        with closing(sqlite3.connect(folder / "crm.db")) as crm:
            crm.executescript(CRM)
        self.clock = ManualClock(NOON)
        self.targets = {"erp": WORLDS.create("erp")}
        self.store = MemoryStore(Random(1).randbytes)
        self.environment, self.randomness, self.hands = "local", Random(2), InlineExecutor()
        self.tally, self.done, self.world = None, None, None
        self.armed = {}
        self.lines: list[str] = []
        self.printed: list[str] = []
        self._files = 0

    @contextmanager
    def open_world(self) -> Iterator[World]:
        with super().open_world() as world:
            self.plan = world.plan
            logs = [Log(view=self.view("logs"), write=self.lines.append, form=form) for form in FORMS]

            def hear(news: News) -> None:
                for log in logs:
                    log(news)

            yield replace(world, news=hear)

    def view(self, name: str) -> PlanView:
        return view_of(self.plan, name, self.store.secret())

    def run(self) -> None:
        super().run()
        assert self.tally is not None
        assert self.done is not None
        self.printed += [as_text(self.tally, self.done), as_printed(as_json(self.tally, self.done))]

    def raw(self, line: str) -> None:
        """A line in the drop folder, whatever it is."""
        self._files += 1
        (self.folder / "inbox" / f"{self._files:04}.jsonl").write_text(line + "\n")

    def body(self, said: dict[str, Any]) -> str:
        return json.dumps(stage.event(said))

    def in_crm(self, statement: str) -> None:
        """What somebody else does there, as long as that is there."""
        if self._crm.exists():
            with closing(sqlite3.connect(self._crm)) as crm, suppress(sqlite3.OperationalError):
                crm.execute(statement)
                crm.commit()

    def move_crm(self, *, away: bool) -> None:
        there, nowhere = self._crm, self.folder / "away.db"
        source, target = (there, nowhere) if away else (nowhere, there)
        if source.exists():
            source.rename(target)

    @property
    def _crm(self) -> Path:
        return self.folder / "crm.db"

    # --- what comes out

    def dossier(self) -> Dossier:
        """All that the ledger knows."""
        assert isinstance(self.store, MemoryStore)
        records = list(range(1, 1 + len(self.store.dump()["records"])))
        inputs = list(range(1, 1 + sum(1 for _ in self.store._ledger.inputs)))
        return self.store.dossier(records, inputs)

    def told(self, view: str) -> str:
        """The trace of everything there is, in one view, as text and as JSON."""
        story = trace(self.dossier(), (), self.view(view))
        return f"{tell(story)}\n{as_printed(to_json(story))}"

    def trail(self) -> str:
        return b"\n".join(entry.body for entry in self.store.entries()).decode()
