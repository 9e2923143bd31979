"""Many rows in one message on PostgreSQL change the same as one after the other."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from syncengine.store.postgres import open_database
from syncengine.store.schema.column import Text
from syncengine.store.sql import arrays
from syncengine.store.sql.arrays import FEW
from syncengine.store.sql.statement import Bulk, Many, insert
from tests.postgres import PostgresServer, new_database

THINGS: Final = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("flow", Text),
    Column("size", BigInteger),
    Column("live", Integer),
    Column("body", LargeBinary),
    Column("fence", BigInteger),
)
ADD: Final = insert(THINGS)
GROW: Final = Bulk(
    update(THINGS)
    .where(THINGS.c.id == bindparam("row"), THINGS.c.size == bindparam("read"))
    .values(size=bindparam("new"), flow=bindparam("of"), fence=THINGS.c.fence + literal_column("1")),
    "of", "new", "row", "read",
)  # fmt: skip
DROP: Final = Bulk(
    THINGS.delete().where(THINGS.c.flow == bindparam("of"), THINGS.c.id == bindparam("row")), "of", "row"
)  # fmt: skip
BY_FLOW: Final = Many(
    lambda keys: select(THINGS).where(THINGS.c.size >= bindparam("least"), THINGS.c.flow.in_(keys)), "least"
)  # fmt: skip
BY_BODY: Final = Many(lambda keys: select(THINGS.c.id).where(THINGS.c.body.in_(keys)))
BY_ID: Final = Many(lambda keys: select(THINGS.c.id, THINGS.c.size).where(THINGS.c.id.in_(keys)))
MANY: Final = 300


@pytest.fixture
def connection(postgres_server: PostgresServer) -> Iterator[Connection]:
    name = new_database(postgres_server)
    database = open_database(postgres_server.url(name))
    with database.writing() as connection:
        THINGS.create(connection)
        yield connection
    database.engine.dispose()
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def row(number: int, **said: Any) -> tuple[Any, ...]:
    known = {"id": number, "flow": f"flow {number}", "size": 10 * number, "live": None, "body": bytes([number % 256])}
    return tuple({**known, "fence": 0, **said}.values())


def everything(connection: Connection) -> list[tuple[Any, ...]]:
    return [tuple(each) for each in connection.execute(select(THINGS).order_by(THINGS.c.id))]


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, MANY])
def test_rows_are_kept_with_every_column_as_it_was(connection: Connection, count: int) -> None:
    rows = [row(n, live=n if n % 2 else None, flow=None if n % 3 else "ü \\ \t\n'") for n in range(count)]
    assert ADD.run(connection, rows) == count
    assert everything(connection) == rows


@pytest.mark.parametrize("count", [1, FEW + 1])
def test_a_row_that_is_there_already_is_refused_like_any_other(connection: Connection, count: int) -> None:
    ADD.run(connection, [row(0)])
    with pytest.raises(IntegrityError), connection.begin_nested():
        ADD.run(connection, [row(n) for n in range(count)])
    assert everything(connection) == [row(0)]


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MANY])
def test_rows_change_one_by_one_or_together_alike(connection: Connection, count: int) -> None:
    ADD.run(connection, [row(n) for n in range(count + 3)])
    stale = [("stale", 1, n, -1) for n in range(count, count + 3)]
    assert GROW.run(connection, [(f"of {n}", n, n, 10 * n) for n in range(count)] + stale) == count
    changed = [row(n, size=n, flow=f"of {n}", fence=1) for n in range(count)]
    assert everything(connection) == changed + [row(n) for n in range(count, count + 3)]


def test_changes_of_one_row_take_effect_one_after_the_other(connection: Connection) -> None:
    ADD.run(connection, [row(n) for n in range(MANY)])
    steps = [("x", 10 * n + step, n, 10 * n + step - 1) for n in range(MANY) for step in (1, 2)]
    assert GROW.run(connection, steps) == 2 * MANY
    assert [each[2] for each in everything(connection)] == [10 * n + 2 for n in range(MANY)]


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MANY])
def test_rows_are_removed_that_fit_in_every_column(connection: Connection, count: int) -> None:
    ADD.run(connection, [row(n) for n in range(count + 1)])
    wrong = [("another", count)]
    assert DROP.run(connection, [*((f"flow {n}", n) for n in range(count)), *wrong, ("flow 0", 0)]) == count
    assert everything(connection) == [row(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 900])
def test_any_number_of_keys_of_any_kind_is_answered(connection: Connection, count: int) -> None:
    ADD.run(connection, [row(n, body=f"{n}".encode()) for n in range(1000)])
    keys = range(count)
    assert sorted(each[0] for each in BY_ID.rows(connection, keys)) == list(keys)
    assert sorted(each[0] for each in BY_BODY.rows(connection, [f"{n}".encode() for n in keys])) == list(keys)
    found = BY_FLOW.rows(connection, [f"flow {n}" for n in keys], 5000)
    assert sorted(each[0] for each in found) == [n for n in keys if n >= 500]


@pytest.mark.parametrize("count", [1, FEW + 1])
def test_a_text_with_the_character_nul_goes_every_way(connection: Connection, count: int) -> None:
    names = [f"\0 {n}" if n % 2 == 0 else f"plain {n}" for n in range(count)]
    ADD.run(connection, [row(n, flow=name) for n, name in enumerate(names)])
    assert sorted(each.flow for each in BY_FLOW.rows(connection, names, 0)) == sorted(names)
    assert GROW.run(connection, [(f"now {name}", n, n, 10 * n) for n, name in enumerate(names)]) == count
    assert [each[1] for each in everything(connection)] == [f"now {name}" for name in names]
    assert DROP.run(connection, [(f"now {name}", n) for n, name in enumerate(names)]) == count


def test_the_layer_is_in_use(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else these tests would say nothing."""
    for kind in (arrays.Copied, arrays.Arrays):
        monkeypatch.setattr(kind, "run", lambda *_, kind=kind: kind.__name__)
    assert str(ADD.run(connection, [row(n) for n in range(FEW + 1)])) == "Copied"
    assert str(GROW.run(connection, [("x", n, n, 0) for n in range(FEW + 1)])) == "Arrays"


@pytest.mark.parametrize("text", ["a\0b", "\uffff\ufffea", "\uffff\ufffea\ufffe\uffff"])
@pytest.mark.parametrize("count", [1, 2, FEW + 1])
def test_a_text_that_has_to_be_spelled_is_read_as_it_was(connection: Connection, text: str, count: int) -> None:
    ADD.run(connection, [(n, text, 1, 1, b"", 0) for n in range(count)])
    assert {row.flow for row in connection.execute(select(THINGS.c.flow))} == {text}
    assert GROW.run(connection, [(f"{text}{n}", 2, n, 1) for n in range(count)]) == count
    assert len(BY_FLOW.rows(connection, [f"{text}{n}" for n in range(count)], 1)) == count
