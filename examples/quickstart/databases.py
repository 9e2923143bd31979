"""Make the two target databases, crm.db and erp.db, beside this file, where they are not there yet.

    python examples/quickstart/databases.py            # leaves databases that exist alone
    python examples/quickstart/databases.py --reset    # empties both
    python examples/quickstart/databases.py --show     # prints what is in them
"""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
NAMES = ("crm", "erp")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    for name in NAMES:
        database = HERE / f"{name}.db"
        if args.reset:
            remove(database)
        if not database.exists():
            create(database, HERE / f"{name}.sql")
        if args.show:
            show(database)


def remove(database: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def create(database: Path, schema: Path) -> None:
    """Whole or not at all: built under another name, then put in place."""
    unfinished = database.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.executescript(schema.read_text("utf-8"))
    unfinished.replace(database)


def show(database: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage"
        )
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # the name comes from the schema itself
            print(f"\n{database.name}: {table}")
            print(" | ".join(column[0] for column in rows.description))
            for row in rows:
                print(" | ".join("" if value is None else str(value) for value in row))


if __name__ == "__main__":
    main()
