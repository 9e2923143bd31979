"""Opened adapters with a second way to look at them, for the conformance suite and the tests of single connectors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from syncengine.clock import ManualClock
from syncengine.connectors import memory, sql
from syncengine.connectors.conformance import WriterRig
from syncengine.connectors.memory import WORLDS, Lie
from syncengine.connectors.memory.place import look
from syncengine.connectors.protocol import Adapter, Setup
from syncengine.model.permit import Permit
from syncengine.model.value import Places
from syncengine.vocabulary import Environment
from tests.postgres import PostgresServer

TABLE = """
CREATE TABLE invoices (
    id {serial} PRIMARY KEY,
    stripe_id VARCHAR(40) NOT NULL UNIQUE,
    status TEXT,
    seats INTEGER CHECK (seats < 1000000),
    total NUMERIC(12, 2),
    due DATE,
    paid_at {moment},
    seen_at TIMESTAMP,
    open BOOLEAN,
    changes INTEGER
)
"""


def setup(folder: Path, settings: Mapping[str, str], clock: ManualClock | None = None, **more: str) -> Setup:
    return Setup(
        system="crm",
        settings=settings,
        folder=folder,
        environment=Environment.LOCAL,
        clock=clock or ManualClock(),
        version=more.get("version", ""),
    )


@dataclass(slots=True)
class SqlRig:
    """A database with the table `invoices`, the adapter on it, and a connection of somebody else's."""

    adapter: Adapter
    clock: ManualClock
    engine: sa.Engine
    away: Callable[[], None]
    back: Callable[[], None]
    folder: Path
    server: PostgresServer | None = None

    def execute(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def writer_rig(self) -> WriterRig:
        return WriterRig(
            adapter=self.adapter,
            clock=self.clock,
            record="invoices",
            key="stripe_id",
            text="status",
            number="seats",
            edit=self._edit,
            count=lambda key: len(self.execute("SELECT 1 FROM invoices WHERE stripe_id = :key", key=key)),
            away=self.away,
            back=self.back,
            permit=Permit,
            refuse=lambda: {"seats": 9_999_999},
        )

    def _edit(self, key: str, places: Places) -> None:
        for place, value in places.items():
            self.execute(f"UPDATE invoices SET {place} = :value WHERE stripe_id = :key", value=value, key=key)


def sqlite_rig(folder: Path) -> SqlRig:
    file, hidden = folder / "crm.db", folder / "crm.db.away"

    def move(source: Path, target: Path) -> None:
        source.rename(target)

    engine = sa.create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE.format(serial="INTEGER", moment="TIMESTAMP")))
    clock = ManualClock()
    return SqlRig(
        adapter=sql.open(setup(folder, {"address": "sqlite:///crm.db"}, clock)),
        clock=clock,
        engine=engine,
        away=lambda: move(file, hidden),
        back=lambda: move(hidden, file),
        folder=folder,
    )


def postgres_rig(server: PostgresServer, name: str, folder: Path) -> SqlRig:
    engine = sa.create_engine(server.url(name), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE.format(serial="SERIAL", moment="TIMESTAMPTZ")))
    clock = ManualClock()

    def away() -> None:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    return SqlRig(
        adapter=sql.open(setup(folder, {"address": server.url(name)}, clock)),
        clock=clock,
        engine=engine,
        away=away,
        back=lambda: server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
        folder=folder,
        server=server,
    )


def memory_rig(folder: Path) -> WriterRig:
    name, clock = uuid4().hex, ManualClock()
    world = WORLDS.create(name)

    def edit(key: str, places: Places) -> None:
        row = world.found("invoices", "stripe_id", [key])[key]
        world.edit("invoices", row.id, places, now=clock.now())

    def refuse() -> Places:
        world.lie(None, Lie.REFUSE, None)
        return {"seats": 9_999_999}

    def away(*, is_away: bool) -> None:
        world.away = is_away

    return WriterRig(
        adapter=memory.open(setup(folder, {"world": name}, clock)),
        clock=clock,
        record="invoices",
        key="stripe_id",
        text="status",
        number="seats",
        edit=edit,
        count=lambda key: sum(look(row.content, "stripe_id") == key for row in world.rows("invoices")),
        away=lambda: away(is_away=True),
        back=lambda: away(is_away=False),
        permit=Permit,
        refuse=refuse,
    )
