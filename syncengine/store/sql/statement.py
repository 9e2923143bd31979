"""Statements written once and compiled once: rows go to the driver as plain tuples, keys in lists of fixed sizes.

An ordinary execution of SQLAlchemy costs as much per row as the database itself; these cost next to nothing.

A statement that writes tells the connection's sealing which rows those are: none can be forgotten.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from sqlalchemy import BindParameter, Column, Connection, Delete, Dialect, Insert, Select, Table, bindparam, select
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.expression import BinaryExpression, ClauseElement

from syncengine.store.sql.arrays import FEW, KEY, Arrays, Asked, Copied, kept, together

_SIZES: Final = (1, 8, 64, 500)


TELLING: Final = "ledger_telling"
"""Where a connection keeps whom its statements tell of the rows they write."""


class Bulk:
    """One statement for many rows. `names` are its parameters in the order in which a row gives them. `told`: who runs
    it says himself which rows it writes.
    """

    def __init__(self, construct: ClauseElement, *names: str, told: bool = False) -> None:
        self._construct = construct
        self._names = names
        self._texts: dict[str, str] = {}
        self._together: Copied | Arrays | None = None
        self._written = None if told else _Written(construct, names)

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """How many rows of the table it changed."""
        if not rows:
            return 0
        if self._written is not None:
            self._written.tell(connection, rows)
        dialect = connection.dialect
        if dialect.name == "postgresql":
            if self._together is None:
                self._together = together(self._construct, dialect, self._names)
            if len(rows) > FEW and (changed := self._together.run(connection, rows)) is not None:
                return changed
            rows = kept(rows) if len(rows) > 1 else rows  # a cursor sees to a single one
        if dialect.name not in self._texts:
            self._texts[dialect.name] = _text(self._construct, dialect, self._names)
        return connection.exec_driver_sql(self._texts[dialect.name], list(rows)).rowcount


class _Written:
    """Which rows a statement writes: the given ones, those whose key is given, or those of which a part of it is."""

    def __init__(self, construct: ClauseElement, names: Sequence[str]) -> None:
        self._table: Table = construct.table  # type: ignore[attr-defined]
        self._inserts, self._removes = isinstance(construct, Insert), isinstance(construct, Delete)
        self._find: Many | None = None
        if self._inserts:
            return
        bound = _bound(construct.whereclause)  # type: ignore[attr-defined]
        keys = list(self._table.primary_key.columns)
        given = [self._table.c[name] for name in bound]
        assert given, f"{construct} does not say whose rows it writes"
        if {*given} >= {*keys}:
            given = keys
        else:
            self._find = Many(lambda wanted: select(*given, *keys).where(given[0].in_(wanted)))
        self._places = [names.index(bound[column.name]) for column in given]

    def tell(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        sealing = connection.info.get(TELLING)
        if sealing is None:
            return
        if self._inserts:
            sealing.added(self._table, rows)
            return
        (first, *others) = self._places
        keys = [row[first] for row in rows] if not others else [tuple([row[p] for p in self._places]) for row in rows]
        if self._find is not None:
            keys = self._found(connection, self._find, keys)
        (sealing.removed if self._removes else sealing.moved)(self._table, keys)

    def _found(self, connection: Connection, find: "Many", said: Sequence[Any]) -> list[Any]:
        wanted = {each if isinstance(each, tuple) else (each,) for each in said}
        width = len(self._places)
        rows = find.rows(connection, list(dict.fromkeys(each[0] for each in wanted)))
        keys = [tuple(row[width:]) for row in rows if tuple(row[:width]) in wanted]
        return [key[0] for key in keys] if keys and len(keys[0]) == 1 else keys


def _bound(condition: ClauseElement) -> dict[str, str]:
    """Column -> parameter, wherever a condition says that the two are equal."""
    return {
        each.left.name: each.right.key
        for each in visitors.iterate(condition)
        if isinstance(each, BinaryExpression)
        and each.operator is operators.eq
        and isinstance(each.left, Column)
        and isinstance(each.right, BindParameter)
    }


def insert(table: Table) -> Bulk:
    """Rows give every column, in the order of the table."""
    return Bulk(table.insert(), *(column.name for column in table.columns))


class Many:
    """A query about any number of keys. `fixed` are parameters that come before the keys; `build` gets the keys'."""

    def __init__(self, build: Callable[[list[BindParameter[Any]]], Select[Any]], *fixed: str) -> None:
        self._build = build
        self._fixed = fixed
        self._texts: dict[tuple[str, int], str] = {}
        self._asked: Asked | None = None

    def rows(self, connection: Connection, keys: Sequence[Any], *fixed: Any) -> list[Any]:
        """The rows, in no order. A key that is given twice is answered once or twice."""
        if keys and connection.dialect.name == "postgresql":
            if self._asked is None:
                self._asked = Asked(self._build([bindparam(KEY)]), connection.dialect, self._fixed)
            return self._asked.rows(connection, keys, fixed)
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
