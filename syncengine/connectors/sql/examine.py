"""A look at a database as a whole: does it answer, has it the tables, columns and types that the map spells, and would
it let us read and write them. Asked of its catalogue; nothing is written to find out.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Final

import sqlalchemy as sa

from syncengine.connectors.protocol import Greeting, Need
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.table import Table, hint
from syncengine.errors import PermanentError
from syncengine.model.examined import Examined, failed, ok

_POSTGRES: Final = sa.text("SELECT current_setting('server_version'), clock_timestamp()")
_RIGHTS: Final = sa.text(
    "SELECT has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT'), "
    "has_table_privilege(c.oid, 'INSERT'), has_table_privilege(c.oid, 'UPDATE'), "
    "current_setting('default_transaction_read_only') = 'on' OR pg_is_in_recovery() "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(:name)"
)
_COLUMN: Final = sa.text("SELECT has_column_privilege(to_regclass(:name), :column, :right)")


class SqlExaminer:
    def __init__(self, database: Database) -> None:
        self._database = database

    def greet(self) -> Greeting:
        with self._database.reading() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
                return Greeting(what=f"{self._database.shown} answers, SQLite {sqlite3.sqlite_version}")
            if connection.dialect.name != "postgresql":
                connection.execute(sa.select(sa.literal(1)))
                return Greeting(what=f"{self._database.shown} answers, {connection.dialect.name}")
            version, at = connection.execute(_POSTGRES).one()
            what = f"{self._database.shown} answers, PostgreSQL {version.split()[0]}"
            return Greeting(what=what, at=at.astimezone(UTC))

    def examine(self, need: Need) -> Sequence[Examined]:
        with self._database.reading() as connection:
            try:
                table = self._database.table(connection, need.record)
            except PermanentError as error:
                return [failed(need.record, str(error), f"create it, or correct the flow {need.flow} of the map")]
            wrong = [*_columns(table, need), *_types(table, need), *self._rights(connection, table, need)]
        return wrong or [ok(need.record, _uses(need))]

    def _rights(self, connection: sa.Connection, table: Table, need: Need) -> Iterator[Examined]:
        if connection.dialect.name == "postgresql":
            yield from _granted(connection, table, need)
        elif self._database.path is not None and (need.creates or need.updates):
            for place in (self._database.path, self._database.path.parent):
                if not os.access(place, os.W_OK):
                    what = f"{place} cannot be written by this user"
                    yield failed(need.record, what, "give this user the right to it")


def _columns(table: Table, need: Need) -> Iterator[Examined]:
    for place in dict.fromkeys((*need.reads, *need.writes, need.key, need.version)):
        name = place if place in table.columns else place.partition(".")[0]
        if name and name not in table.columns:
            what = f"the table {table.name} has no column {name!r}{hint(name, table.columns)}"
            yield failed(need.record, what, f"add it, or correct the flow {need.flow} of the map")
    if need.creates and need.key in table.columns and need.key not in table.unique:
        what = f"{table.name}.{need.key} has no unique index: without it one record could become two"
        yield failed(need.record, what, f"create a unique index on {table.name}({need.key})")


def _types(table: Table, need: Need) -> Iterator[Examined]:
    for place, examples in need.writes.items():
        column = table.columns.get(place)
        if column is None:
            continue
        for example in examples:
            try:
                column.bind(example)
            except ValueError as error:
                what = f"{table.name}.{error}, and the map writes {_kind(example)} there, such as {example!r}"
                yield failed(need.record, what, f"change the column, or how the flow {need.flow} spells it")
                break


def _kind(example: object) -> str:
    return "a text" if isinstance(example, str) else f"a {type(example).__name__}"


def _granted(connection: sa.Connection, table: Table, need: Need) -> Iterator[Examined]:
    name = connection.dialect.identifier_preparer.format_table(table.clause)
    usage, reads, inserts, updates, only = connection.execute(_RIGHTS, {"name": name}).one()
    asked = {
        "SELECT": (reads, (*need.reads, *need.writes)),
        "INSERT": (inserts or not need.creates, tuple(need.writes)),
        "UPDATE": (updates or not need.updates, tuple(need.writes)),
    }
    for right, (whole, places) in asked.items():
        lacking = [] if whole else [p for p in places if p in table.columns and not _may(connection, name, p, right)]
        if not usage or lacking:
            about = "" if not lacking or len(lacking) == len(places) else f" of {', '.join(sorted(lacking))}"
            what = f"this user has no right to {right}{about} on {table.name}"
            yield failed(need.record, what, f"GRANT {right} ON {table.name} TO the user of this system")
    if only and (need.creates or need.updates):
        what = "the database can only be read at present"
        yield failed(need.record, what, "use the primary server, or make it writable")


def _may(connection: sa.Connection, name: str, column: str, right: str) -> bool:
    return bool(connection.execute(_COLUMN, {"name": name, "column": column, "right": right}).scalar())


def _uses(need: Need) -> str:
    """What it is used for, where all is well."""
    parts = []
    if need.reads:
        parts.append(f"{len(need.reads)} columns are read")
    if need.creates or need.updates:
        deeds = " and ".join(word for word, may in (("created", need.creates), ("updated", need.updates)) if may)
        parts.append(f"{len(need.writes)} columns are written, rows {deeds}")
    if need.creates:
        parts.append(f"{need.key or 'its key'} is unique")
    return "; ".join(parts) or "there"
