"""A pause by a process of its own, while another process works: what is acknowledged holds, and nothing else stops.

PAUSE_EVENTS says how many deliveries the run works on; more of them make it longer.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import syncengine
from syncengine.clock import SystemClock
from syncengine.store.open import open_store
from tests.benchmarks import workspace

ROOT = Path(syncengine.__file__).parent.parent
EVENTS = int(os.environ.get("PAUSE_EVENTS", "1100"))
PATIENCE = 120.0
FLOW = "invoice.crm"
LOG = """
create table log(n integer primary key, what text, id text);
create trigger log_a after insert on accounts begin insert into log(what, id) values('accounts', new.stripe_id); end;
create trigger log_i after insert on invoices begin insert into log(what, id) values('invoices', new.stripe_id); end;
create trigger log_u after update on invoices begin insert into log(what, id) values('invoices', new.stripe_id); end;
"""
"""What was written, in the order of its writing."""


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.db'}"
    make: Callable[[], str] = request.getfixturevalue("postgres_database")
    url: str = request.getfixturevalue("postgres_server").url(make())
    return url.replace("+psycopg", "")


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    folder = workspace.lay_out(tmp_path, EVENTS, EVENTS)
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        target.executescript(LOG)
    return folder


def words(maps: Path, state: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "syncengine", "--maps", str(maps), "--state", state, *more]


def start(maps: Path, state: str, *, stops_at: str = "") -> subprocess.Popen[str]:
    """A run; with `stops_at` one that waits there until it is told to go on."""
    words_of_its_own = [sys.executable, "-m", "tests.switching.worker", str(maps), state, stops_at]
    return subprocess.Popen(
        words_of_its_own if stops_at else words(maps, state, "run", "--environment", "local", "--format", "json"),
        env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def call(maps: Path, state: str, *more: str) -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words(maps, state, *more), env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def logged(maps: Path, what: str) -> list[str]:
    with closing(sqlite3.connect(maps.parent / "target.db", timeout=PATIENCE)) as target:
        return [id_ for (id_,) in target.execute("select id from log where what = ? order by n", (what,))]


def standing(state: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    with closing(open_store(state)) as store:
        return store.standing()


def attempts(state: str) -> set[tuple[int, int]]:
    """(attempt, fence of its intent) of the flow: a new intent shows as either."""
    rows = standing(state)
    mine = {row["id"] for row in rows["actions"] if row["flow"] == FLOW}
    return {(row["id"], row["number"]) for row in rows["attempts"] if row["action"] in mine}


def until(run: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Looks again and again; the run must not end before."""
    clock = SystemClock()
    while not reached():
        assert run.poll() is None, run.communicate()
        clock.wait(0.02)


def end(run: subprocess.Popen[str]) -> None:
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, out + err


@pytest.mark.parametrize("point", ["intent.committed", "settle.committed"])
def test_a_pause_that_is_acknowledged_lets_nothing_out_and_all_else_goes_on(
    maps: Path, state: str, point: str
) -> None:
    run = start(maps, state, stops_at=point)
    assert run.stdout is not None
    assert run.stdout.readline() == "here\n"
    call(maps, state, "pause", f"flow:{FLOW}", "--reason", "month end")
    acknowledged = attempts(state)
    end(run)

    assert attempts(state) == acknowledged, "no intent was committed after the pause was acknowledged"
    assert len(logged(maps, "invoices")) <= len(acknowledged), "and so nothing was written that had none"
    rows = standing(state)
    left = [row for row in rows["actions"] if row["flow"] == FLOW and row["state"] in ("ready", "waiting")]
    assert left, "the pause came while there was work"
    assert not [row for row in rows["actions"] if row["flow"] != FLOW and row["state"] in ("ready", "waiting")]
    with closing(open_store(state)) as store:
        assert not store.due_inputs(1), "all that had arrived was judged"

    before = len(logged(maps, "invoices"))
    call(maps, state, "resume", f"flow:{FLOW}")
    end(start(maps, state))
    rows = standing(state)
    assert not [row for row in rows["actions"] if row["flow"] == FLOW and row["state"] in ("ready", "waiting")]
    record = {row["id"]: row["record"] for row in rows["links"] if row["flow"] == "invoice.stripe"}
    done = [row for row in rows["actions"] if row["flow"] == FLOW and row["state"] == "confirmed"]
    action = {row["record"]: row["id"] for row in done}
    caught_up = [action[record[id_]] for id_ in logged(maps, "invoices")[before:]]
    assert len(caught_up) == len(left)
    assert caught_up == sorted(caught_up), "the oldest decision goes first"
    accounts = logged(maps, "accounts")
    assert len(accounts) == len(set(accounts)) > 0


def test_many_switches_beside_a_run_are_all_turned_and_none_is_lost(maps: Path, state: str) -> None:
    run = start(maps, state)
    until(run, lambda: len(logged(maps, "accounts")) > 0)
    turned = 0
    while run.poll() is None and turned < 6:
        call(maps, state, "resume" if turned % 2 else "pause", f"flow:{FLOW}")
        turned += 1
    if turned % 2:
        call(maps, state, "resume", f"flow:{FLOW}")
        turned += 1
    end(run)
    end(start(maps, state))
    call(maps, state, "audit", "verify")
    with closing(open_store(state)) as store:
        entries = [entry for entry in store.entries() if entry.kind == "switch.moved"]
    assert len(entries) == turned
    rows = standing(state)
    assert {row["state"] for row in rows["actions"]} <= {"confirmed", "superseded"}
