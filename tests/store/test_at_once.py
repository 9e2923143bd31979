"""Two writers at the same moment, on PostgreSQL, where nothing but the ledger keeps them apart."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, Final

import pytest

from syncengine.errors import FenceLostError
from syncengine.evidence.verify import verify
from syncengine.model.action import Wait
from syncengine.model.decision import Link
from syncengine.store.protocol import InputMark, IntakeGroup, Store
from syncengine.vocabulary import ActionState, Fate, InboxState, OutcomeKind
from tests.store.conftest import Opening
from tests.store.scene import BORN, CRM, ERP, Scene, action, delivery, hold, new_record, settlement_of

TIMES: Final = 12
"""How often a race is run: which of the two comes first is left to chance."""

Deed = Callable[[], Any]


@pytest.fixture
def stores(ledger: Opening) -> Iterator[tuple[Store, Store]]:
    opened = ledger(), ledger()
    yield opened
    for store in opened:
        store.close()


@pytest.fixture
def two(stores: tuple[Store, Store]) -> tuple[Scene, Scene]:
    return Scene(stores[0]), Scene(stores[1])


def at_once(*deeds: Deed) -> list[Any]:
    """What each gave back, or raised."""
    start = Barrier(len(deeds))

    def do(deed: Deed) -> Any:
        start.wait()
        try:
            return deed()
        except FenceLostError as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def lost(results: list[Any]) -> int:
    return sum(isinstance(result, FenceLostError) for result in results)


def is_whole(scene: Scene) -> bool:
    return verify(scene.store.book()).holds_true


def test_an_event_that_two_accept_at_once_is_one_input(two: tuple[Scene, Scene]) -> None:
    one, other = two
    group = IntakeGroup(accepted=[delivery(f"evt_{number}") for number in range(50)])
    for _ in range(3):
        receipts = at_once(*(partial(s.store.accept, s.session, group, s.now) for s in (one, other, one, other)))
    assert sum(r.duplicates for r in receipts) == 200
    assert sorted(one.due()) == sorted(one_.envelope.event_id for one_ in group.accepted)
    assert is_whole(one)


def test_one_of_two_wins_who_bear_the_same_entity(two: tuple[Scene, Scene]) -> None:
    one, other = two
    for number in range(TIMES):
        results = at_once(*(partial(s.commit, records=[new_record(f"a{number}")]) for s in two))
        assert lost(results) == 1
    assert len(one.store.dump()["records"]) == TIMES
    assert is_whole(other)


def test_one_of_two_wins_who_link_the_same_record_of_theirs(two: tuple[Scene, Scene]) -> None:
    one, other = two
    one.know("a", "b")
    for number in range(TIMES):
        link = Link(flow=CRM, id=f"crm_{number}")
        results = at_once(partial(one.commit, links=[("a", link)]), partial(other.commit, links=[("b", link)]))
        assert lost(results) == 1


def test_one_of_two_wins_who_change_the_same_record(two: tuple[Scene, Scene]) -> None:
    one, other = two
    one.know("a")
    for number in range(TIMES):
        record = one.record("a")
        assert lost(at_once(*(partial(s.commit, records=[record]) for s in two))) == 1
        assert other.record("a").revision == number + 2


def test_one_of_two_wins_who_judge_the_same_input(two: tuple[Scene, Scene]) -> None:
    one, other = two
    for number in range(TIMES):
        (seq,) = one.arrive(f"evt_{number}")
        results = at_once(*(partial(s.mark, seq, InboxState.DONE, Fate.SETTLED) for s in two))
        assert lost(results) == 1
    assert sum(s.store.tally(s.session).events[Fate.SETTLED] for s in (one, other) if s.store.tally(s.session).events)


def test_two_actions_of_one_lane_leave_one_that_is_ready(two: tuple[Scene, Scene]) -> None:
    one, _ = two
    one.know("a")
    for number in range(TIMES):
        at_once(*(partial(s.decide, action("a", 2 * number + place)) for place, s in enumerate(two, 1)))
        states = list(one.states().values())
        assert states.count("ready") == 1
        assert states.count("superseded") == 2 * number + 1
    assert is_whole(one)


def test_one_permit_is_made_for_an_action_that_two_send(two: tuple[Scene, Scene]) -> None:
    one, _ = two
    for number in range(TIMES):
        candidate = one.ready(f"a{number}")
        permits = at_once(*(partial(s.send, candidate) for s in two))
        assert sorted(map(len, permits)) == [0, 1]
    assert len(one.attempts()) == TIMES
    assert is_whole(one)


def test_one_permit_is_made_for_a_lane_in_which_two_send_different_actions(two: tuple[Scene, Scene]) -> None:
    """One goes again what was throttled, the other one takes up what was decided since."""
    one, other = two
    for number in range(TIMES):
        first = one.ready(f"a{number}")
        second = one.ready_behind(f"a{number}", 2)
        permits = at_once(partial(one.send, first), partial(other.send, second))
        assert sum(map(len, permits)) <= 1
        in_flight = [state for key, state in one.states().items() if key.startswith(f"shop:{CRM}:a{number}:")]
        assert in_flight.count("sent") <= 1


def test_an_outcome_is_settled_once_of_two_that_tell_it(two: tuple[Scene, Scene]) -> None:
    one, other = two
    for number in range(TIMES):
        send = one.sent(f"a{number}")
        yes, no = settlement_of(send, OutcomeKind.CONFIRMED), settlement_of(send, OutcomeKind.REJECTED)
        at_once(*(partial(s.store.settle, s.session, [told], s.now) for s, told in ((one, yes), (other, no))))
    assert is_whole(one)
    kept = one.store.tally(one.session).writes, other.store.tally(other.session).writes
    assert sum(sum(writes.values()) for writes in kept) == TIMES


# --- nobody sleeps for ever


def test_an_input_that_waits_for_a_link_that_is_made_at_that_moment_is_due(two: tuple[Scene, Scene]) -> None:
    one, other = two
    for number in range(TIMES):
        one.know(f"a{number}")
        (seq,) = one.arrive(f"evt_{number}")
        waits = (CRM, f"crm_{number}")
        at_once(
            partial(one.mark, seq, InboxState.UNLINKED, Fate.UNLINKED, waits_for=waits),
            partial(other.commit, links=[(f"a{number}", Link(flow=waits[0], id=waits[1]))]),
        )
        assert one.due() == [f"evt_{number}"]
        one.mark(seq, InboxState.DONE, Fate.SETTLED)


def test_an_action_that_waits_for_a_link_that_is_made_at_that_moment_is_ready(two: tuple[Scene, Scene]) -> None:
    one, other = two
    for number in range(TIMES):
        one.know(f"ref{number}")
        candidate = one.ready(f"a{number}")
        wait = Wait(flow=BORN, id=f"in_ref{number}", target=ERP)
        at_once(
            partial(one.wait, candidate, wait),
            partial(other.commit, links=[(f"ref{number}", Link(flow=ERP, id=f"erp_{number}"))]),
        )
        assert one.states()[candidate.key] == "ready"


def test_an_input_whose_reading_comes_in_as_it_is_asked_for_is_due(two: tuple[Scene, Scene]) -> None:
    """The reading that was asked for before answers for everybody who asks until it is in."""
    one, other = two
    for number in range(TIMES):
        asked = (BORN, f"in_{number}")
        (seq,) = one.arrive(f"evt_{number}")
        one.commit(
            marks=[InputMark(seq=seq, fate=Fate.READING, state=InboxState.READING, waits_for=asked)],
            wants=[(*asked, "tie")],
        )
        group = IntakeGroup(accepted=[delivery(f"reading_{number}", reading=True)], answers=[asked])
        at_once(
            partial(one.store.accept, one.session, group, one.now),
            partial(other.commit, wants=[(*asked, "another tie")]),
        )
        assert f"evt_{number}" in one.due()


def test_a_record_that_is_touched_while_it_is_judged_again_is_judged_once_more(two: tuple[Scene, Scene]) -> None:
    one, other = two
    one.know("acc")
    one.move(one.ready("a"), ActionState.HELD, holds=(hold("acc"),))
    for _ in range(TIMES):
        asked = one.store.due_rechecks(10)
        at_once(partial(one.commit, rechecked=asked), partial(other.commit, touched=["acc"]))
        assert "a" in [each.record.entity for each in one.store.due_rechecks(10)]
