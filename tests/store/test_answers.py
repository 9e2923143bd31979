"""Answers: a tally that adds up, everything an id names, all that is around it, and a dump that forgets the way."""

from syncengine.model.decision import Link
from syncengine.model.record import FieldState, replace
from syncengine.model.tally import Tally
from syncengine.store.protocol import InputMark
from syncengine.vocabulary import ActionState, AttemptState, Fate, FlowResult, InboxState, OutcomeKind
from tests.store.scene import BORN, CRM, ERP, Scene, action, delivery


def test_a_session_that_did_nothing_counts_nothing(scene: Scene) -> None:
    assert scene.store.tally(scene.session) == Tally(events={}, decisions={}, writes={}, unmapped_types={}, open={})


def test_events_add_up_to_the_inputs_that_were_read(scene: Scene) -> None:
    seqs = scene.arrive("evt_1", "evt_2", "evt_3", "evt_4")
    fates = [Fate.SETTLED, Fate.SETTLED, Fate.STALE, Fate.ECHO]
    scene.commit(
        marks=[InputMark(seq=s, fate=f, state=InboxState.DONE) for s, f in zip(seqs, fates, strict=True)],
        tally={FlowResult.ACT: 2, FlowResult.NOTHING: 1},
    )
    scene.accept(delivery("evt_1"), delivery("evt_2"), delivery("evt_1"))
    tally = scene.store.tally(scene.session)
    assert tally.events == {Fate.SETTLED: 2, Fate.STALE: 1, Fate.ECHO: 1, Fate.DUPLICATE: 3}
    assert sum(tally.events.values()) == 4 + 3


def test_an_input_that_is_judged_twice_counts_once_by_its_last_fate(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_a"))
    assert scene.store.tally(scene.session).events == {Fate.UNLINKED: 1}
    scene.know("a")
    scene.mark(seq, InboxState.DONE, Fate.SETTLED, entity="a")
    assert scene.store.tally(scene.session).events == {Fate.SETTLED: 1}


def test_outcomes_of_decisions_are_summed_over_batches(scene: Scene) -> None:
    scene.commit(tally={FlowResult.ACT: 2, FlowResult.HELD: 1})
    scene.commit(tally={FlowResult.ACT: 3})
    assert scene.store.tally(scene.session).decisions == {FlowResult.ACT: 5, FlowResult.HELD: 1}


def test_writes_are_counted_by_where_they_stand_now(scene: Scene) -> None:
    first = scene.sent("a")
    scene.settle(scene.sent("b"), OutcomeKind.REJECTED)
    scene.settle(scene.sent("c"), OutcomeKind.THROTTLED)
    scene.decide(action("a", 2))
    tally = scene.store.tally(scene.session)
    assert tally.writes == {
        ActionState.SENT: 1, ActionState.DEAD_LETTERED: 1, ActionState.PREPARED: 1, ActionState.READY: 1,
    }  # fmt: skip
    assert (tally.rejected, tally.throttled, tally.by_probe) == (0, 1, 0), "what was refused is a dead letter"
    scene.settle(first, OutcomeKind.CONFIRMED)
    assert scene.store.tally(scene.session).writes[ActionState.CONFIRMED] == 1


def test_being_throttled_twice_counts_once(scene: Scene) -> None:
    scene.settle(scene.sent("a"), OutcomeKind.THROTTLED)
    (permit,) = scene.send(*scene.candidates())
    scene.settle(permit.send, OutcomeKind.THROTTLED)
    assert scene.store.tally(scene.session).throttled == 1


def test_what_another_session_did_is_not_ours(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.DONE, Fate.SETTLED)
    scene.commit(tally={FlowResult.ACT: 1})
    scene.sent("a")
    other = scene.begin()
    still = {ActionState.SENT: 1}
    assert scene.store.tally(other) == Tally(events={}, decisions={}, writes={}, unmapped_types={}, open=still)


def test_types_that_no_flow_reads_are_counted_by_name(scene: Scene) -> None:
    scene.accept(delivery("evt_1", type="tax.odd"), delivery("evt_2", type="tax.odd"), delivery("evt_3", type="x"))
    for row in scene.store.due_inputs(10):
        scene.mark(row.seq, InboxState.DONE, Fate.UNMAPPED)
    assert scene.store.tally(scene.session).unmapped_types == {"tax.odd": 2, "x": 1}


def test_readings_that_were_judged_are_counted(scene: Scene) -> None:
    scene.accept(delivery("read_1", reading=True), delivery("evt_1"))
    for row in scene.store.due_inputs(10):
        scene.mark(row.seq, InboxState.DONE, Fate.SETTLED)
    assert scene.store.tally(scene.session).readings == 1


# --- find


def named(scene: Scene, text: str) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(hit.what, hit.records, hit.inputs) for hit in scene.store.find(text)]


def test_an_unknown_id_names_nothing(scene: Scene) -> None:
    scene.sent("a")
    for text in ("zzz", "", "action:", "action:99", "attempt:99", "attempt:x", ":::", "%", "stripe:invoice:zzz"):
        assert named(scene, text) == [], text


def test_an_event_is_found_by_its_id_with_the_record_that_it_was_about(scene: Scene) -> None:
    first, second = scene.arrive("evt_1", "evt_2")
    (a,) = scene.know("a")
    scene.mark(first, InboxState.DONE, Fate.SETTLED, entity="a")
    assert named(scene, "evt_1") == [("input", (a.id,), (first,))]
    assert named(scene, "evt_2") == [("input", (), (second,))]


def test_an_input_that_waits_is_found_by_the_id_it_waits_for(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.UNLINKED, Fate.UNLINKED, waits_for=(BORN, "in_far"))
    assert named(scene, "in_far") == [("input", (), (seq,))]


def test_a_record_is_found_by_its_id_in_any_system(scene: Scene) -> None:
    a, b = scene.know("a", "b")
    scene.commit(links=[("a", Link(flow=CRM, id="7")), ("b", Link(flow=ERP, id="7"))])
    assert named(scene, "in_a") == [("link", (a.id,), ())]
    assert sorted(named(scene, "7")) == [("link", (a.id,), ()), ("link", (b.id,), ())]
    for text in ("crm:invoice:7", "invoice.crm:7"):
        assert named(scene, text) == [("link", (a.id,), ())]
    assert named(scene, "a") == [("entity", (a.id,), ())]


def test_an_id_may_hold_colons_itself(scene: Scene) -> None:
    (a,) = scene.know("a")
    scene.commit(links=[("a", Link(flow=CRM, id="x:y:z"))])
    for text in ("x:y:z", "invoice.crm:x:y:z", "crm:invoice:x:y:z"):
        assert named(scene, text) == [("link", (a.id,), ())]


def test_an_action_and_its_attempt_are_found(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    (a,) = scene.know("a")
    scene.decide(action("a", cause=seq))
    (permit,) = scene.send(*scene.candidates())
    about = ((a.id,), (seq,))
    assert named(scene, f"shop:{CRM}:a:1") == [("action", *about)]
    assert named(scene, f"action:{permit.send.action}") == [("action", *about)]
    assert named(scene, f"attempt:{permit.send.attempt}") == [("attempt", *about)]


# --- dossier


def test_a_dossier_holds_the_inputs_that_led_to_its_actions(scene: Scene) -> None:
    cause, about, other = scene.arrive("evt_cause", "evt_about", "evt_other")
    a, b = scene.know("a", "b")
    scene.mark(cause, InboxState.DONE, Fate.SETTLED, entity="b", why="decided")
    scene.mark(about, InboxState.DONE, Fate.STALE, entity="a", why="older")
    scene.mark(other, InboxState.DONE, Fate.STALE)
    scene.decide(action("a", cause=cause))
    dossier = scene.store.dossier([a.id], [])
    assert [(i.event_id, i.record, i.fate, i.why) for i in dossier.inputs] == [
        ("evt_cause", b.id, Fate.SETTLED, "decided"),
        ("evt_about", a.id, Fate.STALE, "older"),
    ]
    assert [r.entity for r in dossier.records] == ["a"]
    assert [(link.flow, link.id, link.since) for link in dossier.links] == [(BORN, "in_a", scene.now)]


def test_a_dossier_of_inputs_alone_shows_their_bodies(scene: Scene) -> None:
    accepted = delivery("evt_1", {"n": 1}, file="drop.jsonl", line=4)
    scene.accept(accepted)
    (facts,) = scene.store.dossier([], [1, 77]).inputs
    assert facts.body == accepted.delivery.body
    assert (facts.file, facts.line, facts.state, facts.fate) == ("drop.jsonl", 4, InboxState.DUE, None)
    assert facts.received_at == accepted.delivery.received_at


def test_a_dossier_tells_every_attempt_of_every_action(scene: Scene) -> None:
    send = scene.sent("a")
    scene.settle(send, OutcomeKind.UNKNOWN)
    (doubt,) = scene.doubts()
    scene.clock.wait(3)
    scene.settle(doubt.send, OutcomeKind.NOT_SENT, via="probe", attempt_to=AttemptState.ABSENT, detail="not there")
    (permit,) = scene.send(*scene.candidates())
    scene.settle(permit.send, OutcomeKind.CONFIRMED)
    scene.decide(action("a", 2, cause=5))
    first, second = scene.store.dossier([scene.record("a").id], []).actions
    assert [(t.number, t.state, t.via, t.detail) for t in first.attempts] == [
        (1, AttemptState.ABSENT, "probe", "not there"),
        (2, AttemptState.CONFIRMED, "answer", ""),
    ]
    assert (second.state, second.content, second.cause, second.attempts) == (ActionState.READY, {"status": "v2"}, 5, ())
    assert first.attempts[0].before == first.attempts[1].before == {"status": "old"}


def test_a_dossier_of_nothing_is_empty(scene: Scene) -> None:
    scene.sent("a")
    dossier = scene.store.dossier([], [])
    assert not any(getattr(dossier, name) for name in dossier.__slots__)


# --- dump


def test_a_dump_shows_what_is_known_and_linked_in_one_order(scene: Scene) -> None:
    scene.know("b", "a", total=1)
    shown = scene.store.dump()
    assert [(row["entity"], row["fields"]) for row in shown["records"]] == [("a", {"total": 1}), ("b", {"total": 1})]
    assert shown["links"] == [
        {"flow": BORN, "id": "in_a", "entity": "a"},
        {"flow": BORN, "id": "in_b", "entity": "b"},
    ]


def test_a_dump_does_not_show_the_way_that_led_there(scene: Scene) -> None:
    (first,) = scene.know("a", total=1)
    before = scene.store.dump()
    scene.clock.wait(60)
    again = {name: FieldState(value=state.value, seq=99) for name, state in first.fields.items()}
    scene.commit(records=[replace(first, fields=again)])
    assert scene.store.dump() == before
