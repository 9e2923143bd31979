"""Taking over a ledger of an older version: its rows are sealed as they are found, once."""

from typing import Any, Final

from sqlalchemy import Connection, func, select

from syncengine.canonical import decode
from syncengine.store.schema import METADATA
from syncengine.store.schema.trail import audit, ledger
from syncengine.store.sql.sealing import sealable
from syncengine.store.sql.unit import Unit

_PAGE: Final = 1000


def is_older(connection: Connection, revision: str) -> bool:
    """Whether the last session knew another schema: a row with a new column is not as it was sealed."""
    if not connection.execute(select(ledger.c.turn)).scalar():
        return True
    last = select(func.max(audit.c.strand)).scalar_subquery()
    body = connection.execute(select(audit.c.body).where(audit.c.strand == last, audit.c.number == 1)).scalar()
    try:
        said = str(decode(bytes(body or b""))["facts"]["schema"])
    except (ValueError, LookupError, TypeError):
        return True
    return said.partition(":")[0] != revision


def adopt(unit: Unit) -> None:
    """Everything that stands in the tables, in the first transaction of a session."""
    for table in METADATA.sorted_tables:
        if sealable(table):
            columns = list(table.primary_key.columns)
            rows = unit.connection.execute(select(*columns).order_by(*columns)).all()
            keys: list[Any] = [row[0] if len(columns) == 1 else tuple(row) for row in rows]
            unit.adopted += [(table, keys[start : start + _PAGE]) for start in range(0, len(keys), _PAGE)]
