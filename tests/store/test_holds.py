"""Gates hold actions; whoever they asked about, when it changes, has them judged again."""

from dataclasses import replace
from datetime import timedelta

from syncengine.model.struct import replace as altered
from syncengine.store.protocol import DecidedAction, Recheck
from syncengine.vocabulary import ActionState
from tests.store.scene import CRM, ERP, START, Scene, action, hold, new_record


def held(scene: Scene, *entities: str, about: str) -> None:
    scene.know(*entities)
    for entity in entities:
        scene.decide(action(entity), state=ActionState.HELD, holds=[hold(about)])


def due(scene: Scene) -> list[str]:
    """Who is to be judged again, by name."""
    return sorted(r.record.entity for r in scene.store.due_rechecks(100))


def rested(scene: Scene) -> None:
    """Everybody who is to be judged again has been."""
    scene.commit(rechecked=scene.store.due_rechecks(100))


def asked(scene: Scene, *entities: str) -> list[Recheck]:
    """The rechecks of these records, as they stand."""
    return [one for one in scene.store.due_rechecks(100) if one.record.entity in entities]


def open_holds(scene: Scene) -> list[str]:
    return [row["state"] for row in scene.store.standing()["holds"]]


def test_a_held_action_is_not_taken_up(scene: Scene) -> None:
    held(scene, "a", about="acc")
    assert scene.candidates() == []
    assert scene.states() == {f"shop:{CRM}:a:1": "held"}
    assert open_holds(scene) == ["open"]


def test_a_hold_says_what_to_do_next(scene: Scene) -> None:
    held(scene, "a", about="acc")
    (facts,) = scene.store.dossier([scene.record("a").id], []).holds
    assert (facts.gate, facts.need, facts.status, facts.next) == ("kyc-first", "kyb", "pending", "ask for papers")
    assert (facts.flow, facts.released_at, facts.released_by) == (CRM, None, "")


def test_records_that_are_held_about_a_touched_entity_are_judged_again(scene: Scene) -> None:
    held(scene, "a", "b", about="acc")
    held(scene, "c", about="other")
    rested(scene)
    scene.commit(touched=["acc", "nobody"])
    assert [r.record.entity for r in scene.store.due_rechecks(10)] == ["a", "b"]
    assert [r.record.entity for r in scene.store.due_rechecks(1)] == ["a"]


def test_a_recheck_is_due_until_it_is_done(scene: Scene) -> None:
    held(scene, "a", "b", about="acc")
    rested(scene)
    scene.commit(touched=["acc"])
    scene.commit(touched=["acc"])
    scene.commit(rechecked=asked(scene, "a"))
    assert [r.record.entity for r in scene.store.due_rechecks(10)] == ["b"]


def test_an_entity_that_the_rechecking_batch_touched_is_due_again(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.commit(touched=["acc"])
    scene.commit(rechecked=asked(scene, "a"), touched=["acc"])
    assert [r.record.entity for r in scene.store.due_rechecks(10)] == ["a"]


def test_a_hold_that_ended_asks_for_no_recheck(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.commit(
        released=[("a", CRM, "every need passes")],
        actions=[DecidedAction(action=action("a", 2), state=ActionState.READY)],
    )
    rested(scene)
    scene.commit(touched=["acc"])
    assert due(scene) == []


def test_a_release_ends_the_holds_of_its_lane_with_the_reason(scene: Scene) -> None:
    scene.know("a")
    scene.decide(action("a"), action("a", flow=ERP), state=ActionState.HELD, holds=[hold("acc"), hold("x", need="kyc")])
    scene.clock.wait(5)
    scene.commit(
        released=[("a", CRM, "every need passes")],
        actions=[DecidedAction(action=action("a", 2), state=ActionState.READY)],
    )
    facts = scene.store.dossier([scene.record("a").id], []).holds
    ended = [(f.flow, f.released_by, f.released_at) for f in facts]
    assert ended == [
        (CRM, "every need passes", scene.now),
        (CRM, "every need passes", scene.now),
        (ERP, "", None),
        (ERP, "", None),
    ]
    assert scene.states()[f"shop:{CRM}:a:1"] == "superseded"
    assert [c.key for c in scene.candidates()] == [f"shop:{CRM}:a:2"]


def test_superseding_a_held_action_ends_its_holds(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.decide(action("a", 2), state=ActionState.HELD, holds=[hold("acc")])
    assert open_holds(scene) == ["released", "open"]


def test_a_hold_of_an_action_that_its_own_batch_overtook_is_over(scene: Scene) -> None:
    scene.know("a")
    scene.commit(
        actions=[
            DecidedAction(action=action("a", 1), state=ActionState.SUPERSEDED, holds=(hold("acc"),)),
            DecidedAction(action=action("a", 2), state=ActionState.READY),
        ]
    )
    assert open_holds(scene) == ["released"]
    rested(scene)
    scene.commit(touched=["acc"])
    assert due(scene) == []


def test_an_action_is_held_at_its_second_judgement_too(scene: Scene) -> None:
    candidate = scene.ready("a")
    assert scene.move(candidate, ActionState.HELD, holds=(hold("acc"),)) == []
    assert scene.candidates() == []
    rested(scene)
    scene.commit(touched=["acc"])
    assert due(scene) == ["a"]


# --- who is judged again when a hold moves


def test_a_hold_that_begins_makes_its_record_and_the_one_it_is_about_due(scene: Scene) -> None:
    scene.know("acc", "other")
    held(scene, "a", about="acc")
    assert due(scene) == ["a", "acc"]


def test_a_hold_about_itself_or_about_nobody_makes_its_record_due(scene: Scene) -> None:
    held(scene, "a", about="a")
    held(scene, "b", about="account.stripe:cus_9")
    assert due(scene) == ["a", "b"]


def test_a_hold_about_a_record_of_the_same_batch_makes_both_due(scene: Scene) -> None:
    scene.commit(
        records=[new_record("a"), new_record("acc")],
        actions=[DecidedAction(action=action("a"), state=ActionState.HELD, holds=(hold("acc"),))],
    )
    assert due(scene) == ["a", "acc"]


def test_a_hold_that_gives_way_to_another_makes_everybody_due_whom_either_is_about(scene: Scene) -> None:
    scene.know("acc", "other")
    held(scene, "a", about="acc")
    rested(scene)
    scene.decide(action("a", 2), state=ActionState.HELD, holds=[hold("other")])
    assert due(scene) == ["a", "acc", "other"]


def test_a_hold_that_ends_makes_both_due(scene: Scene) -> None:
    scene.know("acc")
    held(scene, "a", about="acc")
    rested(scene)
    scene.commit(
        released=[("a", CRM, "every need passes")],
        actions=[DecidedAction(action=action("a", 2), state=ActionState.READY)],
    )
    assert due(scene) == ["a", "acc"]


def test_what_the_second_judgement_holds_makes_both_due(scene: Scene) -> None:
    scene.know("acc")
    candidate = scene.ready("a")
    assert due(scene) == []
    scene.move(candidate, ActionState.HELD, holds=(hold("acc"),))
    assert due(scene) == ["a", "acc"]


def test_a_move_that_is_refused_makes_nobody_due(scene: Scene) -> None:
    scene.know("acc")
    candidate = scene.ready("a")
    stale = altered(candidate, fence=candidate.fence + 1)
    assert scene.move(stale, ActionState.HELD, holds=(hold("acc"),), recheck=True) == [candidate.id]
    assert due(scene) == []


def test_a_recheck_that_holds_anew_is_due_once_more(scene: Scene) -> None:
    """The batch that does a recheck takes back only what was due before it."""
    scene.know("acc")
    held(scene, "a", about="acc")
    scene.commit(
        rechecked=asked(scene, "a", "acc"),
        actions=[DecidedAction(action=action("a", 2), state=ActionState.HELD, holds=(hold("acc"),))],
    )
    assert due(scene) == ["a", "acc"]


def test_a_record_that_did_not_move_with_its_recheck_is_at_rest(scene: Scene) -> None:
    scene.know("acc")
    held(scene, "a", about="acc")
    scene.commit(rechecked=asked(scene, "a"))
    assert due(scene) == ["acc"]


def test_a_move_can_ask_for_another_judgement(scene: Scene) -> None:
    scene.move(scene.ready("a"), ActionState.CONFIRMED, recheck=True)
    scene.move(scene.ready("b"), ActionState.CONFIRMED)
    assert due(scene) == ["a"]


# --- the holds that go on


def test_open_holds_are_those_of_a_record_and_about_it(scene: Scene) -> None:
    scene.know("acc")
    held(scene, "a", "b", about="acc")
    held(scene, "c", about="other")
    told = scene.store.open_holds(["acc"])
    assert [(one.entity, one.flow, one.hold) for one in told] == [("a", CRM, hold("acc")), ("b", CRM, hold("acc"))]
    assert [one.entity for one in scene.store.open_holds(["a"])] == ["a"]
    assert [one.entity for one in scene.store.open_holds(["c", "a"])] == ["a", "c"]
    assert list(scene.store.open_holds(["nobody"])) == []
    assert list(scene.store.open_holds([])) == []


def test_a_hold_about_its_own_record_is_told_once(scene: Scene) -> None:
    held(scene, "a", about="a")
    assert [one.entity for one in scene.store.open_holds(["a"])] == ["a"]


def test_every_need_is_a_hold_and_in_its_order(scene: Scene) -> None:
    scene.know("a")
    holds = [hold("acc", need=need) for need in ("kyb", "aml", "kyc")]
    scene.decide(action("a"), state=ActionState.HELD, holds=holds)
    assert [one.hold.need for one in scene.store.open_holds(["a", "acc"])] == ["kyb", "aml", "kyc"]


def test_a_hold_keeps_when_it_began_and_what_it_rested_on(scene: Scene) -> None:
    scene.know("a")
    began = replace(hold("acc"), since=START + timedelta(microseconds=1), facts={"judged_at": "today"})
    scene.clock.wait(60)
    scene.decide(action("a"), state=ActionState.HELD, holds=[began])
    (told,) = scene.store.open_holds(["a"])
    assert told.hold == began


def test_a_hold_that_ended_is_not_open(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.decide(action("a", 2), state=ActionState.READY)
    assert list(scene.store.open_holds(["a", "acc"])) == []


def test_many_records_are_asked_about_at_once(scene: Scene) -> None:
    names = [f"r{number:03}" for number in range(70)]
    held(scene, *names, about="acc")
    assert len(scene.store.open_holds([*names, "acc"])) == len(names)
