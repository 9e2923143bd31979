"""One protection is switched off, and the next one holds: a mistake above it harms nothing."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from syncengine.errors import FenceLostError
from syncengine.model.decision import Link
from syncengine.store.memory import MemoryStore
from syncengine.store.memory.table import Table
from syncengine.store.open import open_store
from syncengine.store.protocol import DecidedAction
from syncengine.store.sql import actions, intake, records
from syncengine.vocabulary import ActionState
from tests.store.conftest import Opening
from tests.store.scene import BORN, CRM, Scene, action, busy, delivery, hold, new_record

REFUSED = (IntegrityError, AssertionError)


@pytest.fixture
def disk(empty_ledger: Path, tmp_path: Path) -> Iterator[Scene]:
    path = Path(copyfile(empty_ledger, tmp_path / "state.db"))
    store = open_store(f"sqlite:///{path}")
    yield Scene(store)
    store.close()


@pytest.fixture
def memory() -> Scene:
    return Scene(MemoryStore(Random(7).randbytes))


def test_an_event_id_is_unique_even_when_nobody_looks_for_repeats(disk: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.accept(delivery("evt_1"))
    before = disk.store.standing()
    monkeypatch.setattr(intake, "_known", lambda _connection, _accepted: {})
    with pytest.raises(IntegrityError):
        disk.accept(delivery("evt_2"), delivery("evt_1"))
    assert disk.due() == ["evt_1"]
    assert disk.store.standing() == before


def test_a_lane_is_unique_even_when_nobody_looks_whether_it_is_free(
    disk: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.sent("a")
    second = disk.ready_behind("a", 2)
    monkeypatch.setattr(actions, "lanes_in_flight", lambda _connection, _records: {})
    with pytest.raises(IntegrityError):
        disk.send(second)
    assert disk.states()[second.key] == "ready"


def test_a_key_names_one_action_that_counts(opening: Opening) -> None:
    store = opening()
    scene = Scene(store)
    scene.know("a", "b")
    scene.decide(action("a", key="the key"))
    before = store.standing()
    with pytest.raises(REFUSED):
        scene.decide(action("b", key="the key"))
    assert store.standing() == before
    scene.decide(action("a", 2, key="another"))
    scene.decide(action("b", key="the key"))
    store.close()


def test_a_record_is_written_only_as_it_was_read_even_when_nobody_checks(
    disk: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (loaded,) = disk.know("a")
    disk.commit(records=[loaded])
    monkeypatch.setattr(records, "check", lambda _connection, _reads: None)
    with pytest.raises(FenceLostError):
        disk.commit(records=[loaded], reads=[(loaded.id, loaded.revision)])


# --- all or nothing


def test_a_transaction_of_the_memory_store_that_breaks_anywhere_keeps_nothing(
    memory: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that touches nearly every table breaks off at each of its writes in turn."""
    busy(memory)
    first, second = memory.know("x", "y")
    batch: dict[str, Any] = {
        "records": [first, new_record("z")],
        "links": [("z", Link(flow=BORN, id="in_z"))],
        "actions": [DecidedAction(action=action("d", 5), state=ActionState.HELD, holds=(hold("acc"),))],
        "reads": [(second.id, second.revision)],
        "touched": ["acc"],
        "wants": [(BORN, "in_z", "tie")],
        "released": [("d", CRM, "passes")],
    }
    before = (memory.store.standing(), memory.store.dump(), memory.due(), list(memory.store.entries()))
    honest = Table.put
    for breaks_at in range(1000):
        left = breaks_at

        def put(table: Table[object, object], key: object, row: object) -> None:
            nonlocal left
            if left == 0:
                raise MemoryError
            left -= 1
            honest(table, key, row)

        monkeypatch.setattr(Table, "put", put)
        try:
            memory.commit(**batch)
        except MemoryError:
            monkeypatch.setattr(Table, "put", honest)
            after = (memory.store.standing(), memory.store.dump(), memory.due(), list(memory.store.entries()))
            assert after == before, breaks_at
        else:
            assert breaks_at > 20
            return
    pytest.fail("the transaction never came to its end")


def test_a_statement_that_fails_takes_the_whole_transaction_of_the_disk_with_it(
    disk: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(disk)
    before = (disk.store.standing(), disk.store.dump(), disk.due(), list(disk.store.entries()))
    (first,) = disk.store.load([(BORN, "in_a")], []).by_link.values()
    honest = records.recheck

    def breaks(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(records, "recheck", breaks)
    with pytest.raises(MemoryError):
        disk.commit(records=[first, new_record("z")], touched=["acc"])
    assert (disk.store.standing(), disk.store.dump(), disk.due(), list(disk.store.entries())) == before
    monkeypatch.setattr(records, "recheck", honest)
    disk.commit(records=[first, new_record("z")], touched=["acc"])


def test_the_memory_store_tells_the_same_story_twice_down_to_the_last_hash() -> None:
    heads = []
    for _ in range(2):
        scene = Scene(MemoryStore(Random(7).randbytes))
        busy(scene)
        heads.append(scene.store.standing()["strands"])
    assert heads[0] == heads[1]
