"""Who switched what, when and why; and a switch that is turned by a session of its own."""

from datetime import timedelta

import pytest

from syncengine.errors import UserError
from syncengine.model.switch import Switch, Turned
from syncengine.store.protocol import Intent
from syncengine.vocabulary import EntryKind, Phase
from tests.store.scene import CRM, Scene


def turned(scene: Scene, actor: str, reason: str) -> Turned:
    return Turned(at=scene.now, actor=actor, reason=reason)


def test_phase_and_pause_of_one_scope_each_keep_who_said_it(scene: Scene) -> None:
    store = scene.store
    assert store.switch("set:billing", Phase.CONTROLLED, actor="ada", reason="go", project="shop", now=scene.now)
    first = turned(scene, "ada", "go")
    scene.clock.advance(timedelta(hours=1))
    assert store.switch("set:billing", True, actor="bob", reason="odd", project="shop", now=scene.now)
    second = turned(scene, "bob", "odd")
    (known,) = store.switchboard()
    assert known == Switch(
        scope="set:billing", phase=Phase.CONTROLLED, phase_turn=first, paused=True, pause_turn=second
    )  # fmt: skip
    scene.clock.advance(timedelta(hours=1))
    assert store.switch("set:billing", False, actor="cy", reason="fine", project="shop", now=scene.now)
    (known,) = store.switchboard()
    assert (known.paused, known.pause_turn, known.phase_turn) == (False, turned(scene, "cy", "fine"), first)


def test_a_switch_is_turned_by_a_session_that_does_nothing_else(scene: Scene) -> None:
    before = list(scene.store.entries())
    assert scene.store.switch("flow:invoice.crm", True, actor="ada", reason="", project="shop", now=scene.now)
    new = [entry for entry in scene.store.entries() if entry not in before]
    kinds = [entry.kind for entry in new]
    assert EntryKind.SESSION_OPENED in kinds
    assert EntryKind.SWITCHED in kinds
    assert EntryKind.SESSION_CLOSED in kinds
    assert len({entry.strand for entry in new}) == 1
    assert scene.store.switches().paused == {"flow:invoice.crm"}


@pytest.mark.parametrize("to", [True, Phase.CONTROLLED])
def test_what_stands_so_already_is_left_as_it_is_without_a_trace(scene: Scene, to: bool | Phase) -> None:
    assert scene.store.switch("set:billing", to, actor="ada", reason="first", project="shop", now=scene.now)
    before = list(scene.store.entries())
    assert not scene.store.switch("set:billing", to, actor="bob", reason="again", project="shop", now=scene.now)
    assert list(scene.store.entries()) == before
    (known,) = scene.store.switchboard()
    assert (known.pause_turn or known.phase_turn) == turned(scene, "ada", "first")


def test_a_ledger_of_another_project_is_not_switched(scene: Scene) -> None:
    with pytest.raises(UserError, match="belongs to the project 'shop'"):
        scene.store.switch("set:billing", True, actor="ada", reason="", project="other", now=scene.now)
    assert scene.store.switchboard() == []


def test_without_a_project_the_ledgers_own_is_taken(scene: Scene) -> None:
    assert scene.store.switch("set:billing", True, actor="ada", reason="", project=None, now=scene.now)
    assert scene.store.switches().paused == {"set:billing"}


def test_what_waits_is_counted_by_flow(scene: Scene) -> None:
    scene.ready("a")
    scene.ready("b")
    scene.sent("c")
    assert dict(scene.store.waiting([CRM, "invoice.erp"])) == {CRM: 2}
    assert dict(scene.store.waiting([])) == {}


def test_an_intent_that_is_paused_gets_no_permit_whoever_let_it_through(scene: Scene) -> None:
    """Judged with the very switches of the ledger, as if nobody before had looked at them."""
    stopped, free = scene.ready("a"), scene.ready("b")
    scene.store.set_pause(scene.session, "system:crm", True, "away", scene.now)

    def intent(candidate: object, *scopes: str) -> Intent:
        return scene.intent(candidate, scopes=scopes)  # type: ignore[arg-type]

    intents = [intent(stopped, "flow:invoice.crm", "system:crm"), intent(free, "flow:invoice.crm")]
    permits = scene.store.commit_intent(scene.session, intents, scene.store.switches(), scene.now)
    assert [permit.send.action for permit in permits] == [free.id]
    assert scene.states()[stopped.key] == "ready"
