"""Erasing somebody: what hangs on a subject, what is left of it, and what does not come back."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace as changed
from datetime import timedelta
from typing import Any

import pytest

from syncengine.canonical import encode
from syncengine.errors import BusyError, FenceLostError, UserError
from syncengine.evidence.verify import verify
from syncengine.model.decision import Conflict, FlowOutcome, Link, ReviewItem
from syncengine.model.erasure import Reach
from syncengine.model.event import Accepted
from syncengine.model.matching import KEY, PairMark, Theirs
from syncengine.model.record import FieldState, Record, replace
from syncengine.store.protocol import InputMark, Store, Want
from syncengine.vocabulary import ActionState, EntryKind, Fate, FlowResult, InboxState, OutcomeKind, PairState
from tests.store.scene import BORN, CRM, Scene, action, delivery, hold, new_record, refused

SECRET = "zqsecret"
REASON = "request 17"


def about(event_id: str, who: str, record: str = "", **said: Any) -> Accepted:
    """A delivery about a record that hangs on somebody, full of secrets."""
    shown = record or who
    subjects = tuple(dict.fromkeys((who, shown)))
    return delivery(event_id, {"id": event_id, "s": f"{SECRET} of {who}"}, subjects=subjects, record=shown, **said)


def customer(entity: str, who: str, *owners: tuple[str, str]) -> Record:
    """A record born as `who`, that refers to others."""
    refs = {f"ref{n}": FieldState(value={"flow": flow, "id": id_}, seq=1) for n, (flow, id_) in enumerate(owners)}
    known = new_record(entity, birth_id=who, name=f"{SECRET} {entity}")
    return replace(known, fields={**known.fields, **refs})


@pytest.fixture
def company(scene: Scene) -> Scene:
    """Two customers. The first has an invoice, which has a payment; the second has one that is nobody else's matter."""
    scene.accept(
        about("evt_1", "cus_1"), about("evt_2", "cus_1", "in_1"), about("evt_3", "in_1", "pay_1"),
        about("evt_4", "cus_1", "odd_1", type="never.heard.of"), about("evt_5", "odd_1", "odd_2", type="nor.of.this"),
        about("evt_6", "cus_2"), about("evt_7", "cus_2", "in_2"),
    )  # fmt: skip
    due = {row.event_id: row.seq for row in scene.store.due_inputs(100)}
    entities = {"evt_1": "a", "evt_2": "i", "evt_3": "p", "evt_6": "b", "evt_7": "j"}
    scene.commit(
        records=[
            customer("a", "cus_1"), customer("i", "in_1", (BORN, "cus_1")), customer("p", "pay_1", (BORN, "in_1")),
            customer("b", "cus_2"), customer("j", "in_2", (BORN, "cus_2")),
        ],
        links=[
            ("a", Link(flow=BORN, id="cus_1")), ("i", Link(flow=BORN, id="in_1")), ("p", Link(flow=BORN, id="pay_1")),
            ("b", Link(flow=BORN, id="cus_2")), ("j", Link(flow=BORN, id="in_2")), ("a", Link(flow=CRM, id="acc_1")),
        ],
        marks=[
            InputMark(seq=seq, fate=Fate.SETTLED, state=InboxState.DONE, entity=entities.get(event_id, ""))
            for event_id, seq in due.items()
        ],
    )  # fmt: skip
    return scene


def erase(scene: Scene, subject: str, limit: int = 2) -> Reach:
    """Begin and go on to the end, in small steps; the trail is whole after each."""
    found = scene.store.reach(subject)
    assert found is not None
    scene.store.begin_erasure(scene.session, found, REASON, scene.now)
    assert verify(scene.store.book()).places == ()
    while scene.store.erase_some(scene.session, limit, scene.now) is not None:
        assert verify(scene.store.book()).places == ()
    return found


def bodies(store: Store) -> Iterator[bytes]:
    for row in store.payloads():
        yield row.body or b""


def entities(store: Store, found: Reach) -> set[str]:
    return {record.entity for record in store.records(found.records).values()}


def test_all_that_hangs_on_somebody_is_found_by_any_id(company: Scene) -> None:
    for subject in ("cus_1", "acc_1", f"{CRM}:acc_1", "stripe:invoice:cus_1", "a"):
        found = company.store.reach(subject)
        assert found is not None
        assert entities(company.store, found) == {"a", "i", "p"}, subject
        assert len(found.inputs) == 5, subject
        assert found.objects == {"invoice": 3}


def test_what_somebody_hangs_on_is_not_theirs(company: Scene) -> None:
    found = company.store.reach("in_1")
    assert found is not None
    assert entities(company.store, found) == {"i", "p"}
    assert len(found.inputs) == 2


def test_somebody_who_is_in_no_record_is_found_by_the_deliveries(scene: Scene) -> None:
    scene.accept(about("evt_1", "cus_9", "odd_1"), about("evt_2", "odd_1", "odd_2"), about("evt_3", "cus_8"))
    for subject in ("cus_9", "stripe:cus_9"):
        found = scene.store.reach(subject)
        assert found is not None
        assert len(found.inputs) == 2


def test_nobody_is_found_by_an_id_that_nobody_has(company: Scene) -> None:
    for subject in ("cus_3", "cus_", "evt_1", "", "stripe:", "shop:invoice.crm:a:1"):
        assert company.store.reach(subject) is None, subject


def test_an_id_that_means_several_records_is_to_be_made_clear(company: Scene) -> None:
    company.commit(links=[("b", Link(flow=CRM, id="17")), ("j", Link(flow="invoice.erp", id="17"))])
    with pytest.raises(UserError, match="several records"):
        company.store.reach("17")
    found = company.store.reach("crm:invoice:17")
    assert found is not None
    assert entities(company.store, found) == {"b", "j"}


def test_one_id_of_two_systems_is_two_names(company: Scene) -> None:
    company.accept(delivery("evt_8", {"s": SECRET}, system="shop", subjects=("cus_1",), record="cus_1"))
    (row,) = company.store.due_inputs(10)
    company.commit(
        records=[customer("s", "cus_1s")],
        marks=[InputMark(seq=row.seq, fate=Fate.SETTLED, state=InboxState.DONE, entity="s")],
    )
    found = company.store.reach("cus_1")
    assert found is not None
    assert row.seq not in found.inputs


def test_nothing_is_left_of_whom_was_erased_and_all_of_the_others(company: Scene) -> None:
    before = {r.entity: r for r in company.store.records(range(1, 10)).values()}
    trail = len(list(company.store.entries()))
    erase(company, "cus_1")
    kept = b"".join(bodies(company.store))
    assert b"of cus_2" in kept
    assert b"cus_1" not in kept
    after = {r.entity: r for r in company.store.records(range(1, 10)).values()}
    assert {e for e, r in after.items() if not r.fields} == {"a", "i", "p"} == {e for e, r in after.items() if r.erased}
    assert (after["b"], after["j"]) == (before["b"], before["j"])
    assert SECRET.encode() not in b"".join(entry.body for entry in list(company.store.entries())[trail:])
    assert company.store.load([(CRM, "acc_1")], []).by_link[CRM, "acc_1"].entity == "a"


def test_the_salts_go_with_the_values(company: Scene) -> None:
    erase(company, "cus_1")
    gone = [row for row in company.store.payloads() if row.erased_by]
    assert gone
    assert all((row.salt, row.body) == (None, None) for row in gone)


def test_one_entry_says_who_is_erased_by_whom_and_why(company: Scene) -> None:
    erase(company, "cus_1")
    said = [e.read().facts for e in company.store.entries() if e.kind == EntryKind.ERASED.value]
    (head,) = [facts for facts in said if "reason" in facts]
    assert (head["subject"], head["actor"], head["reason"]) == ("cus_1", "ada", REASON)
    assert verify(company.store.book()).notes


def test_erasing_twice_finds_nothing_left(company: Scene) -> None:
    erase(company, "cus_1")
    for subject in ("cus_1", "acc_1", "in_1"):
        found = company.store.reach(subject)
        assert found is not None
        assert found.is_empty
    entries = len(list(company.store.entries()))
    assert company.store.erase_some(company.session, 10, company.now) is None
    assert verify(company.store.book()).places == ()
    assert len(list(company.store.entries())) - entries <= 1


# --- every place where a value may stand


def everywhere(scene: Scene) -> None:
    """A record whose secrets stand in every table that may hold one."""
    scene.accept(about("evt_1", "cus_1"))
    (row,) = scene.store.due_inputs(10)
    scene.commit(
        records=[customer("a", "cus_1")],
        links=[("a", Link(flow=BORN, id="cus_1")), ("a", Link(flow=CRM, id="acc_1"))],
        marks=[InputMark(seq=row.seq, fate=Fate.SETTLED, state=InboxState.DONE, entity="a")],
    )
    scene.accept(about("evt_1", "cus_1", "other body"))
    scene.accept(refused=[refused(body=f'{{"cus_1": "{SECRET}"'.encode()), refused(line=2, body=b"somebody else")])
    conflict = Conflict(
        field="name", flow=BORN, rule="owner", winner=f"{SECRET} won", loser=f"{SECRET} lost", winner_seq=1, loser_seq=1
    )
    scene.commit(
        conflicts=[("a", conflict)],
        reviews=[("a", row.seq, ReviewItem(flow=BORN, field="name", why="look", value=f"{SECRET}?"))],
        sandbox=[("a", FlowOutcome(flow=CRM, result=FlowResult.OBSERVED, sandbox={"Name": SECRET}))],
        ours=[("a", {KEY: b"ours"})],
        theirs=[Theirs(flow="invoice.x", id="x_1", at=scene.now, keys={KEY: b"theirs"})],
        pairs=[PairMark(entity="a", flow="invoice.x", state=PairState.REVIEW, suspects=("x_1",))],
        wants=[(BORN, "cus_1", "tie")],
    )
    scene.decide(action("a", content={"Name": f"{SECRET} out"}))
    (candidate,) = scene.candidates()
    (permit,) = scene.send(candidate, frozen=encode({"w": SECRET}), before={"Name": f"{SECRET} old"})
    scene.settle(permit.send, OutcomeKind.CONFIRMED, after={"Name": f"{SECRET} made"})
    gate = changed(hold("a"), status=f"{SECRET} pending", facts={"said": SECRET})
    scene.decide(action("a", 2, content={"Name": SECRET}), state=ActionState.HELD, holds=[gate])


def test_no_value_is_left_in_any_table(scene: Scene) -> None:
    everywhere(scene)
    assert sum(SECRET.encode() in body for body in bodies(scene.store)) >= 11
    erase(scene, "acc_1", limit=3)
    assert not any(SECRET.encode() in body for body in bodies(scene.store))
    told = str(scene.store.dossier([1], [1])) + str(scene.store.dump()) + str(scene.store.open_holds(["a"]))
    assert SECRET not in told
    assert not scene.store.wanted_readings(scene.now, 10)
    assert not scene.store.unpaired()
    assert b"somebody else" in b"".join(bodies(scene.store))
    assert verify(scene.store.book()).places == ()


def test_a_candidate_of_the_matching_is_forgotten_by_its_own_id(scene: Scene) -> None:
    scene.know("a")
    theirs = Theirs(flow="invoice.x", id="x_1", at=scene.now, keys={KEY: b"same"})
    review = PairMark(entity="a", flow="invoice.x", state=PairState.REVIEW, suspects=("x_1",))
    scene.commit(theirs=[theirs], pairs=[review], ours=[("a", {KEY: b"same"})])
    found = scene.store.reach("invoice.x:x_1")
    assert found is not None
    assert not found.records
    erase(scene, "invoice.x:x_1")
    assert not scene.store.neighbourhood("invoice.x", [1]).theirs
    scene.commit(theirs=[replace_at(theirs, scene)])
    assert not scene.store.neighbourhood("invoice.x", [1]).theirs


def replace_at(theirs: Theirs, scene: Scene) -> Theirs:
    return Theirs(flow=theirs.flow, id=theirs.id, at=scene.now + timedelta(days=1), keys=theirs.keys)


# --- what is on its way


@pytest.mark.parametrize("state", [ActionState.READY, ActionState.HELD, ActionState.WAITING, ActionState.DEAD_LETTERED])
def test_what_was_to_be_written_is_cancelled(company: Scene, state: ActionState) -> None:
    company.decide(action("i"))
    if state is not ActionState.READY:
        company.move(company.candidate(f"shop:{CRM}:i:1"), state)
    erase(company, "cus_1")
    assert set(company.states().values()) == {"cancelled"}
    assert not company.candidates()


@pytest.mark.parametrize("kind", [None, OutcomeKind.UNKNOWN])
def test_what_is_on_its_way_is_settled_first(company: Scene, kind: OutcomeKind | None) -> None:
    company.decide(action("i"))
    (permit,) = company.send(company.candidate(f"shop:{CRM}:i:1"))
    if kind is not None:
        company.settle(permit.send, kind)
    found = company.store.reach("cus_1")
    assert found is not None
    assert found.busy
    with pytest.raises(BusyError, match="on its way"):
        company.store.begin_erasure(company.session, found, REASON, company.now)
    assert not company.store.has_forgotten()
    assert SECRET.encode() in b"".join(bodies(company.store))


def test_what_was_not_sent_may_be_erased(company: Scene) -> None:
    company.decide(action("i"))
    (permit,) = company.send(company.candidate(f"shop:{CRM}:i:1"))
    company.settle(permit.send, OutcomeKind.NOT_SENT)
    erase(company, "cus_1")
    assert set(company.states().values()) == {"cancelled"}
    assert company.settle(permit.send, OutcomeKind.CONFIRMED, after={"Name": SECRET}) == []
    assert not any(b"Name" in body for body in bodies(company.store))


def test_an_engine_that_had_loaded_them_loses(company: Scene) -> None:
    loaded = company.record("i")
    company.accept(about("evt_9", "cus_1", "in_1"))
    (row,) = company.store.due_inputs(10)
    company.decide(action("i"))
    candidate = company.candidate(f"shop:{CRM}:i:1")
    erase(company, "cus_1")
    with pytest.raises(FenceLostError):
        company.commit(records=[replace(loaded, fields={"name": FieldState(value=SECRET, seq=9)})])
    with pytest.raises(FenceLostError):
        company.commit(marks=[InputMark(seq=row.seq, fate=Fate.SETTLED, state=InboxState.DONE)])
    with pytest.raises(FenceLostError):
        company.commit(records=[new_record("k")], reads=[(loaded.id, loaded.revision)])
    assert company.send(candidate) == []
    assert company.move(candidate, ActionState.READY) == [candidate.id]
    want = Want(flow=BORN, id="in_1", why="x", tries=0)
    company.store.defer_readings(company.session, [want], company.now, SECRET, company.now)
    assert not company.store.wanted_readings(company.now, 10)
    assert not company.due()


# --- what comes later


def test_what_comes_later_is_not_kept(company: Scene) -> None:
    erase(company, "cus_1")
    receipt = company.accept(about("evt_8", "cus_1", "in_3"), about("evt_9", "in_3", "pay_3"), about("evt_10", "cus_2"))
    assert (receipt.new, receipt.duplicates) == (3, 0)
    receipt = company.accept(about("evt_11", "pay_3", "x"))
    assert receipt.new == 1
    assert company.due() == ["evt_10"]
    kept = b"".join(bodies(company.store))
    assert b"evt_10" in kept
    assert b"evt_8" not in kept
    assert b"evt_9" not in kept
    assert b"evt_11" not in kept
    found = company.store.reach("cus_1")
    assert found is not None
    assert found.is_empty
    assert verify(company.store.book()).places == ()


def test_what_came_before_anybody_knew_whose_it_is_goes_when_that_is_known(company: Scene) -> None:
    erase(company, "cus_1")
    company.accept(about("evt_8", "giz_1", "odd_8"), about("evt_9", "odd_8", "odd_9"))
    assert company.due() == ["evt_8", "evt_9"]
    company.accept(about("evt_10", "cus_1", "giz_1"))
    assert not company.due()
    assert b"giz_1" not in b"".join(bodies(company.store))
    assert verify(company.store.book()).places == ()


def test_an_old_delivery_that_comes_again_is_a_repeat(company: Scene) -> None:
    erase(company, "cus_1")
    again = about("evt_1", "cus_1")
    other = about("evt_1", "cus_1", "another body")
    receipt = company.accept(again, other)
    assert (receipt.new, receipt.duplicates, receipt.collisions) == (0, 2, 0)
    assert b"cus_1" not in b"".join(bodies(company.store))


def test_a_reading_of_them_is_not_kept_and_keeps_its_name_to_itself(company: Scene) -> None:
    erase(company, "cus_1")
    name = f"{CRM}:acc_1"
    reading = delivery(f"reading:{name}:{SECRET}", {"s": SECRET}, subjects=(name,), record=name, reading=True)
    for _ in range(2):
        company.accept(reading)
    assert not company.due()
    assert not company.store.find(f"reading:{name}:{SECRET}")
    assert company.store.find(f"reading:{name}:erased")


def test_a_reading_loses_its_name(scene: Scene) -> None:
    name = f"{CRM}:acc_1"
    scene.accept(delivery(f"reading:{name}:{SECRET}", {"s": SECRET}, subjects=(name,), record=name, reading=True))
    found = scene.store.reach(name)
    assert found is not None
    erase(scene, name)
    assert not scene.store.find(f"reading:{name}:{SECRET}")
    assert not scene.due()


def test_a_line_that_is_no_delivery_and_names_them_is_not_kept(company: Scene) -> None:
    erase(company, "cus_1")
    company.accept(refused=[refused(body=f"<cus_1 {SECRET}>".encode()), refused(line=2, body=b"<cus_2 kept>")])
    kept = b"".join(bodies(company.store))
    assert b"<cus_2 kept>" in kept
    assert b"<cus_1" not in kept


def test_what_turns_out_to_be_about_them_is_forgotten_with_its_names(company: Scene) -> None:
    erase(company, "cus_1")
    company.accept(about("evt_8", "in_7"))
    (row,) = company.store.due_inputs(10)
    company.store.forget_inputs(company.session, {row.seq: ("stripe:in_7",)}, company.now)
    company.accept(about("evt_9", "in_7"))
    assert not company.due()
    assert b"in_7" not in b"".join(bodies(company.store))
    assert verify(company.store.book()).places == ()


# --- deliveries about several


def test_a_delivery_about_two_goes_with_either(company: Scene) -> None:
    both = delivery("evt_8", {"s": f"{SECRET} of both"}, subjects=("cus_1", "cus_2", "merge_1"), record="merge_1")
    company.accept(both)
    erase(company, "cus_2")
    assert b"of both" not in b"".join(bodies(company.store))
    assert {r.entity for r in company.store.records(range(1, 10)).values() if r.erased} == {"b", "j"}


def test_a_mere_mention_is_erased_once_it_is_judged(company: Scene) -> None:
    """It may bring something about somebody else, which is not lost."""
    company.accept(
        delivery("evt_8", {"s": "seen"}, subjects=("cus_2",), record="cus_2", mentions=("cus_1",)),
        delivery("evt_9", {"s": "later"}, subjects=("cus_2",), record="cus_2", mentions=("cus_1",)),
    )
    first = company.store.due_inputs(10)[0]
    company.mark(first.seq, InboxState.DONE, Fate.SETTLED, entity="b")
    erase(company, "cus_1")
    kept = b"".join(bodies(company.store))
    assert b"seen" not in kept
    assert b"later" in kept
    assert company.due() == ["evt_9"]
    assert not company.record("b").erased
    company.accept(delivery("evt_10", {"s": "new"}, subjects=("cus_2",), record="cus_2", mentions=("cus_1",)))
    assert "evt_10" in company.due()


# --- legal holds


@pytest.mark.parametrize("held", ["cus_1", "in_1", "pay_1", "acc_1", "stripe:cus_1", "odd_2"])
@pytest.mark.parametrize("subject", ["cus_1", "in_1"])
def test_a_legal_hold_keeps_all_that_hangs_together(company: Scene, held: str, subject: str) -> None:
    assert company.store.set_legal_hold(company.session, held, True, "court", company.now)
    found = company.store.reach(subject)
    assert found is not None
    apart = (subject, held) == ("in_1", "odd_2")
    assert [hold.reason for hold in found.held] == ([] if apart else ["court"])


def test_a_legal_hold_keeps_nobody_else(company: Scene) -> None:
    company.store.set_legal_hold(company.session, "cus_2", True, "court", company.now)
    erase(company, "cus_1")
    assert b"of cus_2" in b"".join(bodies(company.store))


def test_a_legal_hold_that_comes_in_between_is_seen(company: Scene) -> None:
    found = company.store.reach("cus_1")
    assert found is not None
    company.store.set_legal_hold(company.session, "cus_1", True, "court", company.now)
    with pytest.raises(BusyError, match="legal hold"):
        company.store.begin_erasure(company.session, found, REASON, company.now)
    assert not company.store.has_forgotten()


def test_a_legal_hold_is_a_switch_with_an_entry_for_each_turn(company: Scene) -> None:
    store = company.store
    assert store.set_legal_hold(company.session, "cus_1", True, "court", company.now)
    assert not store.set_legal_hold(company.session, "cus_1", True, "again", company.now)
    (stands,) = store.legal_holds()
    assert (stands.subject, stands.actor, stands.reason, stands.at) == ("cus_1", "ada", "court", company.now)
    assert store.set_legal_hold(company.session, "cus_1", False, "over", company.now)
    assert not store.set_legal_hold(company.session, "cus_1", False, "over", company.now)
    assert not store.legal_holds()
    turns = [e.read().facts["held"] for e in store.entries() if e.kind == EntryKind.LEGAL_HOLD.value]
    assert turns == [[False, True], [True, False]]
    assert verify(store.book()).places == ()


# --- broken off


def test_an_erasure_that_was_broken_off_goes_on(company: Scene) -> None:
    found = company.store.reach("cus_1")
    assert found is not None
    company.store.begin_erasure(company.session, found, REASON, company.now)
    company.store.erase_some(company.session, 1, company.now)
    assert verify(company.store.book()).places == ()
    company.session = company.begin()
    again = company.store.reach("acc_1")
    assert again is not None
    assert again.begun
    while company.store.erase_some(company.session, 100, company.now) is not None:
        pass
    last = company.store.reach("cus_1")
    assert last is not None
    assert last.is_empty
    assert not last.begun
    assert b"of cus_1" not in b"".join(bodies(company.store))


def test_who_writes_between_two_steps_does_not_bring_anything_back(company: Scene) -> None:
    found = company.store.reach("cus_1")
    assert found is not None
    company.store.begin_erasure(company.session, found, REASON, company.now)
    record = company.record("p")
    company.commit(records=[replace(record, fields={"name": FieldState(value=f"{SECRET} new", seq=9)})])
    company.decide(action("p", content={"Name": SECRET}))
    while company.store.erase_some(company.session, 100, company.now) is not None:
        pass
    erase(company, "cus_1")
    assert not any(b"Name" in body for body in bodies(company.store))
    assert not company.record("p").fields
    assert set(company.states().values()) == {"cancelled"}


def test_what_was_sent_between_two_steps_is_settled_first(company: Scene) -> None:
    found = company.store.reach("cus_1")
    assert found is not None
    company.store.begin_erasure(company.session, found, REASON, company.now)
    company.decide(action("p"))
    company.send(company.candidate(f"shop:{CRM}:p:1"))
    with pytest.raises(BusyError):
        _to_the_end(company)
    assert verify(company.store.book()).places == ()


def _to_the_end(scene: Scene) -> None:
    while scene.store.erase_some(scene.session, 1, scene.now) is not None:
        pass


def test_nothing_is_taken_out_by_a_transaction_that_fails(company: Scene) -> None:
    before = list(bodies(company.store))
    found = company.store.reach("cus_1")
    assert found is not None
    with suppress(BusyError):
        company.store.begin_erasure(company.session, Reach(subject="x", holds=frozenset({"none"})), "", company.now)
    assert list(bodies(company.store)) == before
    assert not company.store.has_forgotten()
