"""Taking over a ledger of an older version: its rows are sealed as they are found, once."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Table, select

from syncengine.store.schema import METADATA
from syncengine.store.sql.sealing import Sealing, sealable
from syncengine.store.sql.unit import Unit

_PAGE: Final = 1000


def adopt(unit: Unit) -> None:
    """Everything that stands in the tables. Long, and done before the first transaction gets a number."""
    for table in METADATA.sorted_tables:
        if sealable(table):
            for keys in _pages(unit, table):
                sealing = Sealing()
                sealing.touched(table, keys)
                unit.adopted.append(sealing)


def _pages(unit: Unit, table: Table) -> Iterator[list[object]]:
    columns = list(table.primary_key.columns)
    rows = unit.connection.execute(select(*columns).order_by(*columns)).all()
    keys: list[object] = [row[0] if len(columns) == 1 else tuple(row) for row in rows]
    for start in range(0, len(keys), _PAGE):
        yield keys[start : start + _PAGE]
