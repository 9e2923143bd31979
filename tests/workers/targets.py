"""The quickstart with its CRM and its ERP on PostgreSQL: the same tables, which log every write that they see."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.crash.writelog import COUNTER, twice
from tests.postgres import PostgresServer, new_database
from tests.quickstart.dump import KEYS, shown
from tests.quickstart.oracle import Dump
from tests.quickstart.workspace import QUICKSTART, Workspace

SYSTEMS = ("crm", "erp")
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage"
_LOG = """
CREATE TABLE write_log (n BIGINT GENERATED ALWAYS AS IDENTITY, what TEXT, target TEXT, key TEXT, content TEXT);
CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO write_log (what, target, key, content)
  SELECT lower(TG_OP), TG_TABLE_NAME, to_jsonb(new) ->> TG_ARGV[1],
         (to_jsonb(new) - TG_ARGV[0] - 'version')::text;
  RETURN new;
END $$;
"""
_COUNT = """
CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock(TG_RELID::bigint);  -- whoever commits later has the higher version
  EXECUTE format('SELECT coalesce(max(version), 0) + 1 FROM %I', TG_TABLE_NAME) INTO new.version;
  RETURN new;
END $$;
"""


class OnPostgres(Workspace):
    """A workspace whose targets, and whose ledger, are databases of one server."""

    def __init__(self, folder: Path, server: PostgresServer, state: str, company: Path = QUICKSTART) -> None:
        super().__init__(folder, company, state)
        self.server = server
        self.names = {system: new_database(server) for system in SYSTEMS}
        for system, name in self.names.items():
            self._found(system, name)
        file = folder / "mappings" / "environments" / "local.yaml"
        text = file.read_text("utf-8")
        for system, name in self.names.items():
            address = server.url(name)
            text = text.replace(f"sqlite:///../{system}.db", address)
        assert "sqlite:" not in text
        file.write_text(text, "utf-8")

    def holds(self, system: str) -> Dump:
        with self._connected(system) as connection:
            return shown({table: self._rows(connection, table) for table in KEYS[system]}, system)

    def written_twice(self, system: str) -> list[str]:
        with self._connected(system) as connection:
            rows = connection.execute("SELECT what, target, key, content FROM write_log ORDER BY n").fetchall()
            return twice([(row["what"], row["target"], row["key"], row["content"]) for row in rows])

    def drop(self) -> None:
        for name in self.names.values():
            self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _found(self, system: str, name: str) -> None:
        with self.server.connect(name) as connection:
            for statement in translated((self.folder / f"{system}.sql").read_text("utf-8")):
                connection.execute(statement.encode())
            self._move_in(system, connection)
            for statement in (_LOG, _COUNT):
                connection.execute(statement.encode())
            for table, (own, key) in KEYS[system].items():
                connection.execute(
                    f"CREATE TRIGGER log_write AFTER INSERT OR UPDATE ON {table} FOR EACH ROW "
                    f"EXECUTE FUNCTION log_write('{own}', '{key}')".encode()
                )
            of_tables = "table_schema = 'public' AND table_name <> 'write_log'"
            counted = f"SELECT table_name FROM information_schema.columns WHERE column_name = %s AND {of_tables}"
            for (name_of,) in connection.execute(counted.encode(), [COUNTER]).fetchall():
                connection.execute(
                    f"CREATE TRIGGER count_version BEFORE INSERT OR UPDATE ON {name_of} FOR EACH ROW "
                    "EXECUTE FUNCTION count_version()".encode()
                )

    def _move_in(self, system: str, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        """The rows that were there before the first sync, and where the numbering stands."""
        with closing(sqlite3.connect(self.database(system))) as old:
            old.row_factory = sqlite3.Row
            for (table,) in old.execute(_TABLES).fetchall():
                rows = [dict(row) for row in old.execute(f"SELECT * FROM {table}")]
                insert = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)"
                connection.execute(insert.encode(), [json.dumps(rows)])
            counts = old.execute("SELECT name, seq FROM sqlite_sequence").fetchall() if system == "erp" else []
        for table, count in counts:
            own = KEYS[system].get(table, (f"{table.removeprefix('payment_').removeprefix('payout_')}_no", ""))[0]
            connection.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, own, count])

    @contextmanager
    def _connected(self, system: str) -> Iterator["psycopg.Connection[dict[str, Any]]"]:
        with self.server.connect(self.names[system]) as plain:
            plain.row_factory = dict_row  # type: ignore[assignment]
            yield plain  # type: ignore[misc]

    def _rows(self, connection: "psycopg.Connection[dict[str, Any]]", table: str) -> list[dict[str, Any]]:
        return connection.execute(f"SELECT * FROM {table}".encode()).fetchall()


def translated(schema: str) -> list[str]:
    """The statements of a schema for SQLite, in PostgreSQL's words; its triggers, which count versions, left out."""
    text = re.sub(r"--[^\n]*", "", schema)
    text = re.sub(r"CREATE TRIGGER.*?END;", "", text, flags=re.DOTALL)
    text = text.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")
    text = text.replace("lower(hex(randomblob(6)))", "substr(md5(random()::text || clock_timestamp()::text), 1, 12)")
    text = re.sub(r"INSERT INTO sqlite_sequence[^;]*", "", text)
    return [statement for each in text.split(";") if (statement := each.strip())]
