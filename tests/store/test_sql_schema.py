"""The schema as the code knows it and the schema that the migrations make are one."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from syncengine.errors import UserError
from syncengine.store import upgrade as upgrading
from syncengine.store.open import open_store
from syncengine.store.schema import METADATA
from syncengine.store.sql.database import Database
from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import MIGRATIONS, REVISIONS, upgrade


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = open_database(tmp_path / "state.db")
    upgrade(made)
    return made


def test_a_comparison_of_both_finds_nothing(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, METADATA)
    assert found == []


def _statements(connection: object) -> set[str]:
    rows = connection.execute(  # type: ignore[attr-defined]
        text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type != 'trigger' AND name != 'alembic_version'")
    )
    return {_in_one_order(re.sub(r"\s+", " ", row[0]).replace('"', "")) for row in rows}  # a renamed table is quoted


def _in_one_order(statement: str) -> str:
    """The order of constraints in a table is not a difference."""
    head, _, body = statement.partition("(")
    return head + "(" + ", ".join(sorted(part.strip() for part in re.split(r",\s(?![^()]*\))", body.rstrip(")"))))


def test_every_check_and_every_condition_of_an_index_is_the_same_in_both(database: Database) -> None:
    bare = create_engine("sqlite://")
    with bare.begin() as connection:
        METADATA.create_all(connection)
        known = _statements(connection)
    with database.reading() as connection:
        made = _statements(connection)
    assert made == known


def test_every_revision_has_its_file_and_the_last_one_is_the_constant() -> None:
    files = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert files == list(REVISIONS)


def test_a_ledger_that_is_up_to_date_is_not_touched(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "_migrate", lambda _: pytest.fail("migrated again"))
    upgrade(database)


def test_a_ledger_of_a_newer_version_is_refused(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match="newer version"):
        open_store(f"sqlite:///{tmp_path / 'state.db'}")


def test_a_database_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER)"))
    with pytest.raises(UserError, match="something else"):
        open_store(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["customers"]
