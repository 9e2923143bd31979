"""The tables of the ledger. Whole numbers, text and bytes only, so that hot statements need no conversion by type.

Moments are RFC 3339 text; `due_at`, which is compared, is microseconds since 1970 (0: at once). Documents are canonical
JSON. Ids are the ledger's own numbers; 0 stands for "none" where a number must be there. States are words of
`vocabulary`; a check refuses any other.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    DefaultClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    event,
    literal_column,
    or_,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

PARTITION: Final = "partition"

Number: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite makes only an INTEGER its own row number."""

Text: Final = SqlText().with_variant(SqlText(collation="C"), "postgresql")
"""Compared and sorted by code points everywhere, whatever language a database was made for."""


def words(values: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """Words as literals: an index over some states serves only a statement that spells those states out."""
    return [literal_column(f"'{value.value}'") for value in values]


def either(column: ColumnElement[Any], values: Iterable[StrEnum]) -> ColumnElement[bool]:
    """That a column has one of these words. Compared one by one: for IN, SQLite would build a set for every row that
    is written.
    """
    return or_(*(column == word for word in words(values)))


def one_of(column: str, values: Iterable[StrEnum], *, empty: bool = False) -> CheckConstraint:
    """Refuses every other word."""
    spelled = [value.value for value in values] + ([""] if empty else [])
    return CheckConstraint(" OR ".join(f"{column} = '{word}'" for word in spelled), name=column)


def partial(name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index over the rows that `where` describes: as short as the work that is left."""
    return Index(name, *columns, unique=unique, sqlite_where=where)


def _for_postgresql(_metadata: MetaData, connection: Connection, **_said: object) -> None:
    """The same condition for PostgreSQL. Said only there: all that SQLAlchemy knows of it is loaded with the word."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.tables.values():
        for index in table.indexes:
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


event.listen(METADATA, "before_create", _for_postgresql)


def id_() -> Column[int]:
    return Column("id", Number, primary_key=True, autoincrement=False)


def number(name: str, *args: Any) -> Column[int]:
    return Column(name, Number, *args, nullable=False)


def text(name: str, *args: Any) -> Column[str]:
    return Column(name, Text, *args, nullable=False)


def partition() -> Column[int]:
    """Which part of the work a row belongs to. The default is for rows that are older than it; whoever adds a row says
    it.
    """
    return number(PARTITION, DefaultClause(sql("0")))


def blob(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


