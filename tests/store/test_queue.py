"""The inbox as a queue: what is due, what waits for what, and what wakes it."""

import pytest

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.store.protocol import InputMark
from syncengine.vocabulary import Fate, InboxState
from tests.store.scene import BORN, SECOND, Scene, delivery, new_record


def test_readings_are_due_before_deliveries(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), delivery("read_1", reading=True))
    scene.accept(delivery("evt_2"), delivery("read_2", reading=True))
    assert scene.due() == ["read_1", "read_2", "evt_1", "evt_2"]


def test_a_limit_takes_the_first_of_that_order(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), delivery("evt_2"), delivery("read_1", reading=True))
    assert [row.event_id for row in scene.store.due_inputs(2)] == ["read_1", "evt_1"]
    assert scene.store.due_inputs(0) == []


@pytest.mark.parametrize("state", [InboxState.DONE, InboxState.READING, InboxState.UNLINKED])
def test_an_input_that_was_marked_is_no_longer_due(scene: Scene, state: InboxState) -> None:
    first, _ = scene.arrive("evt_1", "evt_2")
    scene.mark(first, state, Fate.SETTLED, waits_for=(BORN, "in_1"))
    assert scene.due() == ["evt_2"]


def test_two_sessions_cannot_both_judge_an_input(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.DONE, Fate.UNMAPPED)
    with pytest.raises(FenceLostError):
        scene.mark(seq, InboxState.DONE, Fate.SETTLED)
    assert scene.store.tally(scene.session).events == {Fate.UNMAPPED: 1}


def test_an_unlinked_input_is_due_once_its_record_is_linked(scene: Scene) -> None:
    first, second = scene.arrive("evt_1", "evt_2")
    scene.mark(first, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_a"))
    scene.mark(second, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_b"))
    scene.know("a")
    assert scene.due() == ["evt_1"]


def test_an_unlinked_input_whose_record_was_linked_meanwhile_is_due_at_once(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.know("a")
    scene.mark(seq, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_a"))
    assert scene.due() == ["evt_1"]


def test_an_unlinked_input_is_due_when_its_own_batch_makes_the_link(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    waiting = InputMark(seq=seq, state=InboxState.UNLINKED, fate=Fate.UNLINKED, waits_for=(BORN, "in_a"))
    scene.commit(marks=[waiting], records=[new_record("a")], links=[("a", Link(flow=BORN, id="in_a"))])
    assert scene.due() == ["evt_1"]


def test_a_link_wakes_nobody_who_waits_for_a_reading_of_the_same_record(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.READING, Fate.READING, waits_for=(BORN, "in_a"))
    scene.know("a")
    assert scene.due() == []


def test_a_record_that_is_in_doubt_is_wanted_once(scene: Scene) -> None:
    scene.commit(wants=[(BORN, "in_a", "two in one second")])
    scene.commit(wants=[(BORN, "in_a", "again"), (BORN, "in_b", "too")])
    wants = scene.store.wanted_readings(scene.now, 10)
    assert [(w.flow, w.id, w.why, w.tries) for w in wants] == [
        (BORN, "in_a", "two in one second", 0),
        (BORN, "in_b", "too", 0),
    ]
    assert len(scene.store.wanted_readings(scene.now, 1)) == 1


def test_a_reading_that_is_deferred_is_wanted_again_when_it_is_due(scene: Scene) -> None:
    scene.commit(wants=[(BORN, "in_a", "two in one second")])
    wants = scene.store.wanted_readings(scene.now, 10)
    scene.store.defer_readings(scene.session, wants, scene.now + 60 * SECOND, "stripe is away", scene.now)
    assert scene.store.wanted_readings(scene.now, 10) == []
    scene.clock.advance(60 * SECOND)
    (want,) = scene.store.wanted_readings(scene.now, 10)
    assert (want.tries, want.why) == (1, "stripe is away")


def test_a_reading_makes_due_what_waited_for_it(scene: Scene) -> None:
    first, second, third = scene.arrive("evt_1", "evt_2", "evt_3")
    for seq, id_ in ((first, "in_a"), (second, "in_a"), (third, "in_b")):
        scene.mark(seq, InboxState.READING, Fate.READING, waits_for=(BORN, id_))
    scene.commit(wants=[(BORN, "in_a", "tie"), (BORN, "in_b", "tie")])
    scene.accept(delivery("read_a", reading=True), answers=[(BORN, "in_a")])
    assert scene.due() == ["read_a", "evt_1", "evt_2"]
    assert [w.id for w in scene.store.wanted_readings(scene.now, 10)] == ["in_b"]


def test_an_input_names_the_reading_that_it_waited_for(scene: Scene) -> None:
    first, second = scene.arrive("evt_1", "evt_2")
    scene.mark(first, InboxState.READING, Fate.READING, waits_for=(BORN, "in_a"))
    scene.mark(second, InboxState.READING, Fate.READING, waits_for=(BORN, "in_b"))
    answers = [(BORN, "in_b"), (BORN, "in_a")]
    scene.accept(delivery("read_b", reading=True), delivery("read_a", reading=True), answers=answers)
    places = {row.event_id: row.seq for row in scene.store.due_inputs(10)}
    facts = {f.event_id: f.answered_by for f in scene.store.dossier([], [first, second]).inputs}
    assert (facts["evt_1"], facts["evt_2"]) == (places["read_a"], places["read_b"])


def test_an_order_that_is_settled_without_the_reading_frees_who_waited(scene: Scene) -> None:
    first, second = scene.arrive("evt_1", "evt_2")
    scene.mark(first, InboxState.READING, Fate.READING, waits_for=(BORN, "in_a"))
    scene.commit(wants=[(BORN, "in_a", "tie")])
    scene.commit(
        marks=[InputMark(seq=second, state=InboxState.DONE, fate=Fate.SETTLED)],
        answers=[(BORN, "in_a")],
    )
    assert scene.due() == ["evt_1"]
    assert scene.store.wanted_readings(scene.now, 10) == []


def test_an_input_that_a_batch_first_parks_and_then_answers_is_due(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    waiting = InputMark(seq=seq, state=InboxState.READING, fate=Fate.READING, waits_for=(BORN, "in_a"))
    scene.commit(marks=[waiting], answers=[(BORN, "in_a")])
    assert scene.due() == ["evt_1"]
