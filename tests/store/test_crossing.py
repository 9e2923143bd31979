"""One SQLite ledger, opened by several threads and processes at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from syncengine.canonical import chain
from syncengine.store.open import open_store
from syncengine.store.protocol import IntakeGroup, Store
from syncengine.store.strands import GENESIS
from tests.store.scene import delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
INGEST = """
import sys
from tests.store.test_crossing import ingest
from syncengine.store.open import open_store
ingest(open_store(sys.argv[1]), sys.argv[2], 20)
"""


def ingest(store: Store, name: str, groups: int) -> None:
    session = store.open_session(kind="ingest", actor=name, project="shop", now=NOW)
    for place in range(groups):
        group = [delivery(f"evt_{name}_{place}_{n}") for n in range(5)]
        store.accept(session, IntakeGroup(accepted=[*group, delivery("evt_shared")]), NOW)
    store.close_session(session, NOW)
    store.close()


def assert_whole(store: Store, writers: int, groups: int) -> None:
    """Every delivery is there once, the shared one once, and every strand is unbroken."""
    due = store.due_inputs(10_000)
    assert len({row.event_id for row in due}) == len(due) == writers * groups * 5 + 1
    heads: dict[int, tuple[int, bytes]] = {}
    for entry in store.entries():
        number, head = heads.get(entry.strand, (0, GENESIS))
        assert entry.number == number + 1
        assert entry.hash == chain(head, entry.body)
        heads[entry.strand] = (entry.number, entry.hash)
    standing = store.standing()["strands"]
    assert {s["strand"]: (s["count"], bytes.fromhex(s["head"])) for s in standing} == heads
    numbers = [row.id for row in store.payloads()]
    assert numbers == list(range(1, len(due) + 1))


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    store = open_store(url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ingest(store, f"t{n}", 10), range(4)))
    assert_whole(open_store(url), writers=4, groups=10)


def test_processes_write_beside_each_other(tmp_path: Path) -> None:
    """They also race for making the ledger."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    writers = [subprocess.Popen([sys.executable, "-c", INGEST, url, f"p{n}"]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert_whole(open_store(url), writers=3, groups=20)


def test_a_long_reading_does_not_keep_a_writer_waiting(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    session = store.open_session(kind="ingest", actor="ada", project="shop", now=NOW)
    entries = store.entries()
    next(entries)
    store.accept(session, IntakeGroup(accepted=[delivery("evt_1")]), NOW)
    assert [row.event_id for row in store.due_inputs(10)] == ["evt_1"]
