"""Taking in: once per event, nothing lost, and as far as the file has come."""

import pytest

from syncengine.canonical import digest, encode
from syncengine.store.protocol import FileProgress, IntakeReceipt
from syncengine.vocabulary import Fate, InboxState, InputKind
from tests.store.scene import START, Scene, delivery, refused


def progress(offset: int, *, finished: bool = False, path: str = "drop.jsonl", content: bytes = b"abc") -> FileProgress:
    return FileProgress(
        system="stripe", path=path, offset=offset, lines=offset // 10, digest=digest(content), finished=finished
    )


def test_new_deliveries_are_due_in_the_order_in_which_they_came(scene: Scene) -> None:
    receipt = scene.accept(delivery("evt_b"), delivery("evt_a"))
    scene.accept(delivery("evt_0"))
    assert receipt == IntakeReceipt(new=2, duplicates=0, collisions=0, refused=0)
    assert scene.due() == ["evt_b", "evt_a", "evt_0"]


def test_a_due_input_shows_what_was_taken_in(scene: Scene) -> None:
    taken = delivery("evt_1", {"n": 1}, type="invoice.created", trouble="live mode")
    scene.accept(taken)
    (row,) = scene.store.due_inputs(10)
    assert (row.kind, row.system, row.event_id, row.type) == (InputKind.DELIVERY, "stripe", "evt_1", "invoice.created")
    assert (row.at, row.trust, row.trouble) == (START, taken.delivery.trust, "live mode")
    assert row.body == encode({"n": 1})


def test_the_body_is_kept_byte_for_byte_even_when_it_is_no_text(scene: Scene) -> None:
    odd = delivery("evt_1")
    odd = type(odd)(
        delivery=type(odd.delivery)(
            system="stripe", body=b"\x00\xff {", headers={}, received_at=START, trust=odd.delivery.trust
        ),
        envelope=odd.envelope,
        signature=odd.signature,
    )
    scene.accept(odd)
    assert scene.store.due_inputs(1)[0].body == b"\x00\xff {"


def test_a_repeat_makes_no_second_input(scene: Scene) -> None:
    scene.accept(delivery("evt_1"))
    receipt = scene.accept(delivery("evt_1"), delivery("evt_2"))
    assert receipt == IntakeReceipt(new=1, duplicates=1, collisions=0, refused=0)
    assert scene.due() == ["evt_1", "evt_2"]


def test_a_repeat_inside_one_group_is_a_repeat(scene: Scene) -> None:
    receipt = scene.accept(delivery("evt_1"), delivery("evt_1"), delivery("evt_1"))
    assert receipt == IntakeReceipt(new=1, duplicates=2, collisions=0, refused=0)
    assert scene.due() == ["evt_1"]


def test_the_same_id_of_another_system_is_another_event(scene: Scene) -> None:
    scene.accept(delivery("evt_1"))
    receipt = scene.accept(delivery("evt_1", system="recurly"))
    assert receipt.new == 1


def test_the_same_id_with_another_body_is_a_collision_that_keeps_both_bodies(scene: Scene) -> None:
    scene.accept(delivery("evt_1", {"total": 1}))
    receipt = scene.accept(delivery("evt_1", {"total": 2}))
    assert receipt == IntakeReceipt(new=0, duplicates=0, collisions=1, refused=0)
    assert [row.body for row in scene.store.due_inputs(10)] == [encode({"total": 1})]
    kept = {(row.kind, row.body) for row in scene.store.payloads()}
    assert ("collision", encode({"total": 2})) in kept


def test_a_collision_is_flagged_for_a_person(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.accept(delivery("evt_1", {"total": 2}))
    tally = scene.store.tally(scene.session)
    assert (tally.collisions, tally.reviews) == (1, 1)
    (review,) = scene.store.dossier([], [seq]).reviews
    assert "another body" in review.why


def test_a_repeat_after_its_input_is_done_stays_a_repeat(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.mark(seq, InboxState.DONE, Fate.SETTLED)
    assert scene.accept(delivery("evt_1")).duplicates == 1
    assert scene.due() == []


def test_repeats_are_counted_on_the_input_that_they_repeat(scene: Scene) -> None:
    (seq,) = scene.arrive("evt_1")
    scene.accept(delivery("evt_1"), delivery("evt_1"))
    (facts,) = scene.store.dossier([], [seq]).inputs
    assert facts.repeats == 2


def test_a_refused_line_is_no_input_and_its_bytes_are_kept(scene: Scene) -> None:
    receipt = scene.accept(refused=[refused(3, b'{"half'), refused(9, b"NaN")])
    assert receipt == IntakeReceipt(new=0, duplicates=0, collisions=0, refused=2)
    assert scene.due() == []
    assert [row.body for row in scene.store.payloads() if row.kind == "refused"] == [b'{"half', b"NaN"]
    assert scene.store.tally(scene.session).refused == 2


def test_nothing_is_known_of_a_file_that_was_never_read(scene: Scene) -> None:
    assert scene.store.file_progress("stripe", "drop.jsonl") is None
    assert not scene.store.file_finished("stripe", digest(b"abc"))


def test_a_file_goes_on_where_its_last_group_ended(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), progress=progress(10, content=b"a"))
    scene.accept(delivery("evt_2"), progress=progress(20, content=b"ab"))
    assert scene.store.file_progress("stripe", "drop.jsonl") == progress(20, content=b"ab")
    assert scene.store.file_progress("recurly", "drop.jsonl") is None


def test_only_a_file_that_was_read_to_its_end_is_finished(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), progress=progress(10))
    assert not scene.store.file_finished("stripe", digest(b"abc"))
    scene.accept(delivery("evt_2"), progress=progress(20, finished=True))
    assert scene.store.file_finished("stripe", digest(b"abc"))
    assert not scene.store.file_finished("recurly", digest(b"abc"))


def test_a_finished_file_is_known_by_its_content_under_any_name(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), progress=progress(10, finished=True, path="monday.jsonl"))
    scene.accept(delivery("evt_2"), progress=progress(10, finished=True, path="other.jsonl", content=b"xyz"))
    assert scene.store.file_finished("stripe", digest(b"abc"))
    assert scene.store.file_finished("stripe", digest(b"xyz"))


def test_a_file_that_changed_under_its_name_is_no_longer_the_finished_one(scene: Scene) -> None:
    scene.accept(delivery("evt_1"), progress=progress(10, finished=True))
    scene.accept(delivery("evt_2"), progress=progress(5, content=b"new"))
    assert scene.store.file_progress("stripe", "drop.jsonl") == progress(5, content=b"new")
    assert not scene.store.file_finished("stripe", digest(b"abc"))


def test_a_group_without_deliveries_still_moves_its_file_on(scene: Scene) -> None:
    scene.accept(progress=progress(10))
    assert scene.store.file_progress("stripe", "drop.jsonl") == progress(10)


def test_a_cursor_stands_where_the_last_group_put_it(scene: Scene) -> None:
    assert scene.store.cursor("account.crm") is None
    scene.accept(delivery("scan:1", reading=True), cursor=("account.crm", "2026-01-01|4", scene.now))
    scene.accept(delivery("scan:2", reading=True), cursor=("account.crm", "2026-01-02|9", scene.now))
    assert scene.store.cursor("account.crm") == ("2026-01-02|9", scene.now)
    assert scene.store.cursor("invoice.crm") is None


def test_a_group_that_fails_keeps_nothing(scene: Scene) -> None:
    before = scene.store.standing()
    no_body = refused(body=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        scene.accept(delivery("evt_1"), progress=progress(10), refused=[no_body])
    assert scene.due() == []
    assert scene.store.file_progress("stripe", "drop.jsonl") is None
    assert scene.store.standing() == before
    assert list(scene.store.payloads()) == []
