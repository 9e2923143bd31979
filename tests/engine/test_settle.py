"""Settling: how long to wait, and what an action of a flow without a grant comes to."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from syncengine.engine import orphans
from syncengine.engine.judge import judge
from syncengine.engine.orphans import cancel_orphans
from syncengine.engine.settle import backoff
from syncengine.engine.world import World
from syncengine.plan.plan import RetryPlan
from tests.engine.events import customer
from tests.engine.test_judge import arrive, writes
from tests.scenarios.stage import Stage


class Always(Random):
    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


@pytest.mark.parametrize(("number", "ceiling"), [(1, 10), (2, 20), (3, 40), (4, 60), (100_000, 60)])
def test_a_wait_doubles_up_to_the_longest_and_is_anything_below(world: World, number: int, ceiling: int) -> None:
    retry = RetryPlan(first=timedelta(seconds=10), longest=timedelta(seconds=60))
    slow = replace(world, plan=replace(world.plan, retry=retry), randomness=Always(1.0))
    assert backoff(slow, number) == timedelta(seconds=ceiling)
    assert backoff(replace(slow, randomness=Always(0.0)), number) == timedelta(0)


def test_what_nothing_grants_any_more_is_cancelled_in_every_batch(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "BATCH", 2)
    arrive(stage, world, (customer(f"evt_{n}", id=f"cus_{n}") for n in range(5)))
    judge(world, 10)
    ungranted = replace(world.plan.flows["account.crm"], granted=frozenset(), may_create=False, may_update=False)
    flows = {**world.plan.flows, "account.crm": ungranted}
    assert cancel_orphans(replace(world, plan=replace(world.plan, flows=flows))) == 5
    assert {state.value: n for state, n in writes(world).items()} == {"cancelled": 5, "ready": 5}
    assert cancel_orphans(world) == 0
