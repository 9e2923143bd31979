"""Two workers at the very same work, at the worst moment: the ledger lets one of them have it. And what each safety is
good for: without it, harm is seen.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncengine.engine.root import open_writers
from syncengine.engine.run import run
from syncengine.engine.world import World
from syncengine.store.open import open_store
from tests.engine.events import customer
from tests.scenarios.stage import Stage
from tests.workers.conftest import Ledger
from tests.workers.without import SAFETIES


@pytest.fixture
def stage(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Its workers claim nothing: each does everything."""
    SAFETIES["claims"](monkeypatch)
    server, name = ledger
    with closing(open_store(server.url(name))) as store:
        yield Stage(tmp_path, "", store)


@contextmanager
def another(stage: Stage, ledger: Ledger) -> Iterator[World]:
    """A second worker on the same ledger, while the first is somewhere."""
    server, name = ledger
    assert stage.world is not None
    with closing(open_store(server.url(name))) as store:
        session = store.open_session(kind="run", actor="b", project="stage", now=stage.clock.now())
        yield replace(stage.world, store=store, session=session, boundary=lambda _: None)
        store.close_session(session, stage.clock.now())


def meet(stage: Stage, ledger: Ledger, boundary: str) -> None:
    """A customer is known, and moves. The first worker comes to a boundary, and there a second one does everything."""
    stage.deliver([customer("evt_1")])
    stage.run()
    stage.deliver([customer("evt_2", 60, name="Another name")])

    def all_of_it() -> None:
        with another(stage, ledger) as world:
            run(world, open_writers(world), {})

    stage.armed[boundary] = all_of_it
    stage.run()


def harm(stage: Stage, ledger: Ledger) -> list[Any]:
    """Whatever is there twice: actions of one input, attempts of one action, effects in a target."""
    server, name = ledger
    with server.connect(name) as connection:
        twice = connection.execute(
            "SELECT 'action', record_id, flow FROM actions GROUP BY record_id, flow, cause HAVING count(*) > 1 "
            "UNION ALL SELECT 'attempt', action_id, '' FROM attempts GROUP BY action_id HAVING count(*) > 1"
        ).fetchall()
    return [*twice, *(system for system, world in stage.targets.items() if len(world.log) != 2)]


MOMENTS = [("decide.judged", "revisions"), ("intent.ready", "lanes")]


@pytest.mark.parametrize("boundary", ["decide.judged", "decide.committed", "prepare.looked", "intent.ready"])
def test_of_two_workers_at_one_work_one_has_it(stage: Stage, ledger: Ledger, boundary: str) -> None:
    meet(stage, ledger, boundary)
    assert harm(stage, ledger) == []


@pytest.mark.parametrize(("boundary", "safety"), MOMENTS)
def test_without_the_safety_harm_is_seen(
    stage: Stage, ledger: Ledger, boundary: str, safety: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    SAFETIES[safety](monkeypatch)
    try:
        meet(stage, ledger, boundary)
    except Exception as error:  # noqa: BLE001 - the database's own rules are the last that notice
        assert "duplicate key" in str(error)  # noqa: PT017
    else:
        assert harm(stage, ledger) != []
