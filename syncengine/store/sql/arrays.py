"""Statements for PostgreSQL that take all their rows at once, a column an array: one message in the place of hundreds,
inside the lock that every writer of a ledger waits for.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Delete, Dialect, Insert, Update
from sqlalchemy.sql.expression import ClauseElement

FEW: Final = 5
"""So many rows go one by one: they need no other plan."""

_PARAMETER: Final = re.compile(r'%\((\w+)\)s::(BIGINT|INTEGER|VARCHAR|BYTEA)(?: COLLATE "C")?')


class Arrays:
    """One statement over arrays. `text` is None where the construct cannot be said so."""

    def __init__(self, construct: ClauseElement, dialect: Dialect, names: Sequence[str]) -> None:
        columns = list(names) if isinstance(construct, Insert) else None
        named = type(dialect)(paramstyle="pyformat")
        compiled = str(construct.compile(dialect=named, column_keys=columns))
        types = {match[1]: match[2].lower() for match in _PARAMETER.finditer(compiled)}
        asked = ", ".join(f"%b::{types.get(name, '')}[]" for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        given = f"unnest({asked}) AS given({quoted})"
        said = _PARAMETER.sub(r'given."\1"', compiled)
        self._place = [place for place, name in enumerate(names) if f'= given."{name}"' in said.partition(" WHERE ")[2]]
        self._one_row_each = isinstance(construct, Update)
        self.text = _over(construct, said, given) if types.keys() == set(names) else None

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int | None:
        """How many rows of the table it changed; None, and nothing is done, where the rows do not go together: two
        that change the same one take effect one after the other.
        """
        if self.text is None or (self._one_row_each and self._meet(rows)):
            return None
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        return connection.exec_driver_sql(self.text, columns).rowcount

    def _meet(self, rows: Sequence[tuple[Any, ...]]) -> bool:
        return len({tuple([row[place] for place in self._place]) for row in rows}) < len(rows)


def _over(construct: ClauseElement, said: str, given: str) -> str | None:
    if isinstance(construct, Insert):
        head, _, values = said.partition(" VALUES (")
        listed, _, tail = values.partition(")")
        return f"{head} SELECT {listed} FROM {given}{tail}" if values else None
    head, where, condition = said.partition(" WHERE ")
    if isinstance(construct, Update):
        return f"{head} FROM {given}{where}{condition}"
    return f"{head} USING {given}{where}{condition}" if isinstance(construct, Delete) else None
