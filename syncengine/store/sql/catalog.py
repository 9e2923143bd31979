"""What a database says of its own schema, and what it finds wrong with itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy import Connection

from syncengine.model.seal import seal_all
from syncengine.store.schema import METADATA

_SQLITE: Final = """
SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master
WHERE name NOT LIKE 'sqlite_stat%' AND type || name != 'tablesqlite_sequence'
"""
_POSTGRES: Final = """
SELECT 'column ' || c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'index ' || c.relname, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'constraint ' || o.conname, concat_ws(' ', pg_get_constraintdef(o.oid), o.convalidated)
FROM pg_constraint o WHERE o.connamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger ' || t.tgname || ' of ' || c.relname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'rule ' || r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'function ' || p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace AND p.prorettype = 'trigger'::regtype
"""
_FOUND: Final = 20

Reading = Callable[[], AbstractContextManager[Connection]]


def catalog(connection: Connection) -> Mapping[str, str]:
    """Everything that the schema is made of: what it is called, and how it is defined."""
    question = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    return dict(sorted((name, str(said)) for name, said in connection.exec_driver_sql(question)))


def tables(connection: Connection) -> frozenset[str]:
    """Those that are there, by name."""
    known = catalog(connection)
    if connection.dialect.name == "sqlite":
        return frozenset(name.partition(" ")[2] for name in known if name.startswith("table "))
    columns = (name.removeprefix("column ") for name in known if name.startswith("column "))
    return frozenset(name.partition(".")[0] for name in columns)


def sealed(connection: Connection) -> str:
    """The revision of the schema, and the seal of all that it is made of."""
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return f"{revision}:{seal_all(b'', [[list(pair) for pair in catalog(connection).items()]])}"


def flaws(reading: Reading) -> Iterator[str]:
    with reading() as connection:
        known = catalog(connection)
        sqlite = connection.dialect.name == "sqlite"
    guards = [name for name in known if name.startswith("trigger audit_refuses")]
    if len(guards) < (2 if sqlite else 1):
        yield "table audit: what refuses changes of its rows is gone"
    for table in METADATA.sorted_tables:
        if not sqlite and f"column {table.name}.{table.c.keys()[0]}" not in known:
            yield f"table {table.name}: it is gone"
        if sqlite and f"table {table.name}" not in known:
            yield f"table {table.name}: it is gone"
            continue
        yield from (f"index {index.name}: it is gone" for index in table.indexes if f"index {index.name}" not in known)
        if sqlite:
            yield from _unsound(reading, table.name)


def _unsound(reading: Reading, table: str) -> Iterator[str]:
    """One table at a time, so that nobody who writes waits for long."""
    with reading() as connection:
        for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check('{table}')").fetchmany(_FOUND):
            if said != "ok":
                yield f"table {table}: {said}"
