"""Targeted looks at tables: before-images, and probes after an unknown outcome."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from syncengine.connectors.change import Change
from syncengine.connectors.protocol import Image, ImageQuery
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.table import Row, Table
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.attempt import Probe
from syncengine.vocabulary import ProbeResult


class SqlInspector:
    def __init__(self, database: Database) -> None:
        self._database = database

    def images(self, query: ImageQuery) -> Mapping[str, Image]:
        """One SELECT for up to 500 keys. A key that the column cannot hold is not there."""
        with self._database.reading() as connection:
            table = self._database.table(connection, query.record, query.places, query.key)
            if not query.key:
                own = table.own_rows(connection, query.keys, query.places)
                return {id_: _image(row, query.places) for id_, row in own.items()}
            keys = _bound(table, query.key, query.keys)
            found = table.rows(connection, query.key, list(keys.values()), query.places)
        images: dict[str, Image] = {}
        for key in keys:
            rows = found.get(table.columns[query.key].form(key), [])
            if len(rows) > 1:
                raise PermanentError(f"two rows of {query.record} hold the same {query.key}")
            if rows:
                images[key] = _image(rows[0], query.places)
        return images

    def probe(self, frozen: bytes) -> Probe:
        change = Change.thaw(frozen)
        column, key = change.key
        try:
            with self._database.reading() as connection:
                table = self._database.table(connection, change.table, change.places, column)
                rows = _rows(connection, table, column, key, change.places)
        except (TemporaryError, PermanentError) as error:
            return Probe(result=ProbeResult.FAILED, detail=str(error))
        return _compared(table, change, rows)


def _rows(connection: sa.Connection, table: Table, column: str, key: str, places: Iterable[str]) -> list[Row]:
    """The rows that hold the key, or the one that has it for its own id."""
    if not column:
        return list(table.own_rows(connection, [key], places).values())
    keys = _bound(table, column, [key])
    found = table.rows(connection, column, list(keys.values()), places)
    return [row for rows in found.values() for row in rows]


def _image(row: Row, places: Iterable[str]) -> Image:
    return Image(remote_id=row.id, places={place: row.values[place] for place in places})


def _bound(table: Table, column: str, keys: Iterable[str]) -> dict[str, Any]:
    """What the driver is given for each key that the column can hold."""
    bound: dict[str, Any] = {}
    for key in keys:
        with suppress(ValueError):
            bound[key] = table.columns[column].bind(key)
    return bound


def _compared(table: Table, change: Change, rows: list[Row]) -> Probe:
    if len(rows) > 1:
        return Probe(result=ProbeResult.SEVERAL, detail=f"{len(rows)} rows of {change.table} hold the same key")
    if not rows:
        absent = change.was is None
        return Probe(result=ProbeResult.ABSENT if absent else ProbeResult.DIFFERENT, detail="there is no such row")
    row = rows[0]
    places = {place: row.values[place] for place in change.places}
    if table.same(row, change.places):
        return Probe(result=ProbeResult.APPLIED, remote_id=row.id, places=places)
    untouched = change.was is not None and table.same(row, change.was)
    return Probe(result=ProbeResult.ABSENT if untouched else ProbeResult.DIFFERENT, remote_id=row.id, places=places)
