"""A ledger that an older version made knows of no input whom it names: that is looked up when somebody is erased."""

from pathlib import Path

import pytest

from syncengine.store.open import open_store
from tests.erasure.company import event, forget, found, kept_in, life, mark, unknown
from tests.scenarios.stage import Stage
from tests.store.older import make_older


@pytest.fixture
def older(tmp_path: Path) -> Stage:
    """Everything came before anybody thought of erasing; a new version goes on with it."""
    folder = tmp_path / "ledger"
    stage = Stage(tmp_path, store=open_store(f"sqlite:///{folder}/state.db"))
    stage.deliver([each for number in (1, 2) for each in life(number)])
    stage.deliver([event("evt_4", 1, unknown(4, 1)), event("evt_5", 2, unknown(5, 1))])
    stage.run()
    stage.store.close()
    make_older(folder / "state.db", "0003")
    stage.store = open_store(f"sqlite:///{folder}/state.db")
    return stage


def test_a_customer_is_erased_with_all_that_names_them(older: Stage) -> None:
    forget(older, "cus_1")
    left = found([mark(1), mark(2), mark(4)], kept_in(older.folder / "ledger"))
    assert mark(2) in left
    assert mark(4) in left
    assert [row for row in older.store.payloads() if row.body and b'"cus_1"' in row.body] == []


def test_somebody_whom_no_flow_reads_is_found_in_the_bodies(older: Stage) -> None:
    forget(older, "cus_4")
    assert found([mark(4), mark(5)], kept_in(older.folder / "ledger")) == [mark(5)]
    older.deliver([event("evt_6", 3, unknown(4, 2))])
    older.run()
    assert found([mark(4)], kept_in(older.folder / "ledger")) == []
