"""On PostgreSQL the values leave the database's own files as well; of the write-ahead log it is said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncengine.errors import BusyError
from syncengine.store.open import open_store
from tests.erasure.company import event, forget, found, kept_in, life, mark, whole
from tests.postgres import Cluster, new_database, own_cluster
from tests.scenarios.stage import Stage


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as made:
        yield made


@pytest.fixture
def database(cluster: Cluster) -> str:
    return new_database(cluster.server)


@pytest.fixture
def stage(cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Stage]:
    opened = Stage(tmp_path, store=open_store(cluster.server.url(database)))
    yield opened
    opened.store.close()


def in_files(cluster: Cluster) -> bytes:
    """Every byte of the tables, flushed."""
    cluster.server.execute("CHECKPOINT")
    return kept_in(cluster.data / "base") + kept_in(cluster.data / "global")


def test_no_byte_of_them_is_left_in_the_tables(stage: Stage, cluster: Cluster) -> None:
    stage.deliver([each for number in (1, 2) for each in life(number)])
    stage.run()
    assert found([mark(1), mark(2)], in_files(cluster)) == [mark(1), mark(2)]
    report = forget(stage, "cus_1")
    assert "write-ahead log" in json.dumps(report.beyond)
    assert found([mark(1), mark(2)], in_files(cluster)) == [mark(2)]
    assert whole(stage) == ()
    stage.deliver([event("evt_again", 9000, life(1)[0]["object"])])
    stage.run()
    assert found([mark(1)], in_files(cluster)) == []
    assert not forget(stage, "cus_1").counts


def test_it_is_said_while_an_older_transaction_keeps_old_rows(stage: Stage, cluster: Cluster, database: str) -> None:
    stage.deliver([each for number in (3, 4) for each in life(number)])
    stage.run()
    with cluster.server.connect(database) as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM sessions")
        with pytest.raises(BusyError, match="for a transaction that began before"):
            forget(stage, "cus_3")
        assert found([mark(3)], in_files(cluster)) == [mark(3)]
    assert not forget(stage, "cus_3").counts
    assert found([mark(3)], in_files(cluster)) == []


def test_no_statistics_tell_of_them(stage: Stage, cluster: Cluster, database: str) -> None:
    stage.deliver(life(5))
    stage.run()
    with cluster.server.connect(database) as owner:
        owner.execute("ALTER TABLE payloads ALTER body SET STATISTICS 2")  # few: more would be compressed
        owner.execute("ANALYZE payloads")
        asked = "SELECT pg_relation_filepath('pg_statistic')"
        ((before,),) = owner.execute(asked)
        owner.execute("CHECKPOINT")
        assert found([mark(5)], (cluster.data / str(before)).read_bytes())
        forget(stage, "cus_5")
        ((after,),) = owner.execute(asked)
    assert not found([mark(5)], (cluster.data / str(after)).read_bytes())
