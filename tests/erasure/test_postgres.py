"""On PostgreSQL the values leave the database's own files as well; of the write-ahead log it is said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncengine.store.open import open_store
from tests.erasure.company import event, forget, found, kept_in, life, mark, whole
from tests.postgres import Cluster, new_database, own_cluster
from tests.scenarios.stage import Stage


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as made:
        yield made


@pytest.fixture
def stage(cluster: Cluster, tmp_path: Path) -> Iterator[Stage]:
    name = new_database(cluster.server)
    opened = Stage(tmp_path, store=open_store(cluster.server.url(name)))
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
