"""Commands on a ledger that PostgreSQL keeps: what they find, what they say when it is away, and what they hide."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.store.open import open_store
from tests.postgres import PostgresServer, postgres_database, postgres_server
from tests.store.scene import Scene, busy

__all__ = ["postgres_database", "postgres_server"]

Capture = pytest.CaptureFixture[str]
SECRET = "pass-word-of-mine"
LOOKING = [["trace", "in_1"], ["audit", "verify"], ["dlq", "list"], ["dlq", "show", "action:1"]]


@pytest.fixture
def empty(postgres_server: PostgresServer, postgres_database: Callable[[], str]) -> str:
    return postgres_server.url(postgres_database())


@pytest.fixture
def url(empty: str) -> str:
    """A ledger with a little of everything."""
    store = open_store(empty)
    scene = Scene(store)
    busy(scene)
    store.close_session(scene.session, scene.now)
    store.close()
    return empty


def tables(url: str, server: PostgresServer) -> list[tuple[object, ...]]:
    with server.connect(make_url(url).database or "") as connection:
        return connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()


@pytest.mark.parametrize("words", LOOKING)
def test_looking_makes_no_ledger_where_there_is_none(
    empty: str, postgres_server: PostgresServer, capsys: Capture, words: list[str]
) -> None:  # fmt: skip
    assert door(cli, [*words, "--state", empty]) == Exit.USAGE
    assert "there is no ledger yet" in capsys.readouterr().err
    assert tables(empty, postgres_server) == []


def test_a_whole_trail_is_said_to_be_whole(url: str, capsys: Capture) -> None:
    assert door(cli, ["audit", "verify", "--state", url]) == 0
    assert capsys.readouterr().out.startswith("the audit trail is whole")


def test_a_changed_row_is_found(url: str, postgres_server: PostgresServer, capsys: Capture) -> None:
    postgres_server.execute("UPDATE payloads SET body = 'evil' WHERE id = 2", make_url(url).database or "")
    assert door(cli, ["audit", "verify", "--state", url]) == 1
    assert "broken" in capsys.readouterr().out


def test_a_trace_tells_of_a_record(url: str, capsys: Capture) -> None:
    assert door(cli, ["trace", "in_a", "--state", url]) == 0
    assert "in_a" in capsys.readouterr().out


def test_an_url_may_stand_in_a_variable(url: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER", make_url(url).set(password=SECRET).render_as_string(hide_password=False))
    assert door(cli, ["audit", "verify", "--state", "env:LEDGER"]) == 0
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize("words", LOOKING)
def test_a_server_that_is_away_is_a_temporary_failure_in_words(
    words: list[str], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("LEDGER", f"postgresql://ada:{SECRET}@/books?host={tmp_path}")
    assert door(cli, [*words, "--state", "env:LEDGER"]) == Exit.TEMPORARY
    said = capsys.readouterr()
    assert "the database books" in said.err
    assert SECRET not in said.out + said.err
    assert "Traceback" not in said.err


def test_a_database_that_is_not_there_is_a_users_mistake(url: str, capsys: Capture) -> None:
    nowhere = make_url(url).set(database="nowhere").render_as_string(hide_password=False)
    assert door(cli, ["audit", "verify", "--state", nowhere]) == Exit.USAGE
    assert "does not exist" in capsys.readouterr().err
