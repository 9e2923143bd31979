"""Sealing: what a transaction made of rows, for the one entry that commits to it.

A statement tells by itself which rows it writes (`statement.Bulk`); whoever writes in another way says so. A row that
is known in full is sealed as it was written, any other one is read again before the commit. How an action, an attempt
or a link moves is not sealed: the entries of the moves tell it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, Self

from sqlalchemy import Column, Connection, Table, select

from syncengine.model.seal import GONE, INBOX_ANSWERED, INBOX_JUDGED, PARTS, TOLD, WHOLE, fixed, seal_all
from syncengine.model.value import Json
from syncengine.store.schema.trail import audit, ledger, payloads, strands
from syncengine.store.sql.statement import Many

_OTHERWISE: Final = frozenset(table.name for table in (audit, ledger, payloads, strands))
"""Tables that hashes, commitments and checkpoints cover."""

Row = Sequence[Any]


class Sealing:
    """A row may be named several times: what counts is how it stands in the end."""

    __slots__ = ("_read", "_rows")

    def __init__(self) -> None:
        self._rows: dict[str, dict[Any, Row | None]] = {}
        self._read: dict[Table, dict[Any, None]] = {}

    @classmethod
    def of(cls, table: Table, keys: Sequence[Any]) -> Self:
        made = cls()
        made.touched(table, keys)
        return made

    def __bool__(self) -> bool:
        return bool(self._rows or self._read)

    def wrote(self, part: str, keys: Iterable[Any], rows: Iterable[Row | None]) -> None:
        """Rows as they stand now, by their keys: the columns of that part; None for one that is gone."""
        self._rows.setdefault(part, {}).update(zip(keys, rows, strict=True))

    def added(self, table: Table, rows: Sequence[Row]) -> None:
        """New rows, each with every column of its table."""
        keys = [_key(table, row) for row in rows] if _new(table) else []
        for part, places in _new(table).items():
            kept = rows if len(places) == len(table.c) else [[row[place] for place in places] for row in rows]
            self.wrote(part, keys, kept)

    def removed(self, table: Table, keys: Sequence[Any]) -> None:
        self.wrote(table.name, keys, [None] * len(keys))

    def moved(self, table: Table, keys: Iterable[Any]) -> None:
        """Rows that a statement changed or removed, unless their entries tell of it."""
        if table.name not in _OTHERWISE and table.name not in TOLD:
            self.touched(table, keys)

    def touched(self, table: Table, keys: Iterable[Any]) -> None:
        """Rows that were changed or removed. A key of several columns is a tuple, in the order of the table's key."""
        self._read.setdefault(table, {}).update(dict.fromkeys(keys))

    def facts(self, connection: Connection, secret: bytes) -> Mapping[str, Json]:
        """Part -> [keys, their seals]."""
        for table, keys in self._read.items():
            self._read_again(connection, table, keys)
        facts: dict[str, Json] = {}
        for part, rows in self._rows.items():
            there = {key: row for key, row in rows.items() if row is not None}
            gone = [key for key, row in rows.items() if row is None] if len(there) < len(rows) else []
            facts[part] = [_spelled([*there, *gone]), seal_all(secret, list(there.values())) + GONE * len(gone)]
        return facts

    def _read_again(self, connection: Connection, table: Table, keys: Mapping[Any, None]) -> None:
        found = read(connection, table, list(keys))
        for part, places in _parts(table).items():
            self.wrote(part, found.keys(), [[row[place] for place in places] for row in found.values()])
        self.removed(table, [key for key in keys if key not in found])


@cache
def _new(table: Table) -> Mapping[str, Sequence[int]]:
    """The parts that are sealed when a row is added; the others say nothing until they are written."""
    if table.name in _OTHERWISE:
        return {}
    unsaid = (INBOX_JUDGED, INBOX_ANSWERED, table.name + WHOLE)
    return {part: places for part, places in _parts(table).items() if part not in unsaid}


@cache
def _parts(table: Table) -> Mapping[str, Sequence[int]]:
    """Everything that can be said of a row: the places of each part's columns."""
    names = table.c.keys()
    parts: dict[str, Sequence[int]] = {table.name: fixed(table.name, names)}
    if table.name in TOLD:
        parts[table.name + WHOLE] = range(len(names))
    parts.update({part: [names.index(n) for n in said] for part, (of, said) in PARTS.items() if of == table.name})
    return {part: places for part, places in parts.items() if places}


def sealable(table: Table) -> bool:
    return table.name not in _OTHERWISE


def _key(table: Table, row: Row) -> Any:
    places = _places(table)
    return row[places[0]] if len(places) == 1 else tuple([row[place] for place in places])


@cache
def _places(table: Table) -> Sequence[int]:
    """Where the columns of a table's key stand in its rows."""
    names = table.c.keys()
    return [names.index(column.name) for column in table.primary_key.columns]


def _spelled(keys: Sequence[Any]) -> list[Any]:
    return [list(key) if isinstance(key, tuple) else key for key in keys]


def read(connection: Connection, table: Table, keys: Sequence[Any]) -> Mapping[Any, Row]:
    """The rows with these keys; one that is not there is missing."""
    if not keys:
        return {}
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        rows = _by(columns[0]).rows(connection, keys)
    else:
        said = [set(each) for each in zip(*keys, strict=True)]
        telling = max(range(len(columns)), key=lambda place: len(said[place]))
        rows = _by(columns[telling]).rows(connection, list(said[telling]))
    wanted = frozenset(keys)
    found = {_key(table, row): tuple(row) for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


@cache
def _by(column: Column[Any]) -> Many:
    return Many(lambda keys: select(column.table).where(column.in_(keys)))
