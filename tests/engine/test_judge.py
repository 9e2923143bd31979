"""A claim: inputs judged together see what those before them did, and are kept all or not at all."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from syncengine.engine.claim import Claim, Neighbours
from syncengine.engine.intake import Report, take_file
from syncengine.engine.judge import judge
from syncengine.engine.matching import Matching
from syncengine.engine.world import World
from syncengine.errors import FenceLostError
from syncengine.model.record import Record
from syncengine.model.record import replace as record_with
from syncengine.model.switch import Switches
from syncengine.store.protocol import DecisionBatch, Loaded
from syncengine.vocabulary import ActionState, Fate
from tests.engine.events import customer, invoice
from tests.scenarios.stage import NOON, Stage

ACCOUNT = ("account.stripe", "cus_1")
INVOICE = ("invoice.stripe", "in_1")


def arrive(stage: Stage, world: World, events: Iterable[dict[str, object]]) -> None:
    stage.deliver(list(events))
    for path in (stage.folder / "inbox").iterdir():
        list(take_file(world, "stripe", path, Report()))


def record(world: World, link: tuple[str, str]) -> Record:
    return world.store.load([link], ()).by_link[link]


def with_plan(world: World, **changes: Any) -> World:
    return replace(world, plan=replace(world.plan, **changes))


def writes(world: World) -> dict[ActionState, int]:
    return dict(world.store.tally(world.session).writes)


def test_several_inputs_of_one_entity_are_one_record_and_one_action_a_lane(stage: Stage, world: World) -> None:
    arrive(stage, world, (customer(f"evt_{n}", n, name=f"Name {n}") for n in range(4)))
    assert judge(world, 10) == 4
    assert record(world, ACCOUNT).value("name") == "Name 3"
    assert record(world, ACCOUNT).revision == 1
    assert writes(world) == {ActionState.READY: 2, ActionState.SUPERSEDED: 6}


def test_the_order_of_arrival_in_one_claim_is_no_order(stage: Stage, world: World) -> None:
    arrive(stage, world, [customer("evt_2", 9, name="New"), customer("evt_1", 0, name="Old")])
    judge(world, 10)
    assert record(world, ACCOUNT).value("name") == "New"
    assert world.store.tally(world.session).events == {Fate.SETTLED: 1, Fate.STALE: 1}


def about_account(stage: Stage) -> None:
    stage.rewrite("gates.yaml", "object: account, in: erp", "object: invoice, in: erp")
    stage.rewrite("gates.yaml", "about: self", "about: account")


@pytest.mark.parametrize("kyb", ["passed", "failed"])
@pytest.mark.parametrize("invoice_first", [True, False])
def test_a_gate_sees_the_neighbour_that_was_born_in_the_same_claim(
    stage: Stage, kyb: str, invoice_first: bool
) -> None:
    about_account(stage)
    events = [customer("evt_c", kyb=kyb), invoice("evt_i")]
    with stage.open_world() as world:
        arrive(stage, world, reversed(events) if invoice_first else events)
        while judge(world, 10):
            pass
        held = record(world, INVOICE).targets["invoice.erp"].held
        assert bool(held) is (kyb == "failed")


def test_a_gate_sees_the_neighbour_that_changes_in_the_same_claim(stage: Stage) -> None:
    about_account(stage)
    with stage.open_world() as world:
        arrive(stage, world, [customer("evt_c")])
        judge(world, 10)
        arrive(stage, world, [customer("evt_d", 9, kyb="failed"), invoice("evt_i")])
        judge(world, 10)
        assert record(world, INVOICE).targets["invoice.erp"].held == ("kyb rejected",)


def test_a_limit_leaves_the_rest_for_the_next_claim(stage: Stage, world: World) -> None:
    arrive(stage, world, (customer(f"evt_{n}", id=f"cus_{n}") for n in range(5)))
    assert [judge(world, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_claim_that_lost_its_fence_keeps_nothing_and_can_be_made_again(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(stage, world, [customer("evt_1")])
    judge(world, 10)
    arrive(stage, world, [customer("evt_2", 9, name="Two")])
    real = world.store.commit_decisions

    def beaten(session: object, batch: DecisionBatch, now: object) -> None:
        stale = [record_with(r, revision=r.revision - 1) for r in batch.records]
        real(world.session, replace(batch, records=stale), NOON)

    with monkeypatch.context() as race:
        race.setattr(world.store, "commit_decisions", beaten)
        with pytest.raises(FenceLostError):
            judge(world, 10)
    assert record(world, ACCOUNT).value("name") == "Acme"
    assert judge(world, 10) == 1
    assert record(world, ACCOUNT).value("name") == "Two"


def test_an_input_that_no_flow_reads_is_told_by_its_type(stage: Stage, world: World) -> None:
    stage.deliver([{"event": "evt_1", "type": "price.created", "at": 0, "object": {"object": "price", "id": "p_1"}}])
    for path in (stage.folder / "inbox").iterdir():
        list(take_file(world, "stripe", path, Report()))
    judge(world, 10)
    tally = world.store.tally(world.session)
    assert tally.unmapped_types == {"price.created": 1}


def test_an_input_of_a_system_that_is_gone_from_the_map_is_kept_and_told(stage: Stage, world: World) -> None:
    arrive(stage, world, [customer("evt_1")])
    judge(replace(world, adapters={}), 10)
    assert world.store.tally(world.session).events == {Fate.UNMAPPED: 1}


def test_a_recheck_of_an_object_that_is_gone_from_the_map_is_over(stage: Stage) -> None:
    about_account(stage)
    with stage.open_world() as world:
        arrive(stage, world, [invoice("evt_i")])
        judge(world, 10)
        arrive(stage, world, [customer("evt_c")])
        judge(world, 10)
        (held,) = world.store.due_rechecks(9)
        assert held.record.object == "invoice"
        objects = {name: o for name, o in world.plan.objects.items() if name != "invoice"}
        flows = {name: f for name, f in world.plan.flows.items() if f.object != "invoice"}
        assert judge(with_plan(world, objects=objects, flows=flows), 10) == 1
        assert not world.store.due_rechecks(9)


def test_neighbours_are_the_records_of_the_claim_by_their_links(stage: Stage, world: World) -> None:
    arrive(stage, world, [customer("evt_1")])
    judge(world, 10)
    claim = Claim(plan=world.plan, switches=Switches(), now=NOON, gated=frozenset(), matching=Matching(world.plan))
    claim.know(world.store.load([ACCOUNT], ()))
    neighbours = Neighbours(claim)
    assert dict(neighbours) == {ACCOUNT: record(world, ACCOUNT)}
    assert len(neighbours) == 1
    assert neighbours.get(INVOICE) is None


def test_what_the_fold_has_moved_on_is_not_loaded_over(stage: Stage, world: World) -> None:
    arrive(stage, world, [customer("evt_1")])
    judge(world, 10)
    known = record(world, ACCOUNT)
    claim = Claim(plan=world.plan, switches=Switches(), now=NOON, gated=frozenset(), matching=Matching(world.plan))
    claim.know(Loaded(by_link={ACCOUNT: known}, by_entity={}))
    moved = claim.working[known.entity] = record_with(known, tombstone=True)
    claim.know(Loaded(by_link={}, by_entity={known.entity: known}))
    assert claim.linked(ACCOUNT) is moved
    assert [r.tombstone for r in claim.batch().records] == [True]
