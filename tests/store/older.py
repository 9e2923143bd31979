"""Ledgers as older versions left them: the tables of an old revision, with rows in them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import MIGRATIONS


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def make_older(path: Path, revision: str) -> None:
    """Puts in the place of a ledger one of that revision, with all of its rows and columns that were there then."""
    old = path.with_name("older.db")
    database = open_database(old)
    with database.writing() as connection:
        migrate(connection, revision)
    database.engine.dispose()
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ATTACH ? AS new", (str(path),))
        for table in tables(connection):
            columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        connection.commit()
    old.replace(path)


def tables(connection: sqlite3.Connection) -> list[str]:
    """All that hold rows of the ledger's own."""
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name != 'alembic_version'")
    return [name for (name,) in found]
