"""A run as one of several workers: what it takes in, whom it waits for, and how it ends. The others are only said to be
there; that the ledger is right when they are is shown in tests/workers.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from syncengine.engine import patience
from syncengine.engine import run as run_module
from syncengine.engine.root import open_writers
from syncengine.engine.run import Done, run
from syncengine.engine.summary import as_json, as_text
from syncengine.engine.world import World
from syncengine.errors import BusyError, FenceLostError
from syncengine.store.protocol import Leaving, Session
from tests.engine.events import customer
from tests.scenarios.stage import Stage


def files(stage: Stage) -> dict[str, Path]:
    return {"stripe": stage.folder / "inbox"}


def let(stage: Stage, world: World) -> Done:
    return run(world, open_writers(world), files(stage))


def test_what_another_worker_takes_in_is_asked_for_until_it_is_free(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, False])
    monkeypatch.setattr(stage.store, "claim", lambda *_: next(answers, True))
    stage.deliver([customer("evt_c")])
    assert let(stage, world).intake.new == 1
    assert list(stage.table("crm", "accounts")) == ["cus_1"]


def test_nobody_waits_for_ever_for_what_another_worker_takes_in(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.store, "claim", lambda *_: False)
    stage.deliver([customer("evt_c")])
    before = stage.clock.now()
    assert let(stage, world).intake.new == 0
    waited = (stage.clock.now() - before).total_seconds()
    assert waited == pytest.approx(patience.PATIENCE, abs=2 * patience.GLANCE)


def test_a_worker_waits_for_its_part_when_it_begins_beside_others(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = iter([True, True])
    monkeypatch.setattr(stage.store, "owed", lambda *_: next(owed, False))
    before = stage.clock.now()
    let(stage, world)
    assert (stage.clock.now() - before).total_seconds() == pytest.approx(2 * patience.GLANCE)


def test_a_file_is_released_when_it_is_taken_in(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []

    def claim(_session: Session, name: str) -> bool:
        told.append(("claim", name))
        return True

    monkeypatch.setattr(stage.store, "claim", claim)
    monkeypatch.setattr(stage.store, "release", lambda _, name: told.append(("release", name)))
    stage.deliver([customer("evt_c")])
    let(stage, world)
    assert told == [("claim", "file:stripe:0001.jsonl"), ("release", "file:stripe:0001.jsonl")]


def test_the_last_of_several_looks_at_everything_once_more(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, rounds = iter((Leaving.AGAIN, Leaving.LAST)), Counter[str]()
    monkeypatch.setattr(stage.store, "leave", lambda _: next(answers))
    let(stage, replace(world, boundary=lambda name: rounds.update((name,))))
    assert rounds["share.taken"] == 2, "at the beginning, and once more"


@pytest.mark.parametrize(("left", "closed"), [(Leaving.LAST, 1), (Leaving.OTHERS, 0)])
def test_a_batch_is_closed_by_the_last_worker_only(
    left: Leaving, closed: int, stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[object] = []
    monkeypatch.setattr(stage.store, "leave", lambda _: left)
    monkeypatch.setattr(run_module, "note_batches", lambda *said: noted.append(said))
    done = let(stage, world)
    assert len(noted) == closed
    assert done.others is (left is Leaving.OTHERS)
    tally = stage.store.tally(world.session)
    assert as_json(tally, done)["left_to_others"] is done.others
    assert ("go on" in as_text(tally, done)) is done.others


def test_a_batch_is_judged_again_with_fewer_beside_it_each_time(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def judge(_world: World, most: int) -> int:
        asked.append(most)
        raise FenceLostError("a record moved")

    monkeypatch.setattr(run_module, "judge", judge)
    with pytest.raises(BusyError):
        let(stage, world)
    assert asked == [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1]


def test_what_another_worker_lists_is_not_listed_and_nobody_is_made_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path, "matched")
    taken = "listing:account.crm"
    monkeypatch.setattr(stage.store, "claim", lambda _, name: name != taken)
    shown = {"object": "customer", "id": "cus_1", "name": "Acme", "email": "a@acme.example", "address": {"city": None},
             "metadata": {"kyb": "passed"}}  # fmt: skip
    stage.deliver([{"event": "evt_1", "type": "customer.created", "at": 1, "object": shown}])
    stage.run()
    assert (len(stage.table("crm", "accounts")), len(stage.table("erp", "accounts"))) == (0, 1)
    monkeypatch.undo()
    stage.run()
    assert len(stage.table("crm", "accounts")) == 1
