"""Readings that nobody could be asked for: a run that finds the system back asks at once."""

from datetime import timedelta

import pytest

from syncengine.engine.root import open_writers
from syncengine.engine.run import Done, run
from tests.engine.events import customer
from tests.scenarios.stage import Stage


def run_at_once(stage: Stage) -> Done:
    with stage.open_world() as world:
        return run(world, open_writers(world), {"stripe": stage.folder / "inbox"})


@pytest.fixture
def doubted(stage: Stage) -> Stage:
    """Two changes within one second, and nowhere to read which of them was later."""
    (stage.folder / "snapshots").rename(stage.folder / "away")
    stage.deliver([customer("evt_1", name="One"), customer("evt_2", name="Two")])
    return stage


def test_what_was_away_is_asked_by_the_next_run_however_soon_it_comes(doubted: Stage) -> None:
    assert "stripe" in run_at_once(doubted).away
    assert doubted.table("crm", "accounts") == {}
    (doubted.folder / "away").rename(doubted.folder / "snapshots")
    doubted.snapshot("customers", customer("read", name="Two")["object"])
    assert run_at_once(doubted).away == {}
    assert doubted.table("crm", "accounts")["cus_1"]["name"] == "Two"


def test_what_is_there_and_says_nothing_is_left_alone_for_a_while(doubted: Stage) -> None:
    (doubted.folder / "away").rename(doubted.folder / "snapshots")
    run_at_once(doubted)
    doubted.snapshot("customers", customer("read", name="Two")["object"])
    run_at_once(doubted)
    assert doubted.table("crm", "accounts") == {}
    doubted.clock.advance(timedelta(minutes=5))
    run_at_once(doubted)
    assert doubted.table("crm", "accounts")["cus_1"]["name"] == "Two"
