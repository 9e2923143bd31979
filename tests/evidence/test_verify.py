"""Verification of what the stores wrote honestly, and of trails that are wrong in themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import chain, decode, encode
from syncengine.evidence.verify import Verdict, verify
from syncengine.model.book import Head
from syncengine.model.entry import ChainedEntry
from syncengine.store.memory import MemoryStore
from syncengine.vocabulary import ActionState, AttemptState, EntryKind, OutcomeKind
from tests.evidence.kept import KeptBook
from tests.store.scene import Scene, busy

Said = dict[str, Any]


class Trail:
    """All that verification is given, ready to be changed."""

    def __init__(self) -> None:
        self.scene = Scene(MemoryStore(Random(3).randbytes))
        busy(self.scene)
        self.take()

    def take(self) -> "Trail":
        self.book = KeptBook.of(self.scene.store.book())
        return self

    def verify(self) -> Verdict:
        return verify(self.book)

    def forge(self, change: Callable[[list[Said]], None], *, checkpoint: bytes | None = None) -> "Trail":
        """The trail of somebody who can hash: what the entries say is changed, then chained and counted anew."""
        said = [_parsed(entry) for entry in self.book.entries_]
        change(said)
        head, chained = bytes(32), []
        for number, each in enumerate(said, 1):
            body = encode({**each, "number": number, "previous": head.hex()})
            head = chain(head, body)
            chained.append(ChainedEntry(strand=1, number=number, kind=each["kind"], body=body, hash=head))
        self.book.entries_ = chained
        kept = self.book.heads_
        heads = replace(kept, strands={1: Head(count=len(chained), head=head, session=1)})
        self.book.heads_ = heads if checkpoint is None else replace(heads, checkpoint=checkpoint)
        return self


def _parsed(entry: ChainedEntry) -> Said:
    said: Said = decode(entry.body)
    return said


@pytest.fixture
def trail() -> Trail:
    return Trail()


def first(said: Sequence[Said], kind: EntryKind, **facts: Any) -> int:
    return next(
        place
        for place, each in enumerate(said)
        if each["kind"] == kind and all(each["facts"].get(name) == value for name, value in facts.items())
    )


# --- honest ledgers


def test_an_empty_ledger_holds() -> None:
    verdict = verify(KeptBook())
    assert verdict.holds_true
    assert (verdict.entries, verdict.strands, verdict.payloads) == (0, 0, 0)


def test_everything_that_was_checked_is_counted(trail: Trail) -> None:
    verdict = trail.verify()
    assert verdict.places == ()
    assert verdict.entries == len(trail.book.entries_)
    assert verdict.payloads == len(trail.book.payloads_)
    assert (verdict.strands, verdict.checkpoints, verdict.erased) == (1, 1, 0)
    assert (verdict.actions, verdict.attempts, verdict.holds) == (4, 2, 1)
    assert verdict.links == len(trail.book.kept["links"])
    assert verdict.checkpoint == trail.book.heads_.checkpoint.hex()


def test_every_way_of_an_attempt_is_legal_in_the_trail(trail: Trail) -> None:
    scene = trail.scene
    kinds = (OutcomeKind.REJECTED, OutcomeKind.THROTTLED, OutcomeKind.NOT_SENT, OutcomeKind.MOVED)
    for place, kind in enumerate(kinds):
        scene.settle(scene.sent(f"x{place}"), kind)
    scene.send(*scene.candidates())
    scene.sent("y")
    scene.store.share(scene.begin(), scene.now)
    ends: tuple[tuple[OutcomeKind, dict[str, Any]], ...] = (
        (OutcomeKind.NOT_SENT, {"attempt_to": AttemptState.ABSENT}),
        (OutcomeKind.UNKNOWN, {}),
        (OutcomeKind.UNKNOWN, {"to": ActionState.PARKED, "attempt_to": AttemptState.PARKED}),
    )
    for doubt, (kind, said) in zip(scene.doubts(), ends, strict=False):
        scene.settle(doubt.send, kind, via="probe", **said)
    assert trail.take().verify().places == ()


def test_sessions_that_take_turns_on_one_action_are_told_apart(trail: Trail) -> None:
    scene = trail.scene
    other = Scene(scene.store, scene.clock)
    candidate = scene.ready("t")
    (permit,) = other.send(candidate)
    scene.settle(permit.send, OutcomeKind.THROTTLED)
    (again,) = other.send(scene.candidate(candidate.key))
    scene.clock.advance(-scene.clock.now().resolution * 5)  # a clock that was set back between two sessions
    scene.settle(again.send, OutcomeKind.CONFIRMED)
    other.store.close_session(other.session, other.now)
    scene.store.close_session(scene.session, scene.now)
    verdict = trail.take().verify()
    assert verdict.places == ()
    assert (verdict.strands, verdict.checkpoints) == (2, 3)


def test_a_late_result_moves_nothing(trail: Trail) -> None:
    send = trail.scene.sent("late")
    trail.scene.settle(send, OutcomeKind.CONFIRMED)
    trail.scene.settle(send, OutcomeKind.REJECTED)
    assert trail.take().verify().places == ()


def test_a_payload_that_was_erased_lawfully_is_told_and_is_no_damage(trail: Trail) -> None:
    payloads = list(trail.book.payloads_)
    trail.book.payloads_ = payloads
    erased = payloads[2]
    payloads[2] = replace(erased, salt=None, body=None, erased_by=99)
    assert trail.verify().places == (f"payload {erased.id}: its body is gone, and no entry says that it was erased",)

    def erase(said: list[Said]) -> None:
        del said[first(said, EntryKind.CHECKPOINT)]
        entry = {"strand": 1, "kind": "payload.erased", "at": "2026-01-01T00:00:00Z"}
        said.append({**entry, "facts": {"payloads": [[erased.id, erased.id]]}})

    entry = trail.forge(erase, checkpoint=b"").book.entries_[-1]
    other = f"payload {erased.id}: it names entry 99 for its erasure, which is strand 1 entry {entry.number}"
    assert trail.verify().places == (other,)
    payloads[2] = replace(erased, salt=None, body=None, erased_by=entry.number)
    verdict = trail.verify()
    assert verdict.places == ()
    assert verdict.erased == 1
    assert verdict.notes == (f"payload {erased.id}: erased by strand 1 entry {entry.number}",)
    payloads[2] = replace(erased, erased_by=entry.number)
    assert trail.verify().places == (f"payload {erased.id}: it is marked as erased, and its body is still there",)


# --- trails that are hashed well and tell a false story


def fold_away(said: list[Said]) -> None:
    """Without the checkpoint, whose heads cannot fit a trail that was hashed anew."""
    del said[first(said, EntryKind.CHECKPOINT)]


def forged(trail: Trail, change: Callable[[list[Said]], None]) -> tuple[str, ...]:
    def both(said: list[Said]) -> None:
        fold_away(said)
        change(said)

    return trail.forge(both, checkpoint=b"").verify().places


def test_a_checkpoint_shows_a_trail_that_was_hashed_anew(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        said[0]["facts"]["actor"] = "eve"

    places = trail.forge(change).verify().places
    assert any("the checkpoint in strand 1" in place for place in places)


def test_a_transition_without_an_entry_is_named(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        del said[first(said, EntryKind.ATTEMPT, to="confirmed")]

    places = forged(trail, change)
    assert "action 1: it stands at confirmed, and its entries end at sent" in places
    assert "attempt 1: it stands at confirmed, and its entries end at sent" in places


def test_a_gap_between_two_transitions_is_named(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        del said[first(said, EntryKind.ATTEMPT, to="sent")]

    (place, *_) = (p for p in forged(trail, change) if p.startswith("action 1:"))
    assert "moves it from sent to confirmed, and it stood at ready" in place


def test_an_illegal_edge_of_an_attempt_is_named(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        said[first(said, EntryKind.ATTEMPT, to="unknown")]["facts"]["to"] = "parked"

    assert any("an attempt may not go from sent to parked" in place for place in forged(trail, change))


def test_what_was_sent_never_comes_back_into_the_house(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        said[first(said, EntryKind.ATTEMPT, to="unknown")]["facts"]["action_to"] = "ready"

    assert any("an action may not go from sent to ready" in place for place in forged(trail, change))


def test_a_link_that_is_made_twice_is_named(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        said.append(dict(said[first(said, EntryKind.LINKED)]))

    assert any("was linked before" in place for place in forged(trail, change))


def test_facts_that_do_not_fit_their_kind_are_named(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        said[first(said, EntryKind.ACTION)]["facts"] = {"odd": 1}

    assert any("its facts are not those of action.moved" in place for place in forged(trail, change))


def test_a_strand_begins_with_its_session(trail: Trail) -> None:
    def change(said: list[Said]) -> None:
        del said[0]

    assert "strand 1 entry 1: a strand begins with session.opened" in forged(trail, change)


STANDING: Mapping[str, tuple[str, str, Any, str]] = {
    "an action that was moved by hand": ("actions", "state", "cancelled", "action 1: it stands at cancelled"),
    "an action with another key": ("actions", "key", "x", "action 1: the ledger says key x"),
    "an action of another flow": ("actions", "flow", "x", "action 1: the ledger says flow x"),
    "an action of another record": ("actions", "record_id", 9, "action 1: the ledger says record_id 9"),
    "an action that is said to be replaced": ("actions", "replaced_by", 3, "action 1: the ledger says replaced_by 3"),
    "an action with another fence": ("actions", "fence", 77, "action 1: the ledger says fence 77"),
    "an attempt that was moved by hand": ("attempts", "state", "absent", "attempt 1: it stands at absent"),
    "an attempt of another action": ("attempts", "action_id", 2, "attempt 1: the ledger says action_id 2"),
    "an attempt with another fence": ("attempts", "fence", 77, "attempt 1: the ledger says fence 77"),
    "a hold that was released by hand": ("holds", "released_at", "now", "hold 1: it stands at released"),
    "a link to another record": ("links", "record_id", 9, "it leads to record 9"),
    "a link under another id": ("links", "external_id", "x", "link invoice.crm x: no entry says that it came into"),
    "a phase that was set by hand": ("switches", "phase", "automated", "switch set:billing: it stands at automated"),
    "a pause that was set by hand": ("switches", "paused", True, "switch set:billing: it stands at True"),
}


@pytest.mark.parametrize("what", STANDING)
def test_a_state_without_its_entry_is_named(trail: Trail, what: str) -> None:
    table, column, value, said = STANDING[what]
    row = next(row for row in trail.book.kept[table] if row.get("flow", "").endswith("crm") or table != "links")
    assert row[column] != value
    row[column] = value
    assert any(said in place for place in trail.verify().places), trail.verify().places


@pytest.mark.parametrize("table", ["actions", "attempts", "holds", "links", "switches"])
def test_a_row_that_was_removed_is_named(trail: Trail, table: str) -> None:
    del trail.book.kept[table][0]
    (place, *_) = trail.verify().places
    assert "it is gone" in place


def test_a_row_that_was_added_is_named(trail: Trail) -> None:
    trail.book.kept["actions"].append({**trail.book.kept["actions"][0], "id": 999})
    assert trail.verify().places == ("action 999: no entry says that it came into existence",)


def test_the_first_twenty_places_are_told_and_the_others_counted(trail: Trail) -> None:
    trail.book.kept["actions"] += [{**trail.book.kept["actions"][0], "id": 1000 + n} for n in range(50)]
    verdict = trail.verify()
    assert len(verdict.places) == 20
    assert verdict.places[0].startswith("action 1000:")
    assert verdict.more == 30


# --- nothing makes it stumble

mangled = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"{}", b"[]", b"null", b'"x"', b'{"kind":"action.moved"}', b'{"kind":"action.moved","facts":[]}', b"[" * 5000]
    ),
    st.sampled_from(list(EntryKind)).map(lambda kind: encode({"kind": kind.value, "facts": {}})),
    st.sampled_from(list(EntryKind)).map(lambda kind: encode({"kind": kind.value, "facts": {"heads": 1, "from": []}})),
)
SAMPLE = Trail().book


@given(st.integers(0, len(SAMPLE.entries_) - 1), mangled, st.binary(max_size=40))
def test_a_mangled_entry_is_named_and_never_raises(place: int, body: bytes, hash_: bytes) -> None:
    entries = list(SAMPLE.entries_)
    entries[place] = replace(entries[place], body=body, hash=hash_)
    verdict = verify(replace(SAMPLE, entries_=entries))
    assert verdict.places[0].startswith(f"strand 1 entry {place + 1}:")


@given(st.permutations(range(len(SAMPLE.entries_))))
def test_entries_in_another_order_do_not_pass(order: Sequence[int]) -> None:
    verdict = verify(replace(SAMPLE, entries_=[SAMPLE.entries_[place] for place in order]))
    assert verdict.holds_true is (list(order) == sorted(order))


@given(st.lists(st.integers(0, len(SAMPLE.payloads_) - 1), min_size=2, max_size=2, unique=True))
def test_payloads_that_changed_places_do_not_pass(pair: list[int]) -> None:
    a, b = pair
    rows = list(SAMPLE.payloads_)
    rows[a], rows[b] = replace(rows[b], id=rows[a].id), replace(rows[a], id=rows[b].id)
    assert not verify(replace(SAMPLE, payloads_=rows)).holds_true
