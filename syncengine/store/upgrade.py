"""Bringing a ledger to the schema of this version. Alembic is imported only when there is something to do."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from syncengine.errors import UserError
from syncengine.store.sql.database import Database

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision there is, oldest first; a ledger only goes forward."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Raises UserError for a database that a newer version made, or that is something else: it is let go of then."""
    try:
        if not _is_present(database):
            _bring_up(database)
    except BaseException:
        database.engine.dispose()
        raise


def _is_present(database: Database) -> bool:
    with database.reading() as connection:
        return _revision(connection) == REVISIONS[-1]


def _bring_up(database: Database) -> None:
    with database.writing() as connection:
        if _revision(connection) != REVISIONS[-1]:  # somebody else may have done it meanwhile
            _migrate(connection)


def _revision(connection: Connection) -> str:
    """The stored revision, "" for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        _must_be_empty(connection)
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    revision = "" if found is None else str(found)
    if revision and revision not in REVISIONS:
        raise UserError(
            f"a newer version of syncengine made this ledger (schema {revision})",
            remedy=f"install that version; this one knows schemas up to {REVISIONS[-1]}",
        )
    return revision


def _must_be_empty(connection: Connection) -> None:
    if inspect(connection).get_table_names():
        raise UserError("this database holds something else than a ledger", remedy="name another one with --state")


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # an index over a long ledger takes longer than a statement of a run
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
