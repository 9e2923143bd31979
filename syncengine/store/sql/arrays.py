"""Statements for PostgreSQL that take all their rows at once: one message in the place of hundreds, inside the lock
that every writer of a ledger waits for. New rows are copied in; rows that change, and keys that are asked about, are
given as arrays.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import ClauseElement

FEW: Final = 5
"""So many rows go one by one: they need no other plan."""

_PARAMETER: Final = re.compile(r'%\((\w+)\)s(?:::(BIGINT|INTEGER|VARCHAR)(?: COLLATE "C")?)?')
"""A parameter of a compiled statement, with its type; bytes come without one."""
_EQUAL: Final = re.compile(r'\w+\.(\w+) = given\."(\w+)"')
KEY: Final = "key_0"
_ONE_KEY: Final = re.compile(rf'IN \(%\({KEY}\)s(?:::\w+(?: COLLATE "C")?)?\)')
_TYPES: Final = {"BIGINT": "int8", "INTEGER": "int4", "VARCHAR": "text", "": "bytea"}
_TYPES_OF_KEYS: Final[Mapping[type, str]] = {int: "int8", str: "text", bytes: "bytea"}

Rows = Sequence[tuple[Any, ...]]


class Copied:
    """New rows. `names` are the columns in the order in which a row gives them."""

    def __init__(self, construct: ClauseElement, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = str(construct.compile(dialect=_named(dialect), column_keys=list(names)))
        types = {match[1]: _TYPES[match[2] or ""] for match in _PARAMETER.finditer(compiled)}
        self._types = [types[name] for name in names]
        self._texts = [place for place, kind in enumerate(self._types) if kind == "text"]
        quoted = ", ".join(f'"{name}"' for name in names)
        self._text = f"COPY {construct.table.name} ({quoted}) FROM STDIN (FORMAT BINARY)"  # type: ignore[attr-defined]

    def run(self, connection: Connection, rows: Rows) -> int:
        cursor = connection.connection.cursor()
        try:
            with cast("Any", cursor).copy(self._text) as copy:
                copy.set_types(self._types)
                for row in _kept(rows, self._texts):
                    copy.write_row(row)
        except connection.dialect.loaded_dbapi.IntegrityError as error:
            raise IntegrityError(self._text, None, error) from error
        finally:
            cursor.close()
        return len(rows)


class Arrays:
    """One statement over rows that are there. `names` are its parameters in the order in which a row gives them."""

    def __init__(self, construct: ClauseElement, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = str(construct.compile(dialect=_named(dialect)))
        types = {match[1]: _TYPES[match[2] or ""] for match in _PARAMETER.finditer(compiled)}
        assert types.keys() == set(names), f"{compiled} takes {sorted(types)}, not {names}"
        self._types = [types[name] for name in names]
        self._texts = [place for place, name in enumerate(names) if types[name] == "text"]
        asked = ", ".join(f"%b::{types[name]}[]" for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        said = _PARAMETER.sub(r'given."\1"', compiled)
        self._one = _row_of(construct, said, names) if isinstance(construct, Update) else []
        head, where, condition = said.partition(" WHERE ")
        word = "FROM" if isinstance(construct, Update) else "USING"
        self._text = f"{head} {word} unnest({asked}) AS given({quoted}){where}{condition}"

    def run(self, connection: Connection, rows: Rows) -> int | None:
        """How many rows of the table it changed; None, and nothing is done, where the rows do not go together: two
        that change the same one take effect one after the other.
        """
        if self._one and len({tuple([row[place] for place in self._one]) for row in rows}) < len(rows):
            return None
        from syncengine.store.binary import KINDS

        columns = zip(self._types, zip(*_kept(rows, self._texts), strict=True), strict=True)
        given = tuple(KINDS[type_](column) for type_, column in columns)
        return connection.exec_driver_sql(self._text, given).rowcount


class Asked:
    """A query about any number of keys. `fixed` are parameters that come before the keys."""

    def __init__(self, one: Select[Any], dialect: Dialect, fixed: Sequence[str]) -> None:
        """`one` asks about a single key, the parameter KEY."""
        compiled = str(one.compile(dialect=_named(dialect)))
        self._fixed = tuple(fixed)
        self._texts = {
            type_: _ONE_KEY.sub(f"= ANY(%({KEY})b::{type_}[])", compiled) for type_ in _TYPES_OF_KEYS.values()
        }
        assert self._texts["int8"] != compiled, f"{compiled} asks about no keys"

    def rows(self, connection: Connection, keys: Sequence[Any], fixed: Sequence[Any]) -> list[Any]:
        from syncengine.store.binary import KINDS

        type_ = next(type_ for kind, type_ in _TYPES_OF_KEYS.items() if isinstance(keys[0], kind))
        given = [key for (key,) in _kept([(key,) for key in keys], (0,))] if type_ == "text" else keys
        asked = {**dict(zip(self._fixed, fixed, strict=True)), KEY: KINDS[type_](given)}
        return list(connection.exec_driver_sql(self._texts[type_], asked).all())


def together(construct: ClauseElement, dialect: Dialect, names: Sequence[str]) -> Copied | Arrays:
    return (Copied if isinstance(construct, Insert) else Arrays)(construct, dialect, names)


def _named(dialect: Dialect) -> Dialect:
    return cast("Dialect", cast("Any", type(dialect))(paramstyle="pyformat"))


def _row_of(construct: Update, said: str, names: Sequence[str]) -> list[int]:
    """The places of the parameters that name a row: by its key, where the condition says all of it."""
    asked = dict(_EQUAL.findall(said.partition(" WHERE ")[2]))
    keys = [column.name for column in construct.table.primary_key.columns]  # type: ignore[attr-defined]
    named = keys if asked.keys() >= set(keys) else list(asked)
    return [names.index(asked[column]) for column in named]


def kept(rows: Rows) -> Rows:
    """A few rows with texts that can be kept, whatever their columns are."""
    return _kept(rows, {place for row in rows for place, value in enumerate(row) if isinstance(value, str)})


def _kept(rows: Rows, texts: Collection[int]) -> Rows:
    """`texts` are the places of texts. In this form nobody but the server would refuse the character NUL, and the
    transaction with it; and what begins like a text that was spelled for it would be read as one.
    """
    for place in texts:
        joined = "".join([row[place] or "" for row in rows])
        if "\0" in joined or "\uffff\ufffe" in joined:
            from syncengine.store.nul import without

            return [without(row) for row in rows]
    return rows
