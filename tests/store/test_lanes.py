"""What delivery takes up: due actions of free lanes; and actions that move without an attempt."""

import pytest

from syncengine.model.action import Wait
from syncengine.model.decision import Link
from syncengine.model.record import replace
from syncengine.store.protocol import DecidedAction, Move
from syncengine.vocabulary import ActionKind, ActionState, OutcomeKind
from tests.store.scene import BORN, CRM, ERP, SECOND, Scene, action

WAITS = Wait(flow=BORN, id="in_acc", target=CRM)


def keys(scene: Scene) -> list[str]:
    return [c.key for c in scene.candidates()]


def test_a_candidate_carries_what_delivery_needs(scene: Scene) -> None:
    (a,) = scene.know("a")
    scene.decide(action("a", content={"Status__c": "Paid", "n": None, "who": {"flow": BORN, "id": "x", "in": CRM}}))
    (candidate,) = scene.candidates()
    assert (candidate.key, candidate.kind, candidate.flow) == (f"shop:{CRM}:a:1", ActionKind.CREATE, CRM)
    assert (candidate.state, candidate.sequence, candidate.write_set) == (ActionState.READY, 1, "billing")
    assert candidate.record_id == a.id
    assert candidate.content == {"Status__c": "Paid", "n": None, "who": {"flow": BORN, "id": "x", "in": CRM}}


def test_the_oldest_action_comes_first_whatever_its_flow(scene: Scene) -> None:
    scene.know("a", "b")
    scene.decide(action("b", flow=ERP), action("a"), action("b"))
    assert keys(scene) == [f"shop:{ERP}:b:1", f"shop:{CRM}:a:1", f"shop:{CRM}:b:1"]
    assert [c.flow for c in scene.store.candidates([ERP, CRM], scene.now, 2)] == [ERP, CRM]


def test_only_the_flows_that_were_asked_for_are_taken_up(scene: Scene) -> None:
    scene.know("a")
    scene.decide(action("a"), action("a", flow=ERP))
    assert [c.flow for c in scene.candidates(ERP)] == [ERP]
    assert scene.store.candidates([], scene.now, 10) == []


def in_batches(scene: Scene, *closed: str) -> list[str]:
    return [c.key for c in scene.store.candidates([CRM, ERP], scene.now, 1000, closed)]


def test_what_is_batched_stays_while_its_flow_is_closed_and_is_no_reason_to_wait_for_the_rest(scene: Scene) -> None:
    scene.know("a", "b")
    both = (action("a", flow=ERP), action("a"), action("b"))
    scene.commit(actions=[DecidedAction(action=one, state=ActionState.READY, batched=one is both[1]) for one in both])
    assert in_batches(scene) == in_batches(scene, ERP) == [f"shop:{ERP}:a:1", f"shop:{CRM}:a:1", f"shop:{CRM}:b:1"]
    assert in_batches(scene, CRM) == [f"shop:{ERP}:a:1", f"shop:{CRM}:b:1"]
    assert [c.key for c in scene.store.candidates([CRM], scene.now, 1, [CRM])] == [f"shop:{CRM}:b:1"]
    assert scene.store.next_due(scene.now) is None, "nobody waits for a batch in the middle of a run"


def test_what_is_batched_is_the_same_after_it_has_waited_for_a_link(scene: Scene) -> None:
    scene.know("a", "acc")
    scene.commit(actions=[DecidedAction(action=action("a"), state=ActionState.READY, batched=True)])
    (candidate,) = scene.candidates()
    scene.wait(candidate, WAITS)
    scene.commit(links=[("acc", Link(flow=CRM, id="crm_acc"))])
    assert keys(scene) == [f"shop:{CRM}:a:1"]
    assert in_batches(scene, CRM) == []


def test_what_has_been_tried_before_goes_on_though_its_flow_is_closed(scene: Scene) -> None:
    scene.know("a")
    scene.commit(actions=[DecidedAction(action=action("a"), state=ActionState.READY, batched=True)])
    (permit,) = scene.send(*scene.candidates())
    scene.settle(permit.send, OutcomeKind.NOT_SENT)
    assert in_batches(scene, CRM) == [f"shop:{CRM}:a:1"]


def test_the_flows_that_have_something_to_take_up_are_known(scene: Scene) -> None:
    assert scene.store.waiting_flows() == []
    send = scene.sent("a")
    assert scene.store.waiting_flows() == []
    scene.know("b")
    scene.decide(action("b", flow=ERP))
    scene.settle(send, OutcomeKind.NOT_SENT)
    assert scene.store.waiting_flows() == sorted([CRM, ERP])


def test_one_action_of_a_lane_is_in_flight_at_a_time(scene: Scene) -> None:
    send = scene.sent("a")
    scene.decide(action("a", 2), action("a", 1, flow=ERP))
    assert keys(scene) == [f"shop:{ERP}:a:1"]
    scene.settle(send, OutcomeKind.CONFIRMED)
    assert keys(scene) == [f"shop:{CRM}:a:2", f"shop:{ERP}:a:1"]


@pytest.mark.parametrize("kind", [OutcomeKind.UNKNOWN, OutcomeKind.REJECTED, OutcomeKind.THROTTLED])
def test_an_action_that_is_not_over_holds_its_lane(scene: Scene, kind: OutcomeKind) -> None:
    send = scene.sent("a")
    scene.settle(send, kind, due_at=scene.now + SECOND)
    scene.decide(action("a", 2))
    assert keys(scene) == []


def test_a_deferred_action_is_taken_up_when_it_is_due(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.THROTTLED, due_at=scene.now + 10 * SECOND)
    scene.clock.wait(9.999999)
    assert keys(scene) == []
    scene.clock.wait(0.000001)
    (candidate,) = scene.candidates()
    assert candidate.state is ActionState.PREPARED


def test_nothing_is_due_in_an_empty_ledger(scene: Scene) -> None:
    assert scene.store.next_due(scene.now) is None
    scene.ready("a")
    assert scene.store.next_due(scene.now) is None


def test_the_earliest_deferred_work_is_known(scene: Scene) -> None:
    first, second = scene.sent("a"), scene.sent("b")
    scene.settle(first, OutcomeKind.UNKNOWN, due_at=scene.now + 40 * SECOND)
    assert scene.store.next_due(scene.now) == scene.now + 40 * SECOND
    scene.settle(second, OutcomeKind.THROTTLED, due_at=scene.now + 20 * SECOND)
    assert scene.store.next_due(scene.now) == scene.now + 20 * SECOND
    scene.commit(wants=[(BORN, "in_x", "tie")])
    scene.store.defer_readings(
        scene.session, scene.store.wanted_readings(scene.now, 9), scene.now + 10 * SECOND, "away", scene.now
    )
    assert scene.store.next_due(scene.now) == scene.now + 10 * SECOND
    assert scene.store.next_due(scene.now + 15 * SECOND) == scene.now + 20 * SECOND
    assert scene.store.next_due(scene.now + 60 * SECOND) is None


# --- waiting for a link


def test_an_action_waits_until_its_ref_is_linked_in_the_target(scene: Scene) -> None:
    candidate = scene.ready("a")
    assert scene.wait(candidate, WAITS) == []
    assert scene.states() == {candidate.key: "waiting"}
    scene.know("acc")
    assert keys(scene) == []
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    assert keys(scene) == [candidate.key]


def test_the_two_links_of_a_ref_may_come_in_either_order(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.wait(candidate, WAITS)
    scene.know("other")
    scene.commit(links=[("other", Link(flow=CRM, id="001"))])
    assert keys(scene) == []
    scene.commit(links=[("other", Link(flow=BORN, id="in_acc"))])
    assert keys(scene) == [candidate.key]


def test_an_action_that_waits_for_two_refs_waits_for_both(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.know("acc", "sub")
    scene.wait(candidate, WAITS, Wait(flow=BORN, id="in_sub", target=ERP))
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    assert keys(scene) == []
    scene.commit(links=[("sub", Link(flow=ERP, id="7"))])
    assert keys(scene) == [candidate.key]


def test_what_was_linked_since_it_was_looked_at_is_not_waited_for(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.know("acc")
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    assert scene.wait(candidate, WAITS) == []
    assert keys(scene) == [candidate.key]


def test_only_what_is_still_missing_is_waited_for(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.know("acc", "sub")
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    scene.wait(candidate, WAITS, Wait(flow=BORN, id="in_sub", target=CRM))
    assert scene.states() == {candidate.key: "waiting"}
    scene.commit(links=[("sub", Link(flow=CRM, id="002"))])
    assert keys(scene) == [candidate.key]


def test_the_record_that_a_settled_create_made_releases_who_waited_for_it(scene: Scene) -> None:
    send = scene.sent("acc")
    waiting = scene.ready("a")
    scene.wait(waiting, WAITS)
    scene.settle(send, OutcomeKind.CONFIRMED, remote_id="001", link=Link(flow=CRM, id="001"))
    assert keys(scene) == [waiting.key]


def test_a_link_that_a_move_makes_releases_who_waited_for_it(scene: Scene) -> None:
    found = scene.ready("acc")
    waiting = scene.ready("a")
    scene.wait(waiting, WAITS)
    scene.move(found, ActionState.CONFIRMED, link=Link(flow=CRM, id="001"))
    assert keys(scene) == [waiting.key]


def test_a_waiting_action_that_was_superseded_is_not_released(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.wait(candidate, WAITS)
    scene.decide(action("a", 2))
    scene.know("acc")
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    assert scene.states() == {candidate.key: "superseded", f"shop:{CRM}:a:2": "ready"}


# --- moves


@pytest.mark.parametrize("to", [ActionState.CANCELLED, ActionState.CONFIRMED, ActionState.DEAD_LETTERED])
def test_an_action_moves_without_an_attempt(scene: Scene, to: ActionState) -> None:
    candidate = scene.ready("a")
    assert scene.move(candidate, to, why="nothing is left to write") == []
    assert scene.states() == {candidate.key: to}
    assert scene.attempts() == []
    (facts,) = scene.store.dossier([candidate.record_id], []).actions
    assert facts.why == "nothing is left to write"


def test_a_move_may_take_its_record_with_it(scene: Scene) -> None:
    candidate = scene.ready("a")
    record = scene.record("a")
    link = Link(flow=CRM, id="00Q")
    scene.move(candidate, ActionState.CONFIRMED, record=replace(record, tombstone=True), link=link)
    assert scene.record("a").tombstone
    assert scene.store.load([(CRM, "00Q")], []).by_link[CRM, "00Q"].entity == "a"


def test_an_action_that_moved_meanwhile_is_left_untouched(scene: Scene) -> None:
    candidate = scene.ready("a")
    record = scene.record("a")
    scene.decide(action("a", 2))
    stale = replace(record, tombstone=True)
    assert scene.move(candidate, ActionState.CANCELLED, record=stale) == [candidate.id]
    assert scene.states()[candidate.key] == "superseded"
    assert not scene.record("a").tombstone


def test_an_action_that_came_back_to_the_same_state_has_moved_all_the_same(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.know("acc")
    scene.wait(candidate, WAITS)
    scene.commit(links=[("acc", Link(flow=CRM, id="001"))])
    assert scene.move(candidate, ActionState.CANCELLED) == [candidate.id]
    assert keys(scene) == [candidate.key]


def test_a_move_whose_record_moved_is_left_untouched(scene: Scene) -> None:
    candidate = scene.ready("a")
    record = scene.record("a")
    scene.commit(records=[record])
    assert scene.move(candidate, ActionState.CANCELLED, record=record) == [candidate.id]
    assert keys(scene) == [candidate.key]


def test_of_two_moves_with_one_record_the_second_comes_too_late(scene: Scene) -> None:
    crm, erp = scene.ready("a"), scene.ready("a", flow=ERP)
    record = scene.record("a")
    moves = [Move(candidate=c, to=ActionState.CANCELLED, why="no grant", record=record) for c in (crm, erp)]
    assert scene.store.move_actions(scene.session, moves, scene.now) == [erp.id]
    assert scene.states() == {crm.key: "cancelled", erp.key: "ready"}

