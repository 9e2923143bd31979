"""Intents, permits and settlements: SENT before the first byte leaves, and every outcome fenced."""

import dataclasses

import pytest

from syncengine.errors import TamperError
from syncengine.evidence.verify import verify
from syncengine.model.decision import Link
from syncengine.model.record import replace
from syncengine.vocabulary import ActionState, AttemptState, EntryKind, OutcomeKind, Phase
from tests.store.scene import BORN, CRM, ERP, SECOND, Scene, action, settlement_of

PROBE = "probe"

# --- intent


def test_an_intent_is_sent_with_its_bytes_before_anything_leaves(scene: Scene) -> None:
    candidate = scene.ready("a")
    (permit,) = scene.send(candidate, frozen=b'{"exact": "bytes"}')
    send = permit.send
    assert (send.action, send.number, send.frozen) == (candidate.id, 1, b'{"exact": "bytes"}')
    assert send.deadline == scene.now + 30 * SECOND
    assert scene.states() == {candidate.key: "sent"}
    assert scene.attempts() == [(candidate.id, 1, "sent")]
    assert scene.store.frozen([candidate.id, 99]) == {candidate.id: b'{"exact": "bytes"}'}


def test_a_permit_lets_its_own_bytes_out_once(scene: Scene) -> None:
    (permit,) = scene.send(scene.ready("a"))
    with pytest.raises(TamperError):
        permit.redeem(permit.send.frozen + b" ")
    permit.redeem(permit.send.frozen)
    with pytest.raises(TamperError):
        permit.redeem(permit.send.frozen)


def test_the_before_image_is_kept_with_the_attempt(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.send(candidate, before={"Status__c": "Open"})
    (facts,) = scene.store.dossier([candidate.record_id], []).actions
    (attempt,) = facts.attempts
    assert attempt.before == {"Status__c": "Open"}
    assert attempt.request == {"write": candidate.key}
    assert attempt.sent_at == scene.now


def test_an_intent_is_dropped_when_its_action_moved(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.decide(action("a", 2))
    assert scene.send(candidate) == []
    assert scene.attempts() == []


def test_an_intent_is_dropped_when_a_record_it_rested_on_moved(scene: Scene) -> None:
    candidate = scene.ready("a")
    (about,) = scene.know("acc")
    reads = ((candidate.record_id, scene.record("a").revision), (about.id, about.revision))
    scene.commit(records=[about])
    assert scene.send(candidate, reads=reads) == []
    assert scene.candidates() == [candidate]
    moved_on = (reads[0], (about.id, about.revision + 1))
    assert len(scene.send(candidate, reads=moved_on)) == 1


def test_an_intent_is_dropped_when_its_lane_is_busy(scene: Scene) -> None:
    first = scene.ready("a")
    intent = scene.intent(first)
    scene.send(first)
    second = scene.ready_behind("a", 2)
    assert scene.send(second) == []
    assert len(scene.store.commit_intent(scene.session, [intent], scene.store.switches(), scene.now)) == 0
    assert scene.attempts() == [(first.id, 1, "sent")]


def test_other_lanes_of_the_same_record_are_free(scene: Scene) -> None:
    crm, erp = scene.ready("a"), scene.ready("a", flow=ERP)
    assert len(scene.send(crm, erp)) == 2


def test_the_good_intents_of_a_batch_go_out_without_the_dropped_ones(scene: Scene) -> None:
    stale, good = scene.ready("a"), scene.ready("b")
    scene.decide(action("a", 2))
    (permit,) = scene.send(stale, good)
    assert permit.send.action == good.id


@pytest.mark.parametrize("switch", ["phase", "pause", "resume"])
def test_every_intent_is_dropped_when_a_switch_moved(scene: Scene, switch: str) -> None:
    if switch == "resume":
        scene.store.set_pause(scene.session, "system:crm", True, "maintenance", scene.now)
    judged_with = scene.store.switches()
    candidate = scene.ready("a")
    if switch == "phase":
        scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "go", scene.now)
    else:
        scene.store.set_pause(scene.session, "system:crm", switch == "pause", "maintenance", scene.now)
    assert len(scene.store.commit_intent(scene.session, [scene.intent(candidate)], judged_with, scene.now)) == 0
    assert len(scene.send(candidate)) == 1


def test_the_floor_of_a_local_environment_is_no_switch_of_the_ledger(scene: Scene) -> None:
    judged_with = dataclasses.replace(scene.store.switches(), floor=Phase.AUTOMATED)
    candidate = scene.ready("a")
    assert len(scene.store.commit_intent(scene.session, [scene.intent(candidate)], judged_with, scene.now)) == 1


def test_what_is_frozen_once_is_what_every_attempt_sends(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.NOT_SENT)
    (again,) = scene.candidates()
    (permit,) = scene.send(again, frozen=b"other bytes", before={"status": "newer"})
    assert permit.send.frozen == send.frozen


# --- settlements


def test_a_confirmed_write_ends_its_action_and_links_what_it_made(scene: Scene) -> None:
    send = scene.sent("a")
    record = scene.record("a")
    link = Link(flow=CRM, id="00Q")
    after = {"Status__c": "Paid (auto)"}
    left = scene.settle(
        send, OutcomeKind.CONFIRMED, record=replace(record, tombstone=True), link=link, remote_id="00Q", after=after
    )
    assert left == []
    assert list(scene.states().values()) == ["confirmed"]
    assert scene.attempts() == [(send.action, 1, "confirmed")]
    assert scene.record("a").tombstone
    assert scene.store.load([(CRM, "00Q")], []).by_link[CRM, "00Q"].entity == "a"
    (facts,) = scene.store.dossier([record.id], []).actions[0].attempts
    assert (facts.after, facts.settled_at, facts.via) == (after, scene.now, "answer")


def test_an_id_that_the_target_gave_anew_is_the_newer_records(scene: Scene) -> None:
    """Tables reuse the id of a row that was deleted."""
    first, second = scene.sent("a"), scene.sent("b")
    scene.settle(first, OutcomeKind.CONFIRMED, link=Link(flow=CRM, id="17"))
    assert scene.settle(second, OutcomeKind.CONFIRMED, link=Link(flow=CRM, id="17")) == []
    assert scene.store.load([(CRM, "17")], []).by_link[CRM, "17"].entity == "b"
    told = scene.store.translate([(BORN, "in_a", CRM), (BORN, "in_b", CRM)])
    assert told == {(BORN, "in_b", CRM): "17"}
    store = scene.store
    assert verify(store.book()).places == ()


def test_a_rejected_write_holds_its_lane_as_a_dead_letter(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.REJECTED, detail="the field is read-only")
    assert list(scene.states().values()) == ["dead_lettered"]
    (facts,) = scene.store.dossier([scene.record("a").id], []).actions
    assert facts.attempts[0].detail == "the field is read-only"


@pytest.mark.parametrize("kind", [OutcomeKind.THROTTLED, OutcomeKind.NOT_SENT])
def test_what_was_not_executed_goes_out_again_as_the_same_attempt(scene: Scene, kind: OutcomeKind) -> None:
    send = scene.sent("a")
    scene.settle(send, kind)
    (candidate,) = scene.candidates()
    assert candidate.state is ActionState.PREPARED
    (permit,) = scene.send(candidate)
    assert (permit.send.attempt, permit.send.number, permit.send.frozen) == (send.attempt, 1, send.frozen)
    assert permit.send.fence > send.fence
    assert scene.attempts() == [(send.action, 1, "sent")]


def test_a_write_that_was_overtaken_in_the_target_has_its_record_judged_again(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.MOVED, recheck=True)
    assert list(scene.states().values()) == ["cancelled"]
    assert scene.attempts() == [(send.action, 1, "overtaken")]
    assert [r.record.entity for r in scene.store.due_rechecks(10)] == ["a"]


def test_a_settlement_whose_record_moved_is_handed_back_untouched(scene: Scene) -> None:
    send = scene.sent("a")
    stale = scene.record("a")
    scene.commit(records=[stale])
    link = Link(flow=CRM, id="00Q")
    assert scene.settle(send, OutcomeKind.CONFIRMED, record=stale, link=link) == [send.attempt]
    assert list(scene.states().values()) == ["sent"]
    assert scene.store.load([(CRM, "00Q")], []).by_link == {}
    assert scene.settle(send, OutcomeKind.CONFIRMED, record=scene.record("a"), link=link) == []
    assert list(scene.states().values()) == ["confirmed"]


def test_of_two_outcomes_with_one_record_the_second_is_handed_back(scene: Scene) -> None:
    sends = [p.send for p in scene.send(scene.ready("a"), scene.ready("a", flow=ERP))]
    record = scene.record("a")
    settlements = [settlement_of(send, OutcomeKind.CONFIRMED, record=record) for send in sends]
    assert scene.store.settle(scene.session, settlements, scene.now) == [sends[1].attempt]
    assert list(scene.states().values()) == ["confirmed", "sent"]


def test_a_result_that_comes_twice_is_late_the_second_time(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.CONFIRMED)
    before = scene.states()
    assert scene.settle(send, OutcomeKind.REJECTED, record=scene.record("a")) == []
    assert scene.states() == before
    assert late_results(scene) == ["rejected"]
    assert scene.store.tally(scene.session).rejected == 0


def test_a_result_of_an_older_fence_is_late(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.THROTTLED)
    (permit,) = scene.send(*scene.candidates())
    assert scene.settle(send, OutcomeKind.CONFIRMED, link=Link(flow=CRM, id="00Q")) == []
    assert list(scene.states().values()) == ["sent"]
    assert scene.store.load([(CRM, "00Q")], []).by_link == {}
    scene.settle(permit.send, OutcomeKind.CONFIRMED)
    assert late_results(scene) == ["confirmed"]


def late_results(scene: Scene) -> list[str]:
    facts = [e.read().facts for e in scene.store.entries() if e.kind == EntryKind.ATTEMPT]
    return [f["late"] for f in facts if "late" in f]


def test_an_illegal_way_of_an_attempt_is_refused_and_keeps_nothing(scene: Scene) -> None:
    send = scene.sent("a")
    before = scene.store.standing()
    with pytest.raises(ValueError, match="cannot become"):
        scene.settle(send, OutcomeKind.UNKNOWN, attempt_to=AttemptState.PARKED)
    assert scene.store.standing() == before


# --- unknown outcomes


def test_an_unknown_outcome_is_in_doubt_once_its_window_is_over(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.UNKNOWN, due_at=scene.now + 15 * SECOND)
    assert scene.doubts() == []
    scene.clock.wait(15)
    (doubt,) = scene.doubts()
    assert (doubt.send.attempt, doubt.send.frozen, doubt.send.number) == (send.attempt, send.frozen, 1)
    assert (doubt.candidate.id, doubt.candidate.state) == (send.action, ActionState.UNKNOWN)
    assert doubt.send.fence > send.fence
    assert scene.store.doubts([ERP], scene.now, 10) == []


def in_doubt(scene: Scene) -> tuple[int, int]:
    """(attempt, action) of a write whose outcome nobody knows."""
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.UNKNOWN)
    return send.attempt, send.action


def test_a_probe_that_found_the_write_confirms_it(scene: Scene) -> None:
    in_doubt(scene)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.CONFIRMED, via=PROBE)
    assert list(scene.states().values()) == ["confirmed"]
    assert scene.store.tally(scene.session).by_probe == 1


def test_a_probe_that_found_nothing_leads_to_another_attempt_with_the_same_bytes(scene: Scene) -> None:
    attempt, number = in_doubt(scene)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.NOT_SENT, via=PROBE, attempt_to=AttemptState.ABSENT)
    (candidate,) = scene.candidates()
    (permit,) = scene.send(candidate)
    assert permit.send.attempt != attempt
    assert (permit.send.number, permit.send.frozen) == (2, doubt.send.frozen)
    assert scene.attempts() == [(number, 1, "absent"), (number, 2, "sent")]


def test_a_probe_that_failed_leaves_it_unknown_until_later(scene: Scene) -> None:
    in_doubt(scene)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.UNKNOWN, via=PROBE, due_at=scene.now + 5 * SECOND)
    assert scene.doubts() == []
    scene.clock.wait(5)
    assert len(scene.doubts()) == 1


def test_a_probe_that_found_several_parks_the_action_in_its_lane(scene: Scene) -> None:
    in_doubt(scene)
    (doubt,) = scene.doubts()
    to = {"to": ActionState.PARKED, "attempt_to": AttemptState.PARKED}
    scene.settle(doubt.send, OutcomeKind.UNKNOWN, via=PROBE, **to)
    assert list(scene.states().values()) == ["parked"]
    scene.decide(action("a", 2))
    assert scene.candidates() == []


def test_every_edge_of_a_probe_is_in_the_audit_trail(scene: Scene) -> None:
    in_doubt(scene)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.CONFIRMED, via=PROBE)
    last = [e.read() for e in scene.store.entries() if e.kind == EntryKind.ATTEMPT][-1]
    assert (last.facts["from"], last.facts["through"], last.facts["to"]) == ("unknown", ["probing"], "confirmed")


def test_a_doubt_is_settled_once(scene: Scene) -> None:
    in_doubt(scene)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.CONFIRMED, via=PROBE)
    scene.settle(doubt.send, OutcomeKind.NOT_SENT, via=PROBE, attempt_to=AttemptState.ABSENT)
    assert list(scene.states().values()) == ["confirmed"]
    assert late_results(scene) == ["not_sent"]


# --- after a death


def test_what_a_dead_session_left_on_its_way_is_of_unknown_outcome(scene: Scene) -> None:
    send = scene.sent("a")
    scene.ready("b")
    successor = scene.begin()
    assert scene.store.share(successor, scene.now) == 1
    assert list(scene.states().values()) == ["unknown", "ready"]
    scene.clock.advance(60 * SECOND)
    (doubt,) = scene.doubts()
    assert doubt.send.attempt == send.attempt
    assert scene.store.share(successor, scene.now) == 0


def test_a_session_does_not_doubt_its_own_attempts(scene: Scene) -> None:
    scene.sent("a")
    assert scene.store.share(scene.session, scene.now) == 0
    assert list(scene.states().values()) == ["sent"]


def test_the_answer_of_a_dead_session_comes_too_late(scene: Scene) -> None:
    send = scene.sent("a")
    successor = scene.begin()
    scene.store.share(successor, scene.now)
    assert scene.settle(send, OutcomeKind.CONFIRMED) == []
    assert list(scene.states().values()) == ["unknown"]
    assert late_results(scene) == ["confirmed"]


def test_doubts_come_in_the_order_of_their_attempts(scene: Scene) -> None:
    for entity in ("a", "b", "c"):
        scene.sent(entity)
    scene.store.share(scene.begin(), scene.now)
    scene.clock.advance(60 * SECOND)
    assert [d.send.attempt for d in scene.store.doubts([CRM], scene.now, 2)] == [1, 2]
