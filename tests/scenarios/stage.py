"""A stage for scenarios: a Stripe that is a drop folder and a snapshot folder, a CRM and an ERP in memory that lie on
request, a ledger (in memory, unless another one is given), a clock that is told. Each `run` is a new engine on the same
ledger, as after a restart.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from syncengine.clock import ManualClock
from syncengine.connectors.memory import WORLDS, Lie, MemoryWorld
from syncengine.connectors.protocol import Adapter, Setup
from syncengine.connectors.register import connector, readings
from syncengine.engine.inline import InlineExecutor
from syncengine.engine.intake import Report, take_file
from syncengine.engine.judge import judge
from syncengine.engine.root import open_writers, read_map
from syncengine.engine.run import Done, run
from syncengine.engine.scan import scan
from syncengine.engine.world import World
from syncengine.model.tally import Tally
from syncengine.plan.compile import compile_plan
from syncengine.store.memory import MemoryStore
from syncengine.store.protocol import Session, Store
from syncengine.vocabulary import Environment, Phase

HERE = Path(__file__).parent
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEYS = ("stripe_id", "payout_key")
"""Where the tables of the targets hold the id that an entity was born with."""


class Stage:
    """`world` is the engine's while a run goes on; `armed` is done when a boundary of the next run is passed, once."""

    def __init__(self, folder: Path, over: str = "", store: Store | None = None) -> None:
        self.maps = folder / "mappings"
        shutil.copytree(HERE / "mappings", self.maps)
        if over:
            shutil.copytree(HERE / over, self.maps, dirs_exist_ok=True)
        for name in ("inbox", "snapshots"):
            (folder / name).mkdir()
        self.folder = folder
        self.clock = ManualClock(NOON)
        systems = yaml.safe_load((self.maps / "systems.yaml").read_text())
        self.targets: Mapping[str, MemoryWorld] = {
            name: WORLDS.create(name) for name, system in systems.items() if system["connector"] == "memory"
        }
        self.store: Store = MemoryStore(Random(1).randbytes) if store is None else store
        self.environment = "local"
        self.tally: Tally | None = None
        self.done: Done | None = None
        self.world: World | None = None
        self.randomness = Random(2)
        self.hands: Executor = InlineExecutor()
        self.armed: dict[str, Callable[[], None]] = {}
        self._files = 0

    def deliver(self, events: list[dict[str, Any]]) -> None:
        """Put events into the drop folder, in the order in which they are given. `at` counts seconds from noon."""
        self._files += 1
        lines = [json.dumps({"headers": {}, "body": json.dumps(event(e))}) + "\n" for e in events]
        (self.folder / "inbox" / f"{self._files:04}.jsonl").write_text("".join(lines))

    def snapshot(self, record: str, content: dict[str, Any]) -> None:
        folder = self.folder / "snapshots" / record
        folder.mkdir(exist_ok=True)
        (folder / f"{content['id']}.json").write_text(json.dumps(content))

    def run(self) -> None:
        """One `run`, an hour later than the last."""
        self.clock.advance(timedelta(hours=1))
        with self.open_world() as self.world:
            self.done = run(self.world, open_writers(self.world), {"stripe": self.folder / "inbox"})
            self.tally = self.store.tally(self.world.session)
        self.world = None

    def judge_now(self, events: list[dict[str, Any]], limit: int = 1000) -> None:
        """While a run is somewhere: these arrive and are judged, unless `limit` is 0."""
        assert self.world is not None, "news comes at a boundary"
        self.deliver(events)
        for _ in take_file(self.world, "stripe", self.folder / "inbox" / f"{self._files:04}.jsonl", Report()):
            judge(self.world, limit)

    def scan_now(self, flow: str) -> None:
        """While a run is somewhere: what has changed in a flow is read and judged."""
        assert self.world is not None, "a scan comes at a boundary"
        for _ in scan(self.world, self.world.plan.flows[flow]):
            while judge(self.world, 1000):
                pass
        while judge(self.world, 1000):
            pass

    def switch(self, turn: Callable[[Session], None]) -> None:
        """What a person does with a short command of their own."""
        session = self.store.open_session(kind="switch", actor="ana", project="stage", now=self.clock.now())
        turn(session)
        self.store.close_session(session, self.clock.now())

    def pause(self, scope: str, *, paused: bool) -> None:
        self.switch(lambda session: self.store.set_pause(session, scope, paused, "", self.clock.now()))

    def phase(self, write_set: str, phase: Phase) -> None:
        self.switch(lambda session: self.store.set_phase(session, write_set, phase, "", self.clock.now()))

    def _boundary(self, name: str) -> None:
        self.armed.pop(name, lambda: None)()

    @contextmanager
    def open_world(self) -> Iterator[World]:
        checked, environment = read_map(self.maps, self.environment)
        adapters = {name: self._open(name, s.spec.connector, environment) for name, s in checked.systems.items()}
        session = self.store.open_session(kind="run", actor="scenario", project=checked.project, now=self.clock.now())
        yield World(
            clock=self.clock,
            randomness=self.randomness,
            store=self.store,
            plan=compile_plan(checked, readings()),
            adapters=adapters,
            environments=dict.fromkeys(adapters, Environment.LOCAL),
            hands=self.hands,
            session=session,
            floor=Phase.AUTOMATED if environment.starts_at == "ceiling" else Phase.OBSERVE,
            boundary=self._boundary,
        )
        self.store.close_session(session, self.clock.now())

    def _open(self, name: str, kind: str, environment: Any) -> Adapter:
        settings = environment.systems[name].settings
        setup = Setup(
            system=name, settings=settings, folder=self.maps, environment=Environment.LOCAL, clock=self.clock
        )  # fmt: skip
        return connector(kind).open(setup)

    # --- what scenarios do to the targets

    def edit(self, system: str, table: str, key: str, places: Mapping[str, Any]) -> None:
        row = self._row(system, table, key)
        self.targets[system].edit(table, row.id, places, now=self.clock.now())

    def insert(self, system: str, table: str, content: Mapping[str, Any]) -> None:
        self.targets[system].insert(table, content, now=self.clock.now())

    def remove(self, system: str, table: str, key: str) -> None:
        self.targets[system].remove(table, self._row(system, table, key).id, now=self.clock.now())

    def lie(self, system: str, lies: list[str]) -> None:
        self.targets[system].lie(*(Lie(word) if word != "honest" else None for word in lies))

    def rewrite(self, file: str, old: str, new: str) -> None:
        """Edit the map between two runs."""
        path = self.maps / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new))

    def _row(self, system: str, table: str, key: str) -> Any:
        rows = (row for row in self.targets[system].rows(table) if not row.gone)
        (row,) = (row for row in rows if key in (row.id, *(row.content.get(place) for place in KEYS)))
        return row

    def table(self, system: str, table: str) -> dict[str, dict[str, Any]]:
        """Rows by their key, else by their own id, with references to accounts as the Stripe ids they stand for."""
        rows = [r for r in self.targets[system].rows(table) if not r.gone]
        accounts = {r.id: r.content.get("stripe_id") for r in self.targets[system].rows("accounts")}
        found = {}
        for row in rows:
            content = dict(row.content)
            if content.get("account_id") in accounts:
                content["account_id"] = accounts[content["account_id"]]
            keys = [key for place in KEYS if (key := content.pop(place, None)) is not None]
            found[str(keys[0] if keys else row.id)] = {"id": row.id, **content}
        return found


def event(said: dict[str, Any]) -> dict[str, Any]:
    """An event as Stripe sends it. `at` counts seconds from noon."""
    at = int(NOON.timestamp()) + said["at"]
    data: dict[str, Any] = {"object": said["object"]}
    if "previous" in said:
        data["previous_attributes"] = said["previous"]
    return {
        "id": said["event"], "object": "event", "api_version": "2026-10-28.endive", "created": at, "livemode": False,
        "type": said["type"], "data": data, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None},
    }  # fmt: skip
