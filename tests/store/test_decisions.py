"""The decide claim: all that was judged is committed, or nothing of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from syncengine.errors import FenceLostError
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.event import Version
from syncengine.model.record import FieldState, Record, SourceState, TargetState, replace
from syncengine.store.protocol import DecidedAction, InputMark
from syncengine.vocabulary import ActionState, EntryKind, Fate, FlowResult, InboxState
from tests.store.scene import BORN, CRM, ERP, Scene, action, hold, new_record

WHOLE = Record(
    object="invoice",
    entity="whole",
    birth=(BORN, "in_whole"),
    fields={
        "total": FieldState(value={"currency": "EUR", "minor": 4900}, seq=3),
        "note": FieldState(value=None, seq=4),
        "name": FieldState(value="Ünïcode \u2028 \U0001f600", seq=4),
    },
    sources={
        BORN: SourceState(
            id="in_whole",
            version=Version(at=datetime(2026, 1, 1, tzinfo=UTC), resolution=timedelta(seconds=1), sequence="7"),
            spelled={"status": "paid", "lines": [1, {"a": None}]},
            previous={"status": ("open", "draft")},
            events=("evt_1", "evt_2"),
            unsettled="two in one second",
            doubt=9,
            sparse=True,
        )
    },
    targets={
        CRM: TargetState(
            id="00Q1",
            base={"Status__c": "Open"},
            intended={"Status__c": "Paid"},
            sequence=2,
            edited={"Note__c": "by hand"},
            echoes=({"Status__c": "Paid"},),
            held=("kyb pending",),
            missing=True,
        )
    },
    tombstone=True,
)


def test_a_record_comes_back_as_it_was_committed(scene: Scene) -> None:
    scene.commit(records=[WHOLE])
    found = scene.record("whole")
    assert found == replace(WHOLE, id=found.id, revision=1)
    assert found.id > 0
    assert scene.store.records([found.id, 999]) == {found.id: found}


def test_a_fraction_stays_the_number_it_is(scene: Scene) -> None:
    scene.commit(records=[new_record("a", rate=Decimal("0.25"), whole=Decimal("5.0"))])
    assert scene.record("a").value("rate") == Decimal("0.25")
    assert scene.record("a").value("whole") == 5


def test_records_are_found_by_link_and_by_entity(scene: Scene) -> None:
    a, b = scene.know("a", "b")
    found = scene.store.load([(BORN, "in_a"), (BORN, "in_zzz"), (CRM, "in_a")], ["b", "zzz"])
    assert found.by_link == {(BORN, "in_a"): a}
    assert found.by_entity == {"b": b}


def test_every_change_is_another_revision(scene: Scene) -> None:
    (first,) = scene.know("a")
    scene.commit(records=[replace(first, tombstone=True)])
    second = scene.record("a")
    assert (second.id, second.revision, second.tombstone) == (first.id, first.revision + 1, True)


def test_a_record_that_moved_since_it_was_loaded_loses_the_fence(scene: Scene) -> None:
    (loaded,) = scene.know("a")
    scene.commit(records=[replace(loaded, tombstone=True)])
    with pytest.raises(FenceLostError):
        scene.commit(records=[loaded])
    assert scene.record("a").tombstone


def test_a_record_that_was_only_looked_at_is_fenced_as_well(scene: Scene) -> None:
    a, b = scene.know("a", "b")
    scene.commit(records=[replace(b, tombstone=True)])
    with pytest.raises(FenceLostError):
        scene.commit(records=[a], reads=[(b.id, b.revision)])
    scene.commit(records=[a], reads=[(b.id, b.revision + 1)])


def test_a_record_cannot_come_into_existence_twice(scene: Scene) -> None:
    scene.commit(records=[new_record("a")])
    with pytest.raises(FenceLostError):
        scene.commit(records=[new_record("b"), new_record("a")])
    assert scene.store.load([], ["b"]).by_entity == {}


def test_a_lost_fence_keeps_nothing_of_the_batch(scene: Scene) -> None:
    (loaded,) = scene.know("a")
    scene.commit(records=[replace(loaded, tombstone=True)])
    (seq,) = scene.arrive("evt_1")
    before = (scene.store.standing(), scene.store.dump(), scene.store.tally(scene.session))
    with pytest.raises(FenceLostError):
        scene.commit(
            records=[new_record("b"), loaded],
            links=[("b", Link(flow=BORN, id="in_b"))],
            marks=[InputMark(seq=seq, fate=Fate.SETTLED, state=InboxState.DONE, entity="a")],
            actions=[DecidedAction(action=action("a"), state=ActionState.READY)],
            conflicts=[("a", conflict())],
            wants=[(BORN, "in_a", "tie")],
            tally={FlowResult.ACT: 1},
        )
    assert (scene.store.standing(), scene.store.dump(), scene.store.tally(scene.session)) == before
    assert scene.due() == ["evt_1"]
    assert scene.store.wanted_readings(scene.now, 10) == []
    assert [row.kind for row in scene.store.payloads()] == ["raw"]


def test_a_link_belongs_to_one_record(scene: Scene) -> None:
    scene.know("a", "b")
    scene.commit(links=[("a", Link(flow=CRM, id="00Q"))])
    with pytest.raises(FenceLostError):
        scene.commit(links=[("b", Link(flow=CRM, id="00Q"))])
    assert scene.store.load([(CRM, "00Q")], []).by_link[CRM, "00Q"].entity == "a"


def test_a_link_that_is_made_twice_is_made_once(scene: Scene) -> None:
    scene.know("a")
    scene.commit(links=[("a", Link(flow=CRM, id="00Q")), ("a", Link(flow=CRM, id="00Q"))])
    scene.commit(links=[("a", Link(flow=CRM, id="00Q"))])
    assert [row["id"] for row in scene.store.standing()["links"] if row["flow"] == CRM] == ["00Q"]
    made = [e.read().facts["id"] for e in scene.store.entries() if e.kind == EntryKind.LINKED]
    assert made == ["in_a", "00Q"]


def test_an_id_is_translated_into_another_flow_of_the_same_entity(scene: Scene) -> None:
    scene.know("a", "b")
    scene.commit(links=[("a", Link(flow=CRM, id="00Q")), ("b", Link(flow=ERP, id="7"))])
    asked = [(BORN, "in_a", CRM), (BORN, "in_a", ERP), (BORN, "in_b", ERP), (CRM, "00Q", BORN), (CRM, "zzz", ERP)]
    assert scene.store.translate(asked) == {
        (BORN, "in_a", CRM): "00Q",
        (BORN, "in_b", ERP): "7",
        (CRM, "00Q", BORN): "in_a",
    }


def test_an_action_supersedes_what_its_lane_still_has_to_offer(scene: Scene) -> None:
    scene.know("a")
    scene.decide(action("a", 1), action("a", 1, flow=ERP))
    scene.decide(action("a", 2))
    assert scene.states() == {
        f"shop:{CRM}:a:1": "superseded",
        f"shop:{ERP}:a:1": "ready",
        f"shop:{CRM}:a:2": "ready",
    }
    first, _, last = scene.store.standing()["actions"]
    assert first["replaced_by"] == last["id"]


@pytest.mark.parametrize("state", [ActionState.READY, ActionState.HELD])
def test_what_a_batch_decided_twice_in_one_lane_is_offered_once(scene: Scene, state: ActionState) -> None:
    scene.know("a")
    scene.commit(
        actions=[
            DecidedAction(action=action("a", 1), state=ActionState.SUPERSEDED),
            DecidedAction(action=action("a", 2), state=ActionState.SUPERSEDED, holds=(hold("a"),)),
            DecidedAction(action=action("a", 3), state=state),
        ]
    )
    assert list(scene.states().values()) == ["superseded", "superseded", state]
    assert [row["replaced_by"] for row in scene.store.standing()["actions"]] == [3, 3, 0]


def test_a_key_may_be_used_again_once_its_action_is_superseded(scene: Scene) -> None:
    scene.know("a")
    scene.decide(action("a", 1, key="create"))
    scene.decide(action("a", 2, key="create"))
    assert [row["state"] for row in scene.store.standing()["actions"]] == ["superseded", "ready"]


def test_what_was_sent_is_not_superseded(scene: Scene) -> None:
    scene.sent("a")
    scene.decide(action("a", 2))
    assert list(scene.states().values()) == ["sent", "ready"]


def conflict() -> Conflict:
    return Conflict(field="status", flow=CRM, rule="owner", winner="paid", loser="open", winner_seq=2, loser_seq=1)


def test_the_loser_of_a_conflict_is_kept(scene: Scene) -> None:
    (a,) = scene.know("a")
    scene.commit(conflicts=[("a", conflict())])
    (kept,) = scene.store.dossier([a.id], []).conflicts
    assert (kept.field, kept.flow, kept.rule, kept.winner, kept.loser) == ("status", CRM, "owner", "paid", "open")
    assert scene.store.tally(scene.session).conflicts == 1


def test_a_question_for_people_is_kept_with_what_it_is_about(scene: Scene) -> None:
    (a,) = scene.know("a")
    (seq,) = scene.arrive("evt_1")
    item = ReviewItem(flow=BORN, field="status", why="unknown word", value="Void")
    nobodys = ReviewItem(flow=BORN, field="status", why="unknown word")
    scene.commit(reviews=[("a", seq, item), ("", seq, nobodys)])
    about_record = scene.store.dossier([a.id], []).reviews
    about_input = scene.store.dossier([], [seq]).reviews
    assert [(r.record, r.field, r.why) for r in about_record] == [(a.id, "status", "unknown word")]
    assert [(r.record, r.value) for r in about_input] == [(a.id, "Void"), (0, None)]
    assert scene.store.tally(scene.session).reviews == 2


def test_the_sandbox_view_shows_the_latest(scene: Scene) -> None:
    scene.know("a")
    for status in ("Open", "Paid"):
        outcome = FlowOutcome(flow=CRM, result=FlowResult.OBSERVED, sandbox={"Status__c": status})
        scene.commit(sandbox=[("a", outcome)])
    assert [row.kind for row in scene.store.payloads()] == ["sandbox", "sandbox"]


def test_what_is_committed_cannot_be_changed_through_what_was_handed_in(scene: Scene) -> None:
    content = {"status": "Paid"}
    record = new_record("a", parts={"city": "Ulm"})
    scene.commit(
        records=[record],
        actions=[DecidedAction(action=action("a", content=content), state=ActionState.READY)],
    )
    content["status"] = "Void"
    record.fields["parts"].value["city"] = "Bonn"
    (candidate,) = scene.candidates()
    assert candidate.content == {"status": "Paid"}
    assert scene.record("a").value("parts") == {"city": "Ulm"}
