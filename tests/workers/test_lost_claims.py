"""A worker whose connection breaks has lost its claims: it sends nothing any more, and what it was sending is left
alone until it cannot be sending any longer.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from syncengine.engine.deliver import DEADLINE
from syncengine.errors import BusyError
from syncengine.model.tally import Tally
from syncengine.store.open import open_store
from syncengine.store.protocol import Store
from syncengine.store.worker import LIVES
from syncengine.vocabulary import ActionState
from tests.engine.events import customer
from tests.scenarios.stage import Stage
from tests.workers.conftest import Ledger

FLOWS = ("account.crm", "account.erp")


@pytest.fixture
def stage(tmp_path: Path, ledger: Ledger) -> Iterator[Stage]:
    with closing(opened(ledger)) as store:
        yield Stage(tmp_path, "", store)


def opened(ledger: Ledger) -> Store:
    server, name = ledger
    return open_store(server.url(name))


def cut(ledger: Ledger) -> None:
    """The connection ends by which a worker proves that it lives; the ledger itself stays within its reach."""
    server, name = ledger
    with server.connect(name) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE classid::bigint = %s AND locktype = 'advisory'",
            [LIVES],
        ).fetchall()
    assert ended == [(True,)]


def effects(stage: Stage) -> list[int]:
    return [len(world.log) for world in stage.targets.values()]


def test_nothing_is_sent_once_the_claims_are_lost(stage: Stage, ledger: Ledger) -> None:
    stage.deliver([customer("evt_c")])
    stage.armed["intent.ready"] = lambda: cut(ledger)
    with pytest.raises(BusyError, match="others may have taken over"):
        stage.run()
    assert effects(stage) == [0, 0]
    with closing(opened(ledger)) as store:
        assert len(store.candidates(FLOWS, stage.clock.now(), 9)) == 2, "READY as they were"
        stage.store = store
        stage.run()
        assert effects(stage) == [1, 1]


def test_what_was_being_sent_is_not_touched_before_its_time_is_over(
    stage: Stage, ledger: Ledger
) -> None:
    """The worker lives, and goes on with what it had begun: whoever takes over cannot know what becomes of it."""
    stage.deliver([customer("evt_c")])
    seen: list[tuple[int, int]] = []

    def another_takes_over() -> None:
        cut(ledger)
        with closing(opened(ledger)) as other:
            session = other.open_session(kind="run", actor="b", project="stage", now=stage.clock.now())
            left = other.share(session, stage.clock.now())
            seen.append((left, len(other.doubts(FLOWS, stage.clock.now() + DEADLINE, 9))))

    stage.armed["intent.committed"] = another_takes_over
    with pytest.raises(BusyError, match="others may have taken over"):
        stage.run()
    assert seen == [(1, 0)], "one attempt was on its way, and nobody asks for it before its deadline"
    assert sum(effects(stage)) == 1
    with closing(opened(ledger)) as store:
        stage.store = store
        stage.clock.advance(DEADLINE + timedelta(seconds=5))
        stage.run()
        assert effects(stage) == [1, 1], "it is found by a probe, and not written again"
        assert isinstance(stage.tally, Tally)
        assert stage.tally.by_probe == 1
        assert stage.tally.writes[ActionState.CONFIRMED] == 2
