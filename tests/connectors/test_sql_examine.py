"""What the sql connector says of a PostgreSQL database as a whole: rights, the clock, and whether it can be written."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncengine.connectors.protocol import Need
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.examine import SqlExaminer
from syncengine.errors import TemporaryError
from syncengine.vocabulary import Health
from tests.connectors.rigs import setup
from tests.postgres import PostgresServer

Look = Callable[..., SqlExaminer]
PASSWORD = "clerk"
NEED = Need(
    flow="invoice.crm", record="invoices", key="ref", reads=("note",), writes={"total": ("49.50",)},
    creates=True, updates=True,
)  # fmt: skip


@pytest.fixture
def database(postgres_server: PostgresServer, postgres_database: Callable[[], str]) -> str:
    name = postgres_database()
    table = "CREATE TABLE invoices (id serial PRIMARY KEY, ref text UNIQUE, note text, total numeric)"
    postgres_server.execute(table, name)
    return name


@pytest.fixture
def clerk(postgres_server: PostgresServer, database: str) -> Iterator[str]:
    """Somebody who may log in, and nothing else."""
    name = f"clerk_of_{database}"
    postgres_server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    postgres_server.execute(f"DROP OWNED BY {name}", database)
    postgres_server.execute(f"DROP ROLE {name}")


@pytest.fixture
def look(postgres_server: PostgresServer, database: str, tmp_path: Path) -> Iterator[Look]:
    """An examiner for somebody; "" is the owner."""
    made: list[Database] = []

    def open_as(user: str = "") -> SqlExaminer:
        settings = {"user": user, "password": PASSWORD} if user else {}
        made.append(Database(setup(tmp_path, {"address": postgres_server.url(database), **settings})))
        return SqlExaminer(made[-1])

    yield open_as
    for each in made:
        each.close()


def test_it_answers_with_its_version_and_its_clock(look: Look) -> None:
    greeting = look().greet()
    assert "PostgreSQL " in greeting.what
    assert greeting.at is not None
    assert abs(greeting.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_whoever_may_do_it_all_is_told_so(look: Look) -> None:
    (found,) = look().examine(NEED)
    assert found.health is Health.OK


def test_every_right_that_is_missing_is_named(
    look: Look, clerk: str, database: str, postgres_server: PostgresServer
) -> None:
    found = look(clerk).examine(NEED)
    assert {f.health for f in found} == {Health.FAILED}
    assert [f.next.split()[1] for f in found] == ["SELECT", "INSERT", "UPDATE"]
    postgres_server.execute(f"GRANT SELECT, INSERT ON invoices TO {clerk}", database)
    (lacking,) = look(clerk).examine(NEED)
    assert "no right to UPDATE on invoices" in lacking.what
    postgres_server.execute(f"GRANT UPDATE (total) ON invoices TO {clerk}", database)
    (enough,) = look(clerk).examine(NEED)
    assert enough.health is Health.OK


def test_a_right_to_some_columns_names_the_others(
    look: Look, clerk: str, database: str, postgres_server: PostgresServer
) -> None:
    postgres_server.execute(f"GRANT SELECT (id, note), INSERT, UPDATE ON invoices TO {clerk}", database)
    (lacking,) = look(clerk).examine(NEED)
    assert "no right to SELECT of total on invoices" in lacking.what


def test_a_database_that_is_read_only_is_told(
    look: Look, database: str, postgres_server: PostgresServer
) -> None:
    postgres_server.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    (found,) = look().examine(NEED)
    assert "can only be read" in found.what


def test_a_database_that_is_not_there_is_away(
    look: Look, clerk: str, database: str, postgres_server: PostgresServer
) -> None:
    examiner = look(clerk)
    postgres_server.execute(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    with pytest.raises(TemporaryError, match="database"):
        examiner.greet()
