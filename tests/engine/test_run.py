"""The loop: what it does in a run, when it waits, and how it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncengine.connectors.protocol import Page
from syncengine.engine import arrivals, intake, patience
from syncengine.engine import run as run_module
from syncengine.engine.root import open_writers
from syncengine.engine.run import Done, run
from syncengine.engine.world import World
from syncengine.errors import BusyError, FenceLostError, PermanentError, TemporaryError
from syncengine.model.event import Snapshot, Version
from syncengine.vocabulary import ActionState, Fate
from tests.engine.events import customer
from tests.scenarios.stage import Stage


def files(stage: Stage) -> dict[str, Path]:
    return {"stripe": stage.folder / "inbox"}


def test_progress_ends_where_the_files_end(stage: Stage, world: World) -> None:
    stage.deliver([customer("evt_c")])
    stage.deliver([customer("evt_d", 9)])
    size = sum(path.stat().st_size for path in (stage.folder / "inbox").iterdir())
    heard: list[tuple[int, int]] = []
    run(world, open_writers(world), files(stage), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (size, size)
    assert heard == sorted(heard)


def test_a_file_that_was_moved_away_holds_up_no_other(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deliver([customer("evt_c")])
    (there,) = (stage.folder / "inbox").iterdir()
    gone = there.with_name("0000.jsonl")
    monkeypatch.setattr(arrivals, "drop_files", lambda _: [gone, there])
    done = run(world, open_writers(world), files(stage))
    assert done.away == {"stripe": f"{gone} cannot be read: No such file or directory"}
    assert list(stage.table("crm", "accounts")) == ["cus_1"]


def test_a_drop_folder_that_is_not_there_is_a_system_that_is_away(stage: Stage, world: World) -> None:
    done = run(world, open_writers(world), {"stripe": stage.folder / "none"})
    assert "is not there" in done.away["stripe"]


BOUNDARIES = (
    "share.taken", "intake.committed", "decide.committed", "prepare.looked", "intent.committed", "write.answered",
)  # fmt: skip


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_stop_at_any_moment_ends_the_step_and_the_next_run_goes_on(
    stage: Stage, boundary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "GROUP", 3)
    stage.deliver([customer(f"evt_{n}", id=f"cus_{n}") for n in range(4)])
    asked: list[str] = []
    stage.armed[boundary] = lambda: asked.append(boundary)
    with stage.open_world() as world:
        done = run(world, open_writers(world), files(stage), stop=lambda: bool(asked))
        assert done.stopped
        tally = stage.store.tally(world.session)
    assert sum(tally.events.values()) <= 3
    assert ActionState.SENT not in tally.writes
    stage.run()
    assert len(stage.table("crm", "accounts")) == len(stage.table("erp", "accounts")) == 4
    assert [len(w.log) for w in stage.targets.values()] == [4, 4]


def test_a_stop_ends_the_waiting(stage: Stage, world: World) -> None:
    stage.lie("crm", ["throttle"])
    stage.deliver([customer("evt_c")])
    before = stage.clock.now()
    done = run(world, open_writers(world), files(stage), stop=lambda: stage.clock.now() > before)
    assert done.stopped
    assert stage.clock.now() - before <= timedelta(seconds=run_module.LOOK_UP)


def test_what_falls_due_late_is_left_to_the_next_run(stage: Stage, world: World) -> None:
    stage.targets["crm"].throttle = timedelta(seconds=patience.PATIENCE + 1)
    stage.lie("crm", ["throttle"])
    stage.deliver([customer("evt_c")])
    before = stage.clock.now()
    run(world, open_writers(world), files(stage))
    assert stage.clock.now() == before


def test_nobody_waits_when_every_target_is_away(stage: Stage) -> None:
    tied(stage, "cus_1")
    stage.deliver([customer("evt_c", id="cus_2")])
    for target in stage.targets.values():
        target.away = True
    before = stage.clock.now()
    done = run_reading(stage, Reads(TemporaryError("busy", timedelta(seconds=1))))
    assert sorted(done.away) == ["crm", "erp", "stripe"]
    assert stage.clock.now() == before


def test_a_record_that_moved_is_judged_again_on_what_is_there_now(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deliver([customer("evt_c")])
    real, lost = stage.store.commit_decisions, iter([1, 1])

    def commit(*args: object) -> None:
        if next(lost, 0):
            raise FenceLostError("a record moved")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.store, "commit_decisions", commit)
    run(world, open_writers(world), files(stage))
    assert list(stage.table("crm", "accounts")) == ["cus_1"]


def test_a_record_that_never_stands_still_ends_the_run_instead_of_turning_for_ever(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(*_: object) -> None:
        raise FenceLostError("a record moved")

    stage.deliver([customer("evt_c")])
    monkeypatch.setattr(stage.store, "commit_decisions", commit)
    with pytest.raises(BusyError, match="somebody else keeps changing"):
        run(world, open_writers(world), files(stage))


# --- readings


class Reads:
    """A reader that answers what it was told, and counts."""

    def __init__(self, answer: Snapshot | Exception | None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002
        self.asked.append(id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:
        raise AssertionError("nobody scans here")


def tied(stage: Stage, *ids: str) -> None:
    stage.deliver([customer(f"evt_{i}{n}", 5, id=i, name=f"Name {n}") for i in ids for n in range(2)])


def run_reading(stage: Stage, reader: Reads | None) -> Done:
    with stage.open_world() as world:
        stripe = replace(world.adapters["stripe"], reader=reader)
        seen = replace(world, adapters={**world.adapters, "stripe": stripe})
        done = run(seen, open_writers(world), files(stage))
        stage.tally = stage.store.tally(world.session)
        return done


def test_a_system_that_is_away_is_asked_once_and_named(stage: Stage) -> None:
    tied(stage, "cus_1", "cus_2", "cus_3")
    reader = Reads(TemporaryError("connection refused", timedelta(minutes=1)))
    done = run_reading(stage, reader)
    assert len(reader.asked) == 1
    assert done.away == {"stripe": "connection refused"}
    assert len(stage.store.wanted_readings(stage.clock.now() + timedelta(minutes=1), 9)) == 1
    assert len(stage.store.wanted_readings(stage.clock.now() + timedelta(minutes=5), 9)) == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (PermanentError("not for you"), "not for you"),
        (None, "stripe shows no customers cus_1"),
        (KeyError("a secret value"), "a bug in the connector of stripe: KeyError"),
    ],
)
def test_a_record_that_cannot_be_read_stays_unsettled_with_the_reason(
    stage: Stage, answer: Exception | None, why: str
) -> None:
    tied(stage, "cus_1", "cus_2")
    reader = Reads(answer)
    assert run_reading(stage, reader).away == {}
    assert reader.asked == ["cus_1", "cus_2"]
    assert stage.tally is not None
    assert stage.tally.unsettled == 2
    wants = stage.store.wanted_readings(stage.clock.now() + timedelta(minutes=5), 9)
    assert why in wants[0].why


def test_a_system_without_a_reader_is_told(stage: Stage) -> None:
    tied(stage, "cus_1")
    run_reading(stage, None)
    (want,) = stage.store.wanted_readings(stage.clock.now() + timedelta(minutes=5), 9)
    assert "no address or snapshots are configured" in want.why


def test_a_reading_for_a_flow_that_is_gone_is_told(stage: Stage) -> None:
    tied(stage, "cus_1")
    run_reading(stage, Reads(None))
    stage.clock.advance(timedelta(hours=1))
    with stage.open_world() as world:
        flows = {name: flow for name, flow in world.plan.flows.items() if name != "account.stripe"}
        run(replace(world, plan=replace(world.plan, flows=flows, readers={})), {}, {})
    (want,) = stage.store.wanted_readings(stage.clock.now() + timedelta(minutes=5), 9)
    assert want.why == "the map has no such flow any more"


def test_a_reading_settles_all_that_waited_for_it(stage: Stage) -> None:
    tied(stage, "cus_1")
    content = customer("", name="Name 1")["object"]
    now = Version(at=stage.clock.now(), resolution=timedelta(0))
    run_reading(stage, Reads(Snapshot(record="customers", id="cus_1", version=now, content=content)))
    assert stage.tally is not None
    assert (stage.tally.unsettled, stage.tally.readings) == (0, 1)
    assert stage.tally.events == {Fate.SETTLED: 2, Fate.STALE: 1}
    assert stage.table("crm", "accounts")["cus_1"]["name"] == "Name 1"
