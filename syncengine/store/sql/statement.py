"""Statements written once and compiled once: rows go to the driver as plain tuples, keys in lists of fixed sizes.

An ordinary execution of SQLAlchemy costs as much per row as the database itself; these cost next to nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from sqlalchemy import BindParameter, Connection, Dialect, Insert, Select, Table, bindparam
from sqlalchemy.sql.expression import ClauseElement

_SIZES: Final = (1, 8, 64, 500)


class Bulk:
    """One statement for many rows. `names` are its parameters in the order in which a row gives them."""

    def __init__(self, construct: ClauseElement, *names: str) -> None:
        self._construct = construct
        self._names = names
        self._texts: dict[str, str] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """How many rows of the table it changed."""
        if not rows:
            return 0
        dialect = connection.dialect
        if dialect.name not in self._texts:
            self._texts[dialect.name] = _text(self._construct, dialect, self._names)
        return connection.exec_driver_sql(self._texts[dialect.name], list(rows)).rowcount


def insert(table: Table) -> Bulk:
    """Rows give every column, in the order of the table."""
    return Bulk(table.insert(), *(column.name for column in table.columns))


class Many:
    """A query about any number of keys. `fixed` are parameters that come before the keys; `build` gets the keys'."""

    def __init__(self, build: Callable[[list[BindParameter[Any]]], Select[Any]], *fixed: str) -> None:
        self._build = build
        self._fixed = fixed
        self._texts: dict[tuple[str, int], str] = {}

    def rows(self, connection: Connection, keys: Sequence[Any], *fixed: Any) -> list[Any]:
        """The rows, in no order. A key that is given twice is answered once or twice."""
        found: list[Any] = []
        longest = _SIZES[-1]
        for start in range(0, len(keys), longest):
            part = tuple(keys[start : start + longest])
            size = next(s for s in _SIZES if s >= len(part))
            padded = part + part[-1:] * (size - len(part))
            found.extend(connection.exec_driver_sql(self._text(connection.dialect, size), (*fixed, *padded)).all())
        return found

    def _text(self, dialect: Dialect, size: int) -> str:
        known = self._texts.get((dialect.name, size))
        if known is None:
            keys: list[BindParameter[Any]] = [bindparam(f"key_{place}") for place in range(size)]
            known = _text(self._build(keys), dialect, (*self._fixed, *(key.key for key in keys)))
            self._texts[dialect.name, size] = known
        return known


def _text(construct: ClauseElement, dialect: Dialect, names: Sequence[str]) -> str:
    positional = dialect if dialect.positional else cast("Any", type(dialect))(paramstyle="format")
    columns = list(names) if isinstance(construct, Insert) else None
    compiled = construct.compile(dialect=positional, column_keys=columns)
    order = compiled.positiontup  # type: ignore[attr-defined]
    assert list(order) == list(names), f"{compiled} takes {order}, not {names}"
    return str(compiled)
