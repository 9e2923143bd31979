"""Bringing a ledger to the schema of this version. Alembic is imported only when there is something to do."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from syncengine.errors import UserError
from syncengine.store.sql.database import Database

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
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


def is_begun(database: Database) -> bool:
    """Whether a database holds a ledger, of whatever version. It is let go of."""
    try:
        with database.reading() as connection:
            return bool(_revision(connection))
    finally:
        database.engine.dispose()


def _is_present(database: Database) -> bool:
    with database.reading() as connection:
        return _revision(connection) == REVISIONS[-1]


def _bring_up(database: Database) -> None:
    with database.writing() as connection:
        if _revision(connection) != REVISIONS[-1]:  # somebody else may have done it meanwhile
            _migrate_in_words(database, connection)


def _revision(connection: Connection) -> str:
    """The stored revision, "" for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        _must_be_empty(connection)
        return ""
    found = [str(word) for word in connection.execute(text("SELECT version_num FROM alembic_version")).scalars()]
    if len(found) != 1 or not found[0]:
        raise UserError(
            "this ledger does not say which schema it has: somebody changed its table alembic_version",
            remedy="restore it from a backup",
        )
    (revision,) = found
    if revision not in REVISIONS:
        raise UserError(
            f"a newer version of syncengine made this ledger (schema {revision})",
            remedy=f"install that version; this one knows schemas up to {REVISIONS[-1]}",
        )
    return revision


def _must_be_empty(connection: Connection) -> None:
    if inspect(connection).get_table_names():
        raise UserError("this database holds something else than a ledger", remedy="name another one with --state")


def _migrate_in_words(database: Database, connection: Connection) -> None:
    """A ledger that has what a migration is to add says that it is older than it is."""
    said = _revision(connection)
    try:
        _migrate(connection)
    except DBAPIError as error:
        if error.orig is None or database.explain(error.orig) is not None:
            raise
        raise UserError(
            f"this ledger says that its schema is {said}, and it is not: somebody changed one of the two",
            remedy="restore it from a backup",
        ) from error


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # an index over a long ledger takes longer than a statement of a run
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
