"""Whoever waits to write is the next to write, also beside a process that writes all the time."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from syncengine.errors import BusyError
from syncengine.store.open import open_store
from syncengine.store.wicket import Wicket
from tests.store.scene import Scene


def test_one_at_a_time_and_the_next_when_it_leaves(tmp_path: Path) -> None:
    first, second = (Wicket.beside(tmp_path / "state.db", patience=0.0) for _ in range(2))
    with first, pytest.raises(BusyError, match=r"another process waits to write to state\.db"), second:
        pass
    with second:
        pass


def test_a_process_that_dies_in_it_lets_it_go(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from syncengine.store.wicket import Wicket\n"
        "Wicket.beside(Path(sys.argv[1]), patience=1).__enter__(); print('in', flush=True); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "state.db"], capture_output=True, timeout=60, check=False
    )
    assert (died.returncode, died.stdout) == (-9, b"in\n")
    with Wicket.beside(tmp_path / "state.db", patience=0.0):
        pass


def test_a_link_leads_to_the_same_wicket(tmp_path: Path) -> None:
    (tmp_path / "state.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "state.db")
    real, linked = (Wicket.beside(tmp_path / name, patience=0.0) for name in ("state.db", "link.db"))
    assert real.path == linked.path


def test_where_it_cannot_be_made_nobody_is_kept_out(tmp_path: Path) -> None:
    with Wicket(tmp_path / "nowhere" / "state.db.next", patience=0.0):
        assert not (tmp_path / "nowhere").exists()


def test_a_writer_that_stands_in_it_goes_before_one_that_writes_all_the_time(tmp_path: Path) -> None:
    """The busy one holds the write lock; the other one stands in the wicket when it is let go, and so is next."""
    path = tmp_path / "state.db"
    store = open_store(f"sqlite:///{path}")
    scene, order = Scene(store), []
    busy, waits = sqlite3.connect(path, isolation_level=None), threading.Event()

    def other() -> None:
        own = open_store(f"sqlite:///{path}")
        waits.set()
        own.switch("system:crm", True, actor="ana", reason="", project="shop", now=scene.now)
        order.append("pause")
        own.close()

    busy.execute("begin immediate")
    thread = threading.Thread(target=other)
    thread.start()
    waits.wait(60)
    wicket = Wicket.beside(path, patience=0.0)
    while _is_free(wicket):
        os.sched_yield()
    busy.execute("commit")
    scene.accept()
    order.append("work")
    thread.join(60)
    with closing(busy):
        assert order == ["pause", "work"]
    store.close()


def _is_free(wicket: Wicket) -> bool:
    try:
        with wicket:
            return True
    except BusyError:
        return False
