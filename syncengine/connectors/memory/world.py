"""A system that lives in this process: tables of records, a log of every effect, and lies on request."""

import copy
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock
from typing import Final

from syncengine.connectors.change import Change, spelled
from syncengine.connectors.memory.place import look, put
from syncengine.errors import PermanentError, UserError
from syncengine.model.value import Json, Places


class Lie(StrEnum):
    """What the system does with one write instead of doing it and saying so."""

    LOSE_ANSWER = "lose_answer"  # applied, and the answer gets lost
    LATE = "late"  # no answer; applied later
    TIME_OUT = "time_out"  # no answer, never applied
    REFUSE = "refuse"  # a definite no
    THROTTLE = "throttle"  # refused before it was executed, with a time to wait
    AWAY = "away"  # no connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One write that took effect."""

    table: str
    id: str
    create: bool
    places: Places
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: its own id, its version (counted up by each change) and its content, nested."""

    id: str
    version: int
    changed_at: datetime
    content: Mapping[str, Json]
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    due: datetime
    change: Change
    attempt: int


class MemoryWorld:
    """The system itself. Every method may be called from any thread; nothing in it is left to chance.

    `away`: nobody can reach it until it is set back. `lateness`: how long a late write takes. `throttle`: the wait that
    it asks for. `versioned`: whether it shows the version of a record, as few billing systems do.
    """

    def __init__(self) -> None:
        self.away = False
        self.versioned = True
        self.lateness = timedelta(seconds=1)
        self.throttle = timedelta(seconds=5)
        self.log: list[Effect] = []
        self._tables: dict[str, dict[str, Row]] = {}
        self._lies: deque[Lie | None] = deque()
        self._late: list[_Late] = []
        self._lock = RLock()

    def lie(self, *lies: Lie | None) -> None:
        """The next writes, record by record, meet these; None is an honest one."""
        with self._lock:
            self._lies.extend(lies)

    def next_lie(self) -> Lie | None:
        with self._lock:
            return self._lies.popleft() if self._lies else None

    def insert(self, table: str, content: Mapping[str, Json], *, now: datetime, id: str = "") -> Row:  # noqa: A002
        """A new record by somebody else's hand."""
        with self._lock:
            rows = self._tables.setdefault(table, {})
            own = id or f"{table}-{len(rows) + 1}"
            row = rows[own] = Row(id=own, version=1, changed_at=now, content=copy.deepcopy(dict(content)))
            return row

    def edit(self, table: str, id: str, places: Places, *, now: datetime) -> Row:  # noqa: A002
        """A change by somebody else's hand."""
        with self._lock:
            return self._replace(table, self._tables[table][id], places, now)

    def remove(self, table: str, id: str, *, now: datetime) -> None:  # noqa: A002
        """A deletion by somebody else's hand: the record stays as a stub that says so."""
        with self._lock:
            row = self._tables[table][id]
            self._tables[table][id] = Row(id=id, version=row.version + 1, changed_at=now, content={}, gone=True)

    def rows(self, table: str) -> Sequence[Row]:
        """All records, stubs included, oldest change first."""
        with self._lock:
            return sorted(self._tables.get(table, {}).values(), key=lambda r: (r.changed_at, r.id))

    def row(self, table: str, id: str) -> Row | None:  # noqa: A002
        with self._lock:
            return self._tables.get(table, {}).get(id)

    def found(self, table: str, key: str, values: Iterable[str]) -> Mapping[str, Row]:
        """Records by what they hold at a place, without one by their own ids. Raises PermanentError when two hold the
        same.
        """
        with self._lock:
            wanted = set(values)
            if not key:
                rows = self._tables.get(table, {})
                return {id_: rows[id_] for id_ in wanted if id_ in rows and not rows[id_].gone}
            by_key: dict[str, Row] = {}
            for row in self._tables.get(table, {}).values():
                value = look(row.content, key)
                if row.gone or not isinstance(value, str) or value not in wanted:
                    continue
                if value in by_key:
                    raise PermanentError(f"two records of {table} hold the same {key}")
                by_key[value] = row
            return by_key

    def tick(self, now: datetime) -> None:
        """Let the late writes happen that are due."""
        with self._lock:
            due = [late for late in self._late if late.due <= now]
            self._late = [late for late in self._late if late.due > now]
            for late in due:
                self.apply(late.change, late.attempt, late.due)

    def defer(self, change: Change, attempt: int, now: datetime) -> None:
        with self._lock:
            self._late.append(_Late(due=now + self.lateness, change=change, attempt=attempt))

    def apply(self, change: Change, attempt: int, now: datetime) -> Row | None:
        """An upsert by key, if what is there is still what was; None if it is not."""
        with self._lock:
            row = self.found(change.table, change.key[0], [change.key[1]]).get(change.key[1])
            if row is None:
                return self._create(change, attempt, now) if change.was is None and change.key[0] else None
            if change.was is None or not shows(row, change.was):
                return row if change.create and shows(row, change.places) else None
            self.log.append(_effect(change, row.id, attempt))
            return self._replace(change.table, row, change.places, now)

    def _create(self, change: Change, attempt: int, now: datetime) -> Row:
        content: dict[str, Json] = {}
        for place, value in (change.key, *change.places.items()):
            put(content, place, value)
        row = self.insert(change.table, content, now=now)
        self.log.append(_effect(change, row.id, attempt))
        return row

    def _replace(self, table: str, row: Row, places: Places, now: datetime) -> Row:
        content = copy.deepcopy(dict(row.content))
        for place, value in places.items():
            put(content, place, value)
        changed = Row(id=row.id, version=row.version + 1, changed_at=now, content=content)
        self._tables[table][row.id] = changed
        return changed


def shows(row: Row, places: Places) -> bool:
    """Whether a record holds exactly these values at these places."""
    return all(spelled(look(row.content, place)) == value for place, value in places.items())


def _effect(change: Change, id: str, attempt: int) -> Effect:  # noqa: A002
    return Effect(table=change.table, id=id, create=change.create, places=change.places, attempt=attempt)


class Worlds:
    """Worlds by name, so that a map's environment can say which one it means."""

    def __init__(self) -> None:
        self._worlds: dict[str, MemoryWorld] = {}

    def create(self, name: str) -> MemoryWorld:
        """A new, empty world; it replaces one of the same name."""
        self._worlds[name] = MemoryWorld()
        return self._worlds[name]

    def remove(self, name: str) -> None:
        self._worlds.pop(name, None)

    def get(self, name: str) -> MemoryWorld:
        if name not in self._worlds:
            raise UserError(
                f"no world in memory is called {name!r}",
                remedy="worlds live in one process: create it there with connectors.memory.WORLDS.create(NAME)",
            )
        return self._worlds[name]


WORLDS: Final = Worlds()
