"""Sessions and their strands, checkpoints, switches, and what a restart keeps."""

import pytest

from syncengine.errors import UserError
from syncengine.model.entry import Entry
from syncengine.store.protocol import Store
from syncengine.vocabulary import EntryKind, Phase
from tests.store.conftest import Opening
from tests.store.scene import BORN, CRM, SECOND, Scene, busy, delivery


def entries(scene: Scene, kind: EntryKind) -> list[tuple[int, Entry]]:
    return [(e.strand, e.read()) for e in scene.store.entries() if e.kind == kind]


def strands(scene: Scene) -> dict[int, int]:
    return {row["strand"]: row["count"] for row in scene.store.standing()["strands"]}


def test_a_ledger_belongs_to_the_project_that_began_it(scene: Scene) -> None:
    with pytest.raises(UserError, match="'shop'"):
        scene.store.open_session(kind="run", actor="ada", project="other", now=scene.now)
    assert len(scene.store.standing()["strands"]) == 1


def test_every_session_writes_a_strand_of_its_own(scene: Scene) -> None:
    other = scene.begin(kind="ingest")
    assert (other.kind, other.actor) == ("ingest", "ada")
    assert other.id != scene.session.id
    assert other.strand != scene.session.strand
    before = strands(scene)
    scene.store.set_pause(other, "system:crm", True, "maintenance", scene.now)
    after = strands(scene)
    assert after[scene.session.strand] == before[scene.session.strand]
    assert after[other.strand] == before[other.strand] + 2  # what was done, and what was written


def test_a_strand_counts_its_entries_without_a_gap(scene: Scene) -> None:
    scene.sent("a")
    numbers = [e.number for e in scene.store.entries()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert strands(scene) == {scene.session.strand: len(numbers)}


def test_a_checkpoint_folds_all_strands_and_names_the_one_before_it(scene: Scene) -> None:
    other = scene.begin()
    before = {str(row["strand"]): [row["count"], row["head"]] for row in scene.store.standing()["strands"]}
    scene.store.checkpoint(other, scene.now)
    scene.store.checkpoint(scene.session, scene.now)
    (_, second), (_, first) = entries(scene, EntryKind.CHECKPOINT)
    assert first.facts["heads"] == before
    assert first.facts["previous"] == "00" * 32
    hashes = {e.hash.hex() for e in scene.store.entries()}
    assert second.facts["previous"] in hashes
    assert scene.store.standing()["checkpoint"][0]["hash"] in hashes - {second.facts["previous"]}


def test_a_session_ends_with_a_checkpoint(scene: Scene) -> None:
    scene.store.close_session(scene.session, scene.now)
    kinds = [e.read().kind for e in scene.store.entries()]
    written = EntryKind.WRITTEN
    assert kinds == [EntryKind.SESSION_OPENED, written, written, EntryKind.SESSION_CLOSED, EntryKind.CHECKPOINT]


# --- switches


def test_nothing_is_switched_in_a_new_ledger(scene: Scene) -> None:
    switches = scene.store.switches()
    assert (dict(switches.phases), switches.paused) == ({}, frozenset())


def test_a_phase_stands_where_it_was_last_put(scene: Scene) -> None:
    scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "checked", scene.now)
    scene.store.set_phase(scene.session, "support", Phase.AUTOMATED, "checked", scene.now)
    scene.store.set_phase(scene.session, "billing", Phase.OBSERVE, "back", scene.now)
    assert dict(scene.store.switches().phases) == {"billing": Phase.OBSERVE, "support": Phase.AUTOMATED}


def test_a_scope_is_paused_until_it_is_resumed(scene: Scene) -> None:
    scene.store.set_pause(scene.session, "flow:invoice.crm", True, "odd numbers", scene.now)
    scene.store.set_pause(scene.session, "set:billing", True, "audit", scene.now)
    assert scene.store.switches().paused == {"flow:invoice.crm", "set:billing"}
    scene.store.set_pause(scene.session, "flow:invoice.crm", False, "explained", scene.now)
    assert scene.store.switches().paused == {"set:billing"}


def test_phase_and_pause_of_one_write_set_do_not_disturb_each_other(scene: Scene) -> None:
    scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "checked", scene.now)
    scene.store.set_pause(scene.session, "set:billing", True, "audit", scene.now)
    scene.store.set_phase(scene.session, "billing", Phase.AUTOMATED, "checked", scene.now)
    assert scene.store.switches().paused == {"set:billing"}
    scene.store.set_pause(scene.session, "set:billing", False, "done", scene.now)
    assert dict(scene.store.switches().phases) == {"billing": Phase.AUTOMATED}


def test_a_switch_says_who_moved_it_from_where_and_why(scene: Scene) -> None:
    scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "checked", scene.now)
    scene.store.set_pause(scene.session, "system:crm", True, "away", scene.now)
    (_, phase), (_, pause) = entries(scene, EntryKind.SWITCHED)
    assert phase.facts == {
        "scope": "set:billing", "phase": ["", "controlled"], "reason": "checked", "actor": "ada",
    }  # fmt: skip
    assert (pause.facts["scope"], pause.facts["paused"]) == ("system:crm", [False, True])


def test_a_switch_that_stands_there_already_is_no_change(scene: Scene) -> None:
    for _ in range(2):
        scene.store.set_phase(scene.session, "billing", Phase.CONTROLLED, "checked", scene.now)
        scene.store.set_pause(scene.session, "system:crm", True, "away", scene.now)
        scene.store.set_pause(scene.session, "system:erp", False, "it never was", scene.now)
    assert len(entries(scene, EntryKind.SWITCHED)) == 2


# --- restart


def everything(store: Store, scene: Scene) -> dict[str, object]:
    """What the store answers to every question that has nothing to do with time passing."""
    records = [row["record"] for row in store.standing()["actions"]]
    links = [(row["flow"], row["id"]) for row in store.standing()["links"]]
    return {
        "standing": store.standing(),
        "dump": store.dump(),
        "due": store.due_inputs(100),
        "rechecks": store.due_rechecks(100),
        "holds": list(store.open_holds(["a", "b", "acc"])),
        "switches": store.switches(),
        "wants": store.wanted_readings(scene.now, 100),
        "candidates": store.candidates([CRM], scene.now, 100),
        "doubts": store.doubts([CRM], scene.now, 100),
        "next": store.next_due(scene.now),
        "tally": store.tally(scene.session),
        "dossier": store.dossier(records, []),
        "load": store.load(links, []),
        "cursor": store.cursor("account.crm"),
        "entries": list(store.entries()),
        "payloads": list(store.payloads()),
        "frozen": store.frozen(range(10)),
    }


def test_a_restart_keeps_everything(opening: Opening) -> None:
    store = opening()
    scene = Scene(store)
    busy(scene)
    before = everything(store, scene)
    store.close()
    again = opening()
    assert everything(again, scene) == before
    again.close()


def test_a_new_session_goes_on_where_the_last_one_ended(opening: Opening) -> None:
    store = opening()
    scene = Scene(store)
    send = scene.sent("a")
    store.close()
    after = Scene(opening(), scene.clock)
    assert after.session.id != scene.session.id
    assert after.store.share(after.session, after.now) == 1
    after.clock.advance(60 * SECOND)
    (doubt,) = after.doubts()
    assert (doubt.send.attempt, doubt.send.frozen) == (send.attempt, send.frozen)
    assert after.accept(delivery("evt_1")).new == 1
    after.store.close()


def test_what_one_session_wrote_another_one_sees_at_once(opening: Opening) -> None:
    here, there = Scene(opening()), Scene(opening())
    here.accept(delivery("evt_1"))
    assert there.due() == ["evt_1"]
    there.sent("a")
    assert list(here.states().values()) == ["sent"]
    here.store.close()
    there.store.close()


def test_reading_leaves_no_trace(scene: Scene) -> None:
    busy(scene)
    before = everything(scene.store, scene)
    scene.store.find("evt_1")
    scene.store.translate([(BORN, "in_a", CRM)])
    scene.store.file_progress("stripe", "x")
    assert everything(scene.store, scene) == before
