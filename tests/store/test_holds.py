"""Gates hold actions; whoever they asked about, when it changes, has them judged again."""

from syncengine.store.protocol import DecidedAction
from syncengine.vocabulary import ActionState
from tests.store.scene import CRM, ERP, Scene, action, hold


def held(scene: Scene, *entities: str, about: str) -> None:
    scene.know(*entities)
    for entity in entities:
        scene.decide(action(entity), state=ActionState.HELD, holds=[hold(about)])


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
    assert scene.store.due_rechecks(10) == []
    scene.commit(touched=["acc", "nobody"])
    assert [r.entity for r in scene.store.due_rechecks(10)] == ["a", "b"]
    assert [r.entity for r in scene.store.due_rechecks(1)] == ["a"]


def test_a_recheck_is_due_until_it_is_done(scene: Scene) -> None:
    held(scene, "a", "b", about="acc")
    scene.commit(touched=["acc"])
    scene.commit(touched=["acc"])
    scene.commit(rechecked=[scene.record("a").id])
    assert [r.entity for r in scene.store.due_rechecks(10)] == ["b"]


def test_an_entity_that_the_rechecking_batch_touched_is_due_again(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.commit(touched=["acc"])
    scene.commit(rechecked=[scene.record("a").id], touched=["acc"])
    assert [r.entity for r in scene.store.due_rechecks(10)] == ["a"]


def test_a_hold_that_ended_asks_for_no_recheck(scene: Scene) -> None:
    held(scene, "a", about="acc")
    scene.commit(
        released=[("a", CRM, "every need passes")],
        actions=[DecidedAction(action=action("a", 2), state=ActionState.READY)],
    )
    scene.commit(touched=["acc"])
    assert scene.store.due_rechecks(10) == []


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
    scene.commit(touched=["acc"])
    assert scene.store.due_rechecks(10) == []


def test_an_action_is_held_at_its_second_judgement_too(scene: Scene) -> None:
    candidate = scene.ready("a")
    assert scene.move(candidate, ActionState.HELD, holds=(hold("acc"),)) == []
    assert scene.candidates() == []
    scene.commit(touched=["acc"])
    assert [r.entity for r in scene.store.due_rechecks(10)] == ["a"]
