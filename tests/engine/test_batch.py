"""Flows that are written on a schedule: what opens and closes them, and what a crash in between leaves behind."""

from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from syncengine.engine.batch import closed_flows, next_batches
from syncengine.engine.root import open_writers
from syncengine.engine.run import run
from syncengine.engine.summary import as_json, as_text
from syncengine.vocabulary import Phase
from tests.engine.events import customer, invoice
from tests.engine.test_built_in import Crashing, run_into_a_crash
from tests.scenarios.stage import NOON, Stage

ERP = "invoice.erp"
SEVERAL = 8
"""Boundaries that a run with something to write passes at least."""


@pytest.fixture
def batched(tmp_path: Path) -> Stage:
    return at_the_start(tmp_path / "it")


def at_the_start(folder: Path) -> Crashing:
    """An invoice that stands in the ERP since 13:00; the ERP takes its next batch at 18:00."""
    folder.mkdir()
    stage = Crashing(folder, "batched")
    stage.deliver([customer("evt_c"), invoice("evt_1")])
    stage.run()
    return stage


def total(stage: Stage) -> object:
    return stage.table("erp", "invoices")["in_1"]["total"]


def open_flows(stage: Stage) -> bool:
    with stage.open_world() as world:
        return ERP not in closed_flows(world, [ERP])


def test_a_flow_is_closed_until_its_schedule_fires(batched: Stage) -> None:
    assert not open_flows(batched)
    batched.clock.advance(timedelta(hours=5) - timedelta(seconds=1))
    assert not open_flows(batched)
    batched.clock.advance(timedelta(seconds=1))
    assert open_flows(batched)


def test_a_run_that_was_stopped_closes_nothing(batched: Stage) -> None:
    batched.clock.advance(timedelta(hours=6))
    with batched.open_world() as world:
        run(world, open_writers(world), {}, stop=lambda: True)
    assert open_flows(batched)


def test_the_next_batch_is_told_of_flows_in_which_something_waits(batched: Stage) -> None:
    assert batched.done is not None
    assert batched.done.batches == {}
    batched.deliver([invoice("evt_2", 20, total=200)])
    batched.run()
    assert batched.done.batches == {ERP: NOON + timedelta(hours=6)}
    assert batched.tally is not None
    said = as_json(batched.tally, batched.done)
    assert said["batches"] == [{"flow": ERP, "next_at": "2026-06-01T18:00:00Z"}]
    line = "batch      invoice.erp: what is ready waits for the next one, at 2026-06-01T18:00:00Z"
    assert line in as_text(batched.tally, batched.done).splitlines()


def test_a_run_waits_for_no_batch(batched: Stage) -> None:
    batched.deliver([invoice("evt_2", 20, total=200)])
    batched.clock.advance(timedelta(hours=5) - timedelta(hours=1) - timedelta(seconds=3))  # a run is an hour later
    before = batched.clock.now() + timedelta(hours=1)
    batched.run()
    assert batched.clock.now() == before
    assert total(batched) == 100


def test_what_was_decided_for_a_batch_is_judged_again_when_it_goes(batched: Stage) -> None:
    batched.deliver([invoice("evt_2", 20, total=200)])
    batched.run()
    batched.phase("erp-export", Phase.OBSERVE)
    batched.clock.advance(timedelta(hours=6))
    batched.run()
    assert total(batched) == 100


def test_a_flow_that_the_map_no_longer_has_waits_for_nothing(batched: Stage) -> None:
    batched.deliver([invoice("evt_2", 20, total=200)])
    batched.run()
    with batched.open_world() as world:
        assert list(next_batches(world)) == [ERP]
        without = {name: flow for name, flow in world.plan.flows.items() if name != ERP}
        object.__setattr__(world.plan, "flows", without)
        assert next_batches(world) == {}


def test_a_crash_at_any_step_of_a_batch_is_made_up_for_by_the_next_run(tmp_path: Path) -> None:
    """Whatever had come in before the schedule fired is in the ERP when the batch is through."""
    for nth in count(1):
        stage = at_the_start(tmp_path / f"{nth}")
        stage.clock.advance(timedelta(hours=3))
        stage.deliver([invoice("evt_2", 20, total=200)])
        stage.run()
        stage.deliver([invoice("evt_3", 30, total=300)])
        crashed = run_into_a_crash(stage, nth)
        if crashed:
            stage.run()
        assert total(stage) == 300
        if not crashed:
            break
    assert nth > SEVERAL
