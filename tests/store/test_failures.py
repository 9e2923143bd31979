"""Failed attempts are counted per message, and dead letters are found by whatever names them."""

from datetime import timedelta

from syncengine.model.action import Wait
from syncengine.model.letter import Failures, Message
from syncengine.vocabulary import ActionState, AttemptState, Fate, InboxState, OutcomeKind
from tests.store.scene import BORN, CRM, Scene, action


def failures(scene: Scene, action_id: int) -> Failures:
    return scene.store.failures([action_id]).get(action_id, Failures())


def test_only_what_counts_is_counted(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.UNKNOWN, suspect=True)
    assert failures(scene, send.action) == Failures(receives=0, alone=True)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.NOT_SENT, via="probe", attempt_to=AttemptState.ABSENT)
    assert failures(scene, send.action) == Failures(receives=0, alone=True)
    (permit,) = scene.send(scene.candidate("shop:invoice.crm:a:1"))
    scene.settle(permit.send, OutcomeKind.UNKNOWN, failed=True, suspect=True)
    assert failures(scene, send.action) == Failures(receives=1, alone=True)


def test_what_never_failed_is_not_known(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.THROTTLED)
    assert scene.store.failures([send.action]) == {}
    assert scene.store.dead_letters(10) == []


def test_a_refused_action_is_a_dead_letter_with_what_waits_behind_it(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.REJECTED, failed=True, detail="no such country")
    scene.ready_behind("a", 2)
    scene.wait(scene.ready("b"), Wait(flow=BORN, id="in_a", target=CRM))
    (letter,) = scene.store.dead_letters(10)
    assert (letter.id, letter.name, letter.flow) == (f"action:{send.action}", "shop:invoice.crm:a:1", CRM)
    assert (letter.object, letter.entity, letter.birth) == ("invoice", "a", "in_a")
    assert (letter.receives, letter.error, letter.since) == (1, "no such country", scene.now)
    assert (letter.behind, letter.waiting) == (1, 1)
    assert scene.store.tally(scene.session).dead_letters == {Message.ACTION: 1}


def test_what_cannot_be_prepared_has_failed_once(scene: Scene) -> None:
    candidate = scene.ready("a")
    scene.move(candidate, ActionState.DEAD_LETTERED, why="cannot be prepared: two values")
    (letter,) = scene.store.dead_letters(10)
    assert (letter.number, letter.receives, letter.error) == (candidate.id, 1, "cannot be prepared: two values")


def test_an_input_that_failed_is_a_dead_letter(scene: Scene) -> None:
    bad, good = scene.arrive("evt_1", "evt_2")
    scene.mark(bad, InboxState.DONE, Fate.FAILED, why="it shows no object")
    scene.mark(good, InboxState.DONE, Fate.SETTLED)
    (letter,) = scene.store.dead_letters(10)
    assert (letter.id, letter.name, letter.what) == (f"input:{bad}", "evt_1", "invoice.paid")
    assert (letter.system, letter.error, letter.receives) == ("stripe", "it shows no object", 1)
    assert (letter.record, letter.entity) == (0, "")


def test_letters_come_oldest_first_and_answer_to_their_names(scene: Scene) -> None:
    refused = []
    for entity in "abc":
        send = scene.sent(entity)
        scene.settle(send, OutcomeKind.REJECTED, failed=True)
        refused.append(f"action:{send.action}")
        scene.clock.advance(timedelta(minutes=1))
    (bad,) = scene.arrive("evt_1")
    scene.mark(bad, InboxState.DONE, Fate.FAILED)
    assert [letter.id for letter in scene.store.dead_letters(10)] == [*refused, f"input:{bad}"]
    assert [letter.id for letter in scene.store.dead_letters(2)] == refused[:2]
    assert [letter.id for letter in scene.store.dead_letter("shop:invoice.crm:b:1")] == [refused[1]]
    assert [letter.id for letter in scene.store.dead_letter("evt_1")] == [f"input:{bad}"]
    assert [letter.id for letter in scene.store.dead_letter(refused[0])] == refused[:1]
    for nobody in ("evt_9", "action:999", "action:x", "input:", "", "action:" + "9" * 40):
        assert scene.store.dead_letter(nobody) == []


def test_what_failed_and_was_confirmed_in_the_end_is_no_dead_letter(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.UNKNOWN, failed=True, suspect=True)
    (doubt,) = scene.doubts()
    scene.settle(doubt.send, OutcomeKind.CONFIRMED, via="probe")
    assert failures(scene, send.action).receives == 1
    assert scene.store.dead_letters(10) == []


def test_a_decision_that_waits_behind_nothing_is_not_counted_as_behind(scene: Scene) -> None:
    scene.settle(scene.sent("a"), OutcomeKind.REJECTED, failed=True)
    scene.know("z")
    scene.decide(action("z"))
    (letter,) = scene.store.dead_letters(10)
    assert (letter.behind, letter.waiting) == (0, 0)
