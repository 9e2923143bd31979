"""Tables as a source: one row by its primary key, and the rows that have changed by a version column."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from syncengine.clock import Clock
from syncengine.connectors.change import spelled
from syncengine.connectors.protocol import Page
from syncengine.connectors.sql.column import Kind, moment_in
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.table import Row, Table
from syncengine.errors import PermanentError
from syncengine.model.event import Snapshot, Version
from syncengine.model.value import Json

PAGE: Final = 500
_DAY: Final = "2026-01-31"


class SqlReader:
    """Deleted rows are not seen by a scan: only a reading of such a row says that it is gone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002
        with self._database.reading() as connection:
            table = self._database.table(connection, record, [version] if version else [])
            chosen = _all(table)
            for name, value in table.parts(id).items():
                chosen = chosen.where(table.clause.c[name] == value)
            raw = connection.execute(chosen).mappings().first()
        if raw is None:
            return Snapshot(record=record, id=id, version=self._now(None), content={}, gone=True)
        row = table.row({str(name): value for name, value in raw.items()})
        shown = _version(row.values[version], record) if version else None
        return self._snapshot(record, row, self._now(shown if isinstance(shown, int | str) else None))

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        """In the order of (version, primary key), from the cursor's version on, itself included: rows may share it.

        Without a version column, all rows in the order of their primary key, every time. Rows whose version is empty
        come first, every time: nothing says when they changed.
        """
        with self._database.reading() as connection:
            table = self._database.table(connection, record, [version] if version else [])
        if not version:
            yield from self._pages(table, _all(table), "", "")
            return
        column = table.clause.c[version]
        yield from self._pages(table, _all(table).where(column.is_(None)), "", cursor)
        dated = _all(table).where(column.is_not(None))
        if cursor:
            dated = dated.where(column >= _from_cursor(table, version, cursor))
        yield from self._pages(table, dated, version, cursor)

    def _pages(self, table: Table, chosen: sa.Select[Any], version: str, cursor: str) -> Iterator[Page]:
        names = [*([version] if version else []), *table.primary]
        order = [table.clause.c[name] for name in names]
        statement = chosen.order_by(*order).limit(PAGE)
        while True:
            with self._database.reading() as connection:
                raws = connection.execute(statement).mappings().all()
            if not raws:
                return
            rows = [table.row({str(name): value for name, value in raw.items()}) for raw in raws]
            cursor = _cursor(raws[-1][version]) if version else cursor
            snapshots = tuple(self._snapshot(table.name, row, self._dated(table.name, row, version)) for row in rows)
            yield Page(snapshots=snapshots, cursor=cursor)
            if len(raws) < PAGE:
                return
            last = sa.tuple_(*(sa.literal(raws[-1][name], sa.types.NullType()) for name in names))
            statement = chosen.where(sa.tuple_(*order) > last).order_by(*order).limit(PAGE)

    def _dated(self, record: str, row: Row, version: str) -> Version:
        shown = _version(row.values[version], record) if version else None
        if isinstance(shown, datetime):
            return Version(at=shown, resolution=_resolution(row.values[version], shown))
        return self._now(shown)

    def _now(self, sequence: int | str | None) -> Version:
        return Version(at=self._clock.now(), resolution=timedelta(0), sequence=sequence)

    def _snapshot(self, record: str, row: Row, version: Version) -> Snapshot:
        content = {name: spelled(value) for name, value in row.values.items()}
        return Snapshot(record=record, id=row.id, version=version, content=content)


def _all(table: Table) -> sa.Select[Any]:
    return sa.select(*(table.clause.c[name] for name in table.columns))


def _version(value: Json, record: str) -> int | str | datetime | None:
    """A whole number or text is a sequence, a moment (or a text that names one) is when the row changed."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bool | Decimal) or not isinstance(value, int | str | None):
        raise PermanentError(f"{record}: a version is a whole number, a text or a moment")
    return moment_in(value) or value


def _resolution(value: Json, moment: datetime) -> timedelta:
    """As fine as the moment is written: one without a fraction says nothing of what happened within its second."""
    if len(str(value)) == len(_DAY):
        return timedelta(days=1)
    if moment.microsecond == 0:
        return timedelta(seconds=1)
    return timedelta(microseconds=1) if moment.microsecond % 1000 else timedelta(milliseconds=1)


def _cursor(raw: Any) -> str:
    """A version as the column itself writes it: SQLite compares moments as text."""
    return raw if isinstance(raw, str) else str(spelled(raw))


def _from_cursor(table: Table, version: str, cursor: str) -> Any:
    column = table.columns[version]
    as_written = column.kind is Kind.MOMENT and not column.native
    return cursor if as_written else column.bind(cursor)
