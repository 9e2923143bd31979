"""The hot questions are answered from an index over the work that is left, however long the ledger grows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Select, bindparam
from sqlalchemy.dialects import sqlite

from syncengine.store.sql import actions, attempts, holds, inputs, lanes, records, settling, waits
from syncengine.store.sql.database import Database
from syncengine.store.sql.share import Shared
from syncengine.store.sql.statement import Many
from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import upgrade

Question = Select[tuple[object]] | Shared | Many


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = open_database(Path(tmp_path_factory.mktemp("plans")) / "state.db")
    upgrade(made)
    yield made
    made.engine.dispose()


def plan(database: Database, asked: Question) -> str:
    statement = asked.whole if isinstance(asked, Shared) else asked
    if isinstance(statement, Many):
        statement = statement._build([bindparam("key_0"), bindparam("key_1")])
    compiled = statement.compile(dialect=sqlite.dialect())
    with database.reading() as connection:
        given = ("1",) * len(compiled.positiontup or ())
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", given)
        return "\n".join(row[-1] for row in rows)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (inputs._DUE, "ix_inbox_due"),
        (inputs._ANY_UNLINKED, "ix_inbox_waiting"),
        (inputs._WAITING, "ix_inbox_waiting"),
        (lanes._READY, "ix_actions_ready"),
        (lanes._READY, "uq_actions_lane"),
        (lanes._PREPARED, "ix_actions_deferred"),
        (lanes._DOUBTS, "ix_actions_deferred"),
        (lanes._NEXT_ACTION, "ix_actions_deferred"),
        (lanes._NEXT_WANT, "ix_wants_due"),
        (actions._REPLACEABLE, "ix_actions_replaceable"),
        (actions._IN_FLIGHT, "uq_actions_lane"),
        (attempts.OF_ACTIONS, "sqlite_autoindex_attempts"),
        (holds._ANY_OPEN, "ix_holds_open"),
        (holds._ABOUT, "ix_holds_open"),
        (records._LINKED, "sqlite_autoindex_links"),
        (settling._ON_THE_WAY, "ix_attempts_unsettled"),
        (waits._LEFT, "sqlite_autoindex_waits"),
    ],
)
def test_a_hot_question_goes_by_its_index(database: Database, asked: Question, index: str) -> None:
    told = plan(database, asked)
    assert index in told
    assert not [line for line in told.splitlines() if line.startswith("SCAN") and " USING " not in line]


@pytest.mark.parametrize("asked", [inputs._DUE, lanes._READY])
def test_a_queue_is_read_in_its_order_without_sorting(database: Database, asked: Select[tuple[object]]) -> None:
    assert "TEMP B-TREE" not in plan(database, asked)
