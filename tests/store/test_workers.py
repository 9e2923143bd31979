"""Several engines on one ledger: who has which part of the work, who lives, and what a dead one left behind."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from syncengine.errors import BusyError
from syncengine.model.decision import Link
from syncengine.model.matching import PairMark
from syncengine.store.process import mark
from syncengine.store.protocol import DecidedAction, InputMark, Leaving, Session, Store, Want
from syncengine.store.sql import settling
from syncengine.store.sql.share import PARTITIONS, partition_of
from syncengine.vocabulary import ActionState, Fate, InboxState, OutcomeKind, PairState
from tests.store.conftest import Opening
from tests.store.scene import BORN, CRM, FLOWS, SECOND, Scene, action, delivery, hold, new_record

CUSTOMERS: Final = [f"cus_{number}" for number in range(200)]


# --- in every store


def test_one_worker_has_all(scene: Scene) -> None:
    scene.arrive(*(f"evt_{number}" for number in range(40)))
    assert scene.store.share(scene.session, scene.now) == 0
    assert len(scene.due()) == 40


def test_a_worker_that_is_alone_is_the_last_to_leave(scene: Scene) -> None:
    scene.store.share(scene.session, scene.now)
    assert scene.store.leave(scene.session) is Leaving.LAST
    scene.store.share(scene.session, scene.now)
    assert scene.store.leave(scene.session) is Leaving.LAST


def test_whoever_has_a_claim_has_it_until_it_is_released(scene: Scene) -> None:
    store = scene.store
    assert store.claim(scene.session, "file a")
    assert store.claim(scene.session, "file a")
    store.release(scene.session, "file a")
    store.release(scene.session, "file a")
    assert store.claim(scene.session, "file a")


def test_a_recheck_that_was_asked_for_anew_is_not_done_with_the_one_before_it(scene: Scene) -> None:
    scene.know("acc", "a")
    scene.decide(action("a"), holds=[hold("acc")])
    before = scene.store.due_rechecks(10)
    scene.commit(touched=["acc"])
    scene.commit(rechecked=before)
    assert [r.record.entity for r in scene.store.due_rechecks(10)] == ["a"]
    scene.commit(rechecked=scene.store.due_rechecks(10))
    assert list(scene.store.due_rechecks(10)) == []


def test_what_a_dead_session_left_is_found_by_the_next_share_too(scene: Scene) -> None:
    """A worker that lost its proof may still commit an intent: whoever has its part now looks again, every round."""
    successor = scene.begin()
    assert scene.store.share(successor, scene.now) == 0
    scene.sent("a")
    assert scene.store.share(successor, scene.now) == 1
    assert list(scene.states().values()) == ["unknown"]


# --- several, on PostgreSQL


class Worker(Scene):
    """A process of its own, as the ledger sees it: a store and a session."""

    def share(self) -> int:
        return self.store.share(self.session, self.now)

    def leave(self) -> Leaving:
        return self.store.leave(self.session)

    def claim(self, name: str) -> bool:
        return self.store.claim(self.session, name)

    @property
    def parts(self) -> Sequence[int]:
        share: Sequence[int] | None = self.store._share  # type: ignore[attr-defined]
        return range(PARTITIONS) if share is None else share


@pytest.fixture
def hire(ledger: Opening) -> Iterator[Callable[[], Worker]]:
    """Another worker of the same ledger."""
    hired: list[Store] = []

    def worker() -> Worker:
        hired.append(ledger())
        return Worker(hired[-1])

    yield worker
    for store in hired:
        store.close()


def settled(*workers: Worker) -> None:
    """Everybody has seen everybody."""
    for _ in range(3):
        for worker in workers:
            worker.share()


def of_everybody(worker: Worker) -> None:
    """One input of each of many customers."""
    worker.accept(*(delivery(f"evt_{c}", subjects=(c,)) for c in CUSTOMERS))


@pytest.mark.parametrize("count", [2, 3, 5, 33])
def test_partitions_are_shared_out_evenly_and_each_has_one_worker(hire: Callable[[], Worker], count: int) -> None:
    workers = [hire() for _ in range(count)]
    settled(*workers)
    held = [part for worker in workers for part in worker.parts]
    assert sorted(held) == list(range(PARTITIONS))
    assert max(len(worker.parts) for worker in workers) == -(-PARTITIONS // count)


def test_everything_that_is_due_is_due_for_exactly_one_worker(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    settled(one, other)
    of_everybody(one)
    here, there = one.due(), other.due()
    assert here
    assert there
    assert sorted(here + there) == sorted(f"evt_{c}" for c in CUSTOMERS)


def test_what_is_about_one_customer_is_for_one_worker(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    settled(one, other)
    one.accept(*(delivery(f"evt_{n}", subjects=("cus_1", f"in_{n}")) for n in range(20)))
    assert sorted(map(len, (one.due(), other.due()))) == [0, 20]


def test_before_it_asked_and_after_it_left_a_worker_is_told_of_the_whole_ledger(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    of_everybody(one)
    settled(one, other)
    assert len(one.due()) < len(CUSTOMERS)
    one.leave()
    assert len(one.due()) == len(hire().due()) == len(CUSTOMERS)


def questions(worker: Worker) -> dict[str, list[Any]]:
    store, now = worker.store, worker.now + timedelta(hours=1)
    return {
        "due_inputs": [row.event_id for row in store.due_inputs(1000)],
        "due_rechecks": [one.record.entity for one in store.due_rechecks(1000)],
        "wanted": [want.id for want in store.wanted_readings(now, 1000)],
        "to_pair": [record.entity for record in store.to_pair(CRM, 1000)],
        "ready": [c.key for c in store.candidates(FLOWS, now, 1000)],
        "doubts": [d.send.attempt for d in store.doubts(FLOWS, now, 1000)],
    }


def test_each_question_about_due_work_is_answered_by_shares(hire: Callable[[], Worker]) -> None:
    """Records born of customers' inputs, with an action, a hold, a want and a pairing each; some are in doubt."""
    first = hire()
    of_everybody(first)
    due = {row.event_id: row.seq for row in first.store.due_inputs(1000)}
    for c in CUSTOMERS[:60]:
        born(first, c, due[f"evt_{c}"])
    for number, permit in enumerate(first.send(*first.candidates()[:20])):
        kind = OutcomeKind.UNKNOWN if number % 2 else OutcomeKind.THROTTLED
        first.settle(permit.send, kind, due_at=first.now + SECOND)
    first.commit(touched=CUSTOMERS)
    whole = questions(first)
    one, other = hire(), hire()
    settled(one, other)
    here, there = questions(one), questions(other)
    for name, all_ in whole.items():
        assert here[name], name
        assert there[name], name
        assert sorted(here[name] + there[name]) == sorted(all_), name
    assert one.store.next_due(one.now) == other.store.next_due(one.now) == first.now + SECOND


def born(worker: Worker, customer: str, seq: int) -> None:
    """A record of a customer's first input, and work of every kind about it."""
    held = action(customer, flow=FLOWS[1])
    worker.commit(
        records=[new_record(customer)],
        links=[(customer, Link(flow=BORN, id=customer))],
        marks=[InputMark(seq=seq, fate=Fate.SETTLED, state=InboxState.DONE, entity=customer)],
        actions=[
            DecidedAction(action=action(customer), state=ActionState.READY),
            DecidedAction(action=held, state=ActionState.HELD, holds=(hold(customer),)),
        ],
        wants=[(BORN, customer, "tie")],
        pairs=[PairMark(entity=customer, flow=CRM, state=PairState.WAITING)],
    )


def test_a_record_is_in_the_part_of_the_input_that_it_was_born_of(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    one.accept(delivery("evt_1", subjects=("cus_7", "in_1")))
    (row,) = one.store.due_inputs(10)
    born(one, "in_1", row.seq)
    settled(one, other)
    mine = one if partition_of("cus_7") in one.parts else other
    assert [c.record_id for c in mine.candidates()] == [1]
    mine.accept(delivery("evt_2", subjects=("in_1",)))
    assert mine.due() == ["evt_2"]


def test_a_worker_that_stays_gets_the_parts_of_one_that_left(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    settled(one, other)
    assert one.leave() is Leaving.OTHERS
    other.share()
    assert len(other.parts) == PARTITIONS
    assert other.leave() is Leaving.LAST


def test_the_last_to_leave_that_did_not_see_all_looks_once_more(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    settled(one, other)
    assert one.leave() is Leaving.OTHERS
    assert other.leave() is Leaving.AGAIN
    other.share()
    assert other.leave() is Leaving.LAST


def test_a_worker_is_owed_its_part_as_long_as_others_hold_more_than_theirs(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    one.share()
    assert not one.store.owed(one.session)
    other.share()
    assert other.store.owed(other.session)
    one.share()
    other.share()
    assert not other.store.owed(other.session)


def test_the_parts_of_a_dead_worker_are_taken_at_once(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    settled(one, other)
    one.store.close()
    other.share()
    assert len(other.parts) == PARTITIONS


def test_a_claim_excludes_every_other_worker_until_it_is_let_go(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    assert one.claim("scan a")
    assert not other.claim("scan a")
    assert other.claim("scan b")
    one.store.release(one.session, "scan a")
    assert other.claim("scan a")
    other.leave()
    assert one.claim("scan a")
    one.store.close()
    assert other.claim("scan a")


# --- death


def on_its_way(worker: Worker) -> None:
    worker.share()
    worker.sent("a")


def test_nobody_doubts_what_a_living_worker_has_on_its_way(hire: Callable[[], Worker]) -> None:
    """Though it may be about something that is another worker's by now."""
    one, other = hire(), hire()
    one.share()
    for number in range(20):
        one.sent(f"a{number}")
    settled(one, other)
    assert set(other.states().values()) == {"sent"}


def test_what_a_dead_worker_had_on_its_way_is_due_when_it_can_no_longer_be_sending(
    hire: Callable[[], Worker],
) -> None:  # fmt: skip
    """The connection is gone, and the process is not: it may go on with what it began, until its deadline."""
    one, other = hire(), hire()
    on_its_way(one)
    one.store.close()
    assert other.share() == 1
    assert list(other.states().values()) == ["unknown"]
    over = timedelta(seconds=30) + settling.LINGERING
    assert other.store.next_due(other.now) == other.now + over
    assert other.doubts() == []
    other.clock.advance(over)
    assert len(other.doubts()) == 1


def test_what_a_process_left_that_is_gone_is_due_at_once(
    hire: Callable[[], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    one, other = hire(), hire()
    on_its_way(one)
    one.store.close()
    monkeypatch.setattr(settling, "is_gone", mark().__eq__)
    assert other.share() == 1
    assert len(other.doubts()) == 1


def test_the_answer_of_a_worker_that_was_given_up_changes_nothing(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    one.share()
    send = one.sent("a")
    lose(one)
    assert other.share() == 1
    assert one.settle(send, OutcomeKind.CONFIRMED) == []
    assert list(other.states().values()) == ["unknown"]


def lose(worker: Worker) -> None:
    """The server ends the connection that proves that a worker lives."""
    pid = worker.store._claims._connection.info.backend_pid  # type: ignore[attr-defined]
    with worker.store._database.writing() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")


def test_a_worker_that_lost_its_proof_sends_nothing_and_never_claims_again(hire: Callable[[], Worker]) -> None:
    worker = hire()
    worker.share()
    candidate = worker.ready("a")
    lose(worker)
    for _ in range(2):
        with pytest.raises(BusyError, match="others may have taken over"):
            worker.send(candidate)
        with pytest.raises(BusyError, match="others may have taken over"):
            worker.share()
        with pytest.raises(BusyError, match="others may have taken over"):
            worker.claim("x")
    assert worker.attempts() == []
    assert list(worker.states().values()) == ["ready"]


def test_a_want_is_deferred_for_whoever_has_it(hire: Callable[[], Worker]) -> None:
    one, other = hire(), hire()
    one.commit(wants=[(BORN, c, "tie") for c in CUSTOMERS])
    settled(one, other)
    due = other.now + SECOND
    for worker in (one, other):
        wants: Sequence[Want] = worker.store.wanted_readings(worker.now, 1000)
        assert 0 < len(wants) < len(CUSTOMERS)
        worker.store.defer_readings(worker.session, wants, due, "away", worker.now)
        assert worker.store.next_due(worker.now) == due


def test_a_session_opened_later_proves_itself_anew(ledger: Opening) -> None:
    """What a session claimed through a store ends with the session that follows it there."""
    store = ledger()
    worker = Worker(store)
    worker.share()
    worker.claim("x")
    later: Session = worker.begin()
    store.share(later, worker.now)
    other = Worker(ledger())
    assert other.claim("x")
    store.close()
    other.store.close()
