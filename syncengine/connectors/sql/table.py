"""What a database says of one of its tables: columns, primary key, and which columns are unique by themselves."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn

from syncengine.connectors.sql.column import Column, Kind
from syncengine.errors import PermanentError, UnfitError
from syncengine.model.value import Json, Places

CHUNK: Final = 500
"""Keys of one SELECT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as JSON. `id`: the text of its primary key."""

    id: str
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`clause` names the table and its columns for statements, without types: what the driver says is taken."""

    name: str
    columns: Mapping[str, Column]
    primary: tuple[str, ...]
    unique: frozenset[str]
    clause: sa.TableClause

    def check(self, columns: Iterable[str]) -> None:
        """Raises UnfitError for a column that is not there."""
        for column in columns:
            if column not in self.columns:
                raise UnfitError(
                    f"the table {self.name} has no column {column!r}{hint(column, self.columns)}",
                    remedy="Add the column to the table, or correct its name in the flow.",
                )

    def check_key(self, key: str) -> None:
        """Raises UnfitError unless no two rows can hold the same key."""
        self.check([key])
        if key not in self.unique:
            raise UnfitError(
                f"{self.name}.{key} needs a unique index: without it one record could become two",
                remedy="Add a unique index over that column alone.",
            )

    def rows(
        self, connection: sa.Connection, key: str, values: Sequence[Any], columns: Iterable[str], *, lock: bool = False
    ) -> dict[Hashable, list[Row]]:
        """Rows by the form of their key. `lock`: nobody else changes them until the transaction ends."""
        wanted = tuple(dict.fromkeys((*self.primary, key, *columns)))
        chosen = sa.select(*(self.clause.c[name] for name in wanted)).where(
            self.clause.c[key].in_(sa.bindparam("wanted", expanding=True))
        )
        statement = chosen.with_for_update() if lock else chosen
        found: dict[Hashable, list[Row]] = {}
        for start in range(0, len(values), CHUNK):
            for raw in connection.execute(statement, {"wanted": list(values[start : start + CHUNK])}):
                row = self.row(dict(zip(wanted, raw, strict=True)))
                found.setdefault(self.columns[key].form(row.values[key]), []).append(row)
        return found

    def own_rows(
        self, connection: sa.Connection, ids: Sequence[str], columns: Iterable[str], *, lock: bool = False
    ) -> dict[str, Row]:
        """Rows by their own ids. `lock` as for `rows`."""
        wanted = tuple(dict.fromkeys((*self.primary, *columns)))
        chosen = sa.select(*(self.clause.c[name] for name in wanted))
        statement = chosen.with_for_update() if lock else chosen
        found: dict[str, Row] = {}
        for start in range(0, len(ids), CHUNK):
            for raw in connection.execute(statement.where(self._named(ids[start : start + CHUNK]))):
                row = self.row(dict(zip(wanted, raw, strict=True)))
                found[row.id] = row
        return found

    def _named(self, ids: Sequence[str]) -> sa.ColumnElement[bool]:
        """That a row has one of these ids; what cannot be one is none."""
        parts = []
        for id_ in ids:
            with suppress(PermanentError):
                parts.append(self.parts(id_))
        if len(self.primary) == 1:
            (name,) = self.primary
            values = [found[name] for found in parts]
            return self.clause.c[name].in_(sa.bindparam("own", values, expanding=True, type_=sa.types.NullType()))
        rows = (sa.and_(*(self.clause.c[name] == _literal(value) for name, value in found.items())) for found in parts)
        return sa.or_(sa.false(), *rows)

    def row(self, raw: Mapping[str, Any]) -> Row:
        values = {name: self.columns[name].show(value) for name, value in raw.items()}
        return Row(id=_joined([values[name] for name in self.primary]), values=values)

    def parts(self, id: str) -> dict[str, Any]:  # noqa: A002
        """The primary key that an id spells, for the driver. Raises PermanentError."""
        texts = [id] if len(self.primary) == 1 else [unquote(part) for part in id.split("/")]
        if len(texts) != len(self.primary):
            raise PermanentError(f"an id of {self.name} has {len(self.primary)} parts, joined by '/'")
        try:
            return {name: self.columns[name].bind(text) for name, text in zip(self.primary, texts, strict=True)}
        except ValueError as error:
            raise PermanentError(f"no id of {self.name}: {error}") from None

    def same(self, row: Row, places: Places) -> bool:
        """Whether a row holds these values."""
        return all(self.columns[p].same(row.values[p], v) for p, v in places.items())


def reflect(connection: sa.Connection, name: str) -> Table:
    """Asks the database. `name` may say SCHEMA.TABLE. Raises UnfitError when there is no such table."""
    schema, _, table = name.rpartition(".")
    inspector = sa.inspect(connection)
    try:
        found = inspector.get_columns(table, schema or None)
    except sa.exc.NoSuchTableError:
        known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
        raise UnfitError(
            f"the database has no table {name!r}{hint(table, known)}",
            remedy="Create the table, or correct `record` in the flow.",
        ) from None
    native = connection.dialect.name != "sqlite"
    columns = {c["name"]: _column(c, native=native) for c in found}
    primary = tuple(inspector.get_pk_constraint(table, schema or None)["constrained_columns"])
    if not primary:
        raise UnfitError(
            f"the table {name} has no primary key: its rows have no id", remedy="Give the table a primary key."
        )
    clause = sa.table(table, *(sa.column(c) for c in columns), schema=schema or None)
    unique = _unique(inspector, table, schema or None) | ({primary[0]} if len(primary) == 1 else set())
    return Table(name=name, columns=columns, primary=primary, unique=frozenset(unique), clause=clause)


def hint(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


_KINDS: Final[Sequence[tuple[type[Any], Kind]]] = (
    (sa.Boolean, Kind.BOOLEAN),
    (sa.Integer, Kind.INTEGER),
    (sa.Numeric, Kind.NUMBER),
    (sa.Float, Kind.NUMBER),
    (sa.DateTime, Kind.MOMENT),
    (sa.Date, Kind.DATE),
    (sa.LargeBinary, Kind.BYTES),
    (sa.Enum, Kind.OTHER),
    (sa.String, Kind.TEXT),
)


def _column(found: ReflectedColumn, *, native: bool) -> Column:
    kind = next((kind for known, kind in _KINDS if isinstance(found["type"], known)), Kind.OTHER)
    return Column(
        name=found["name"],
        kind=kind,
        zoned=kind is Kind.MOMENT and bool(getattr(found["type"], "timezone", False)),
        native=native,
        padded=native and isinstance(found["type"], sa.CHAR),
    )


def _unique(inspector: sa.Inspector, table: str, schema: str | None) -> set[str]:
    """Columns with a unique constraint or index of their own, over all rows. SQLite's constraints are read from the
    indexes that it makes for them, since their text can be written in too many ways.
    """
    hidden = {"include_auto_indexes": True} if inspector.dialect.name == "sqlite" else {}
    constraints = [c["column_names"] for c in inspector.get_unique_constraints(table, schema)]
    indexes = [
        [name for name in index["column_names"] if name is not None]
        for index in inspector.get_indexes(table, schema, **hidden)
        if index["unique"] and not _is_partial(index.get("dialect_options", {})) and "expressions" not in index
    ]
    return {columns[0] for columns in (*constraints, *indexes) if len(columns) == 1}


def _is_partial(options: Mapping[str, Any]) -> bool:
    return any(name.endswith("_where") and value is not None for name, value in options.items())


def _literal(value: Any) -> sa.BindParameter[Any]:
    return sa.literal(value, sa.types.NullType())


def _joined(parts: Sequence[Json]) -> str:
    if len(parts) == 1:
        return str(parts[0])
    return "/".join(quote(str(part), safe="") for part in parts)
