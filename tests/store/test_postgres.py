"""What is so only where PostgreSQL keeps the ledger: commits of unknown outcome, servers that are away, and words."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from syncengine.errors import BusyError, UserError
from syncengine.store import nul, postgres
from syncengine.store.open import engine_lock, open_store
from syncengine.store.postgres import database_url, open_database
from syncengine.store.protocol import Store
from syncengine.store.schema import METADATA
from syncengine.store.sql.database import Database
from tests.postgres import Cluster, PostgresServer, new_database, own_cluster
from tests.store.conftest import Opening
from tests.store.proxy import Cut, Wire
from tests.store.scene import Scene

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS: Final = (
    "a\0b", "\0", "a\uffff0b", "\uffff\0\uffff", "\uffff\uffff0", "\uffff\ufffe\0\ufffe\uffff", "\uffff\ufffeab",
    "\uffff\ufffeab\ufffe\uffff",
)  # fmt: skip
SECRET: Final = "pass-word-of-mine"


@pytest.fixture
def url(postgres_server: PostgresServer, empty_database: str) -> Iterator[str]:
    name = new_database(postgres_server, empty_database)
    yield postgres_server.url(name)
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server that these tests may stop."""
    with own_cluster("fsync=off") as own:
        yield own


@pytest.fixture
def stoppable(cluster: Cluster) -> str:
    return cluster.server.url(new_database(cluster.server))


# --- opening


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("postgresql://ada@host/books", "books"),
        ("postgres://host/books", "books"),
        ("postgresql+psycopg://host:5433/books?sslmode=require", "books"),
        ("postgresql:///books?host=/tmp", "books"),
    ],
)
def test_an_url_names_a_database(url: str, database: str) -> None:
    found = database_url(url)
    assert found.drivername == "postgresql+psycopg"
    assert found.database == database


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{SECRET}@host", f"postgresql://ada:{SECRET}@host/", f"postgresql+asyncpg://a:{SECRET}@h/b",
        f"postgresql://ada:{SECRET}@host:port/books", "postgresql:", "postgres",
    ],
)  # fmt: skip
def test_an_url_that_names_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(UserError, match="needs the name of a database") as caught:
        open_store(url)
    assert SECRET not in f"{caught.value} {caught.value.remedy}"


def test_a_ledger_is_made_in_an_empty_database_and_found_again(
    postgres_server: PostgresServer, postgres_database: Callable[[], str]
) -> None:  # fmt: skip
    url = postgres_server.url(postgres_database())
    first = open_store(url.replace("postgresql+psycopg", "postgres"))
    Scene(first).know("a")
    first.close()
    again = open_store(url)
    assert [r["entity"] for r in again.dump()["records"]] == ["a"]
    again.close()


def test_a_database_that_holds_something_else_is_left_alone(
    postgres_server: PostgresServer, postgres_database: Callable[[], str]
) -> None:  # fmt: skip
    name = postgres_database()
    postgres_server.execute("CREATE TABLE invoices (id int)", name)
    with pytest.raises(UserError, match="something else than a ledger"):
        open_store(postgres_server.url(name))


def test_a_database_that_is_not_there_is_a_users_mistake(postgres_server: PostgresServer) -> None:
    with pytest.raises(UserError, match="does not exist") as caught:
        open_store(postgres_server.url("nowhere"))
    assert caught.value.remedy


def test_a_database_of_another_encoding_is_refused(postgres_server: PostgresServer) -> None:
    name = new_database(postgres_server, "template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(UserError, match="LATIN1"):
        open_store(postgres_server.url(name))
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_server_that_is_too_old_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OLDEST", 990000)
    with pytest.raises(UserError, match="is kept by PostgreSQL") as caught:
        open_store(url)
    assert "13 or newer" in caught.value.remedy


def test_several_engines_may_work_on_it(url: str) -> None:
    with engine_lock(url, "run", NOW), engine_lock(url, "run", NOW) as second:
        assert second is None


def test_texts_are_sorted_by_code_points_whatever_the_database_was_made_for(database: Database) -> None:
    with database.reading() as connection:
        odd = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        ).all()
        known = connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").scalar_one()
    assert odd == []
    assert known == len(METADATA.tables) + 1


def test_commits_are_flushed_even_where_the_database_says_they_need_not_be(
    postgres_server: PostgresServer, postgres_database: Callable[[], str]
) -> None:  # fmt: skip
    name = postgres_database()
    postgres_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    assert setting(postgres_server.url(name), "synchronous_commit") == "on"
    postgres_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = remote_apply")
    assert setting(postgres_server.url(name), "synchronous_commit") == "remote_apply"


def setting(url: str, name: str) -> str:
    opened = open_database(url)
    with opened.reading() as connection:
        found = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
    opened.engine.dispose()
    return str(found)


@pytest.mark.parametrize("deed", ["UPDATE audit SET body = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_audit_rows_can_only_be_added(url: str, database: Database, deed: str) -> None:
    store = open_store(url)
    Scene(store)
    before = list(store.entries())
    with pytest.raises(IntegrityError, match="append-only"), database.writing() as connection:
        connection.exec_driver_sql(deed)
    assert list(store.entries()) == before
    store.close()


def test_a_reader_sees_one_moment_and_changes_nothing(url: str, database: Database) -> None:
    store = open_store(url)
    scene = Scene(store)
    count = "SELECT count(*) FROM records"
    with database.reading() as connection:
        assert connection.exec_driver_sql(count).scalar_one() == 0
        scene.know("a")
        assert connection.exec_driver_sql(count).scalar_one() == 0
    with pytest.raises(BusyError, match="only be read"), database.reading() as connection:
        connection.exec_driver_sql("DELETE FROM rechecks")
    store.close()


# --- commits of unknown outcome


@pytest.fixture
def wire(postgres_server: PostgresServer) -> Iterator[Wire]:
    folder = postgres_server.address.query["host"]
    with Wire(Path(str(folder))) as wire:
        yield wire


@pytest.fixture
def wired(wire: Wire, url: str) -> Iterator[Store]:
    """A store behind the wire."""
    store = open_store(make_url(url).set(query={"host": str(wire.folder)}).render_as_string(hide_password=False))
    yield store
    store.close()


def test_a_commit_whose_answer_is_lost_counts_as_what_it_was(wire: Wire, wired: Store, url: str) -> None:
    scene = Scene(wired)
    wire.cut = Cut.AFTER
    scene.know("a")
    assert wire.cuts == 1
    assert scene.record("a").revision == 1
    scene.know("b")
    assert kept(url) == ["a", "b"]


def test_a_commit_that_never_arrived_is_told_as_a_temporary_error(wire: Wire, wired: Store, url: str) -> None:
    scene = Scene(wired)
    wire.cut = Cut.BEFORE
    with pytest.raises(BusyError, match="does not answer, or the connection to it broke"):
        scene.know("a")
    assert wire.cuts == 1
    assert kept(url) == []
    scene.know("a")
    assert kept(url) == ["a"]


def test_a_commit_that_was_cut_blindly_is_told_as_the_ledger_has_it(wire: Wire, wired: Store, url: str) -> None:
    scene = Scene(wired)
    told: list[str] = []
    for number in range(10):
        wire.cut = Cut.BLIND
        try:
            scene.know(f"a{number}")
        except BusyError:
            continue
        told.append(f"a{number}")
    assert wire.cuts == 10
    assert kept(url) == told


def kept(url: str) -> list[str]:
    store = open_store(url)
    found = [str(record["entity"]) for record in store.dump()["records"]]
    store.close()
    return found


def test_a_connection_that_broke_while_nobody_used_it_is_replaced(url: str, postgres_server: PostgresServer) -> None:
    store = open_store(url)
    scene = Scene(store)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
    postgres_server.execute(ended.format(make_url(url).database))
    assert scene.due() == []
    postgres_server.execute(ended.format(make_url(url).database))
    scene.know("a")
    store.close()


# --- a server that is away, full, or cannot be written


def test_a_stopped_server_is_waited_for_by_whoever_comes_again(stoppable: str, cluster: Cluster) -> None:
    store = open_store(stoppable)
    scene = Scene(store)
    scene.know("a")
    cluster.stop()
    for ask in (lambda: scene.record("a"), lambda: scene.know("b"), lambda: open_store(stoppable)):
        with pytest.raises(BusyError) as caught:
            ask()
        assert caught.value.remedy
        assert caught.value.retry_after
    cluster.start()
    scene.know("b")
    assert sorted(str(r["entity"]) for r in store.dump()["records"]) == ["a", "b"]
    store.close()


def test_a_server_that_stops_in_the_middle_keeps_nothing_of_the_transaction(stoppable: str, cluster: Cluster) -> None:
    store = open_store(stoppable)
    scene = Scene(store)
    with pytest.raises(BusyError):
        write_across_a_stop(store, cluster)
    assert scene.begin().id == 2
    store.close()


def write_across_a_stop(store: Store, cluster: Cluster) -> None:
    with store._database.writing() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("UPDATE ledger SET project = 'other'")
        cluster.stop()
        cluster.start()
        connection.exec_driver_sql("UPDATE ledger SET project = 'another'")


@pytest.mark.parametrize("how", ["ALTER DATABASE {} SET default_transaction_read_only = on"])
def test_a_database_that_can_only_be_read_says_so(url: str, postgres_server: PostgresServer, how: str) -> None:
    name = make_url(url).database or ""
    open_store(url).close()
    postgres_server.execute(how.format(name))
    store = open_store(url)
    with pytest.raises(BusyError, match="can only be read at present"):
        Scene(store)
    assert store.due_inputs(1) == []
    store.close()


def test_a_writer_that_is_not_done_is_waited_for_so_long_and_no_longer(
    url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(postgres, "_SETTLE_IN", postgres._SETTLE_IN.replace("'10s'", "'50ms'"))
    store = open_store(url)
    with database.writing(), pytest.raises(BusyError, match="another process is writing"):
        Scene(store)
    Scene(store)
    store.close()


def test_a_user_who_may_not_write_there_is_told_so(
    postgres_server: PostgresServer, postgres_database: Callable[[], str]
) -> None:  # fmt: skip
    name = postgres_database()
    role = f"poor_{name}"
    postgres_server.execute(f"CREATE ROLE {role} LOGIN")
    url = make_url(postgres_server.url(name)).set(username=role).render_as_string(hide_password=False)
    try:
        with pytest.raises(UserError, match="does not allow"):
            open_store(url)
    finally:
        postgres_server.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.DiskFull, BusyError),
        (errors.OutOfMemory, BusyError),
        (errors.TooManyConnections, BusyError),
        (errors.AdminShutdown, BusyError),
        (errors.CrashShutdown, BusyError),
        (errors.CannotConnectNow, BusyError),
        (errors.QueryCanceled, BusyError),
        (errors.DeadlockDetected, BusyError),
        (errors.SerializationFailure, BusyError),
        (errors.LockNotAvailable, BusyError),
        (errors.IdleInTransactionSessionTimeout, BusyError),
        (errors.ReadOnlySqlTransaction, BusyError),
        (errors.IoError, BusyError),
        (errors.ConnectionFailure, BusyError),
        (errors.InvalidPassword, UserError),
        (errors.InvalidCatalogName, UserError),
        (errors.InsufficientPrivilege, UserError),
        (errors.DataCorrupted, UserError),
        (errors.UndefinedTable, UserError),
    ],
)
def test_every_trouble_with_the_server_is_told_with_what_to_do(
    database: Database, error: type[psycopg.Error], kind: type
) -> None:  # fmt: skip
    explained = database.explain(error(f"the row holds {SECRET}"))
    assert type(explained) is kind
    assert explained is not None
    assert explained.remedy
    assert SECRET not in f"{explained} {explained.remedy}"


@pytest.mark.parametrize("error", [errors.UniqueViolation, errors.SyntaxError, errors.UndefinedColumn, ValueError])
def test_a_mistake_of_ours_is_not_explained_away(database: Database, error: type[Exception]) -> None:
    assert database.explain(error("x")) is None


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{SECRET}@127.0.0.1:9/books",
        f"postgresql://ada@127.0.0.1:9/books?password={SECRET}",
        f"postgresql://{SECRET}:{SECRET}@127.0.0.1:9/books?connect_timeout=1&sslpassword={SECRET}",
        f"postgresql://ada:{SECRET}@127.0.0.1:9/books?nonsense={SECRET}",
        f"postgresql://ada:{SECRET}@127.0.0.1:9/books?sslmode={SECRET}",
    ],
)
def test_no_error_shows_a_password(url: str) -> None:
    with pytest.raises((BusyError, UserError)) as caught:
        open_store(url)
    shown = f"{caught.value} {caught.value.remedy}"
    assert SECRET not in shown
    assert "books" in shown


def test_a_wrong_password_is_a_users_mistake(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'connection failed: FATAL:  password authentication failed for user "ada"'
    database = open_database(url)
    assert isinstance(database.explain(psycopg.OperationalError(said)), UserError)
    assert isinstance(database.explain(psycopg.OperationalError("FATAL:  sorry, too many clients already")), BusyError)


# --- texts


def test_a_text_with_the_character_nul_is_kept_as_it_is(ledger: Opening) -> None:
    store = ledger()
    scene = Scene(store)
    for text in TEXTS:
        scene.store.set_pause(scene.session, f"flow:{text}", True, f"because {text}", scene.now)
        assert f"flow:{text}" in store.switches().paused
    assert len(store.switches().paused) == len(TEXTS)
    assert store.cursor("\0") is None
    store.close()


@pytest.mark.parametrize("text", TEXTS)
def test_a_spelled_text_can_be_read(text: str) -> None:
    assert "\0" not in nul.spelled(text)
    assert nul.read(nul.spelled(text)) == text
