"""The part of the SQL store that switches: by itself it loads little, since whoever pauses waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncengine.model.switch import Switch
from syncengine.store.protocol import Session
from syncengine.store.schema.trail import sessions as session_table
from syncengine.store.sql import sessions, switches
from syncengine.store.sql.database import Database
from syncengine.store.sql.unit import Randomness, Unit
from syncengine.vocabulary import Phase


class SqlSwitchboard:
    """A Switchboard. Several threads may use it, and other processes may open the same database beside it."""

    def __init__(self, database: Database, randomness: Randomness) -> None:
        self._database = database
        self._randomness = randomness

    def switchboard(self) -> Sequence[Switch]:
        with self._database.reading() as connection:
            return switches.switchboard(connection)

    def switch(
        self, scope: str, to: Phase | bool, *, actor: str, reason: str, project: str | None, now: datetime
    ) -> bool:  # fmt: skip
        database = self._database
        with database.writing() as connection:
            owner = sessions.owner(connection) if project is None else project
            begun = sessions.admit(connection, owner)
            if not switches.would_move(connection, scope, to):
                return False
            number = database.first_id(connection, session_table.c.id, 1)
            session = Session(id=number, strand=number, kind="switch", actor=actor)
            unit = Unit(database, connection, session, now, self._randomness)
            sessions.begin(unit, owner, begun=begun)
            switches.turn(unit, scope, to, reason)
            sessions.end(unit)
            unit.finish()
        return True

    def waiting(self, flows: Sequence[str]) -> Mapping[str, int]:
        from syncengine.store.sql import lanes

        with self._database.reading() as connection:
            return lanes.waiting(connection, flows)

    def close(self) -> None:
        self._database.engine.dispose()
