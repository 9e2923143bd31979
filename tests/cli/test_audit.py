"""`audit verify`: the verdict in words, in JSON, and as an exit code."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from syncengine.cli.audit import judged
from syncengine.cli.door import door
from syncengine.cli.main import cli
from syncengine.model.entry import ChainedEntry
from syncengine.store.memory import MemoryStore
from syncengine.store.open import open_store
from tests.store.scene import Scene, busy

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    store = open_store(f"sqlite:///{path}")
    scene = Scene(store)
    busy(scene)
    store.close_session(scene.session, scene.now)
    store.close()
    return path


def audit_verify(path: Path, *words: str) -> int:
    return door(cli, ["audit", "verify", "--state", f"sqlite:///{path}", *words])


def spoil(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE payloads SET body = 'evil\x1b[2J' WHERE id = 2")
        connection.commit()


def test_a_whole_trail_is_said_to_be_whole(path: Path, capsys: Capture) -> None:
    assert audit_verify(path) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "the audit trail is whole"
    assert said[1].startswith("checked: ")
    assert ", 1 strand, 2 checkpoints, " in said[1]
    assert said[2].startswith("newest checkpoint: ")


def test_a_broken_trail_exits_1_with_the_first_broken_place(path: Path, capsys: Capture) -> None:
    spoil(path)
    assert audit_verify(path) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "the audit trail is broken",
        "first broken place: payload 2: the body does not match its commitment",
    ]


def test_bytes_that_are_no_text_have_a_place_too(path: Path, capsys: Capture) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit SET kind = CAST(X'e1' AS TEXT) WHERE strand = 1 AND number = 3")
        connection.commit()
    assert audit_verify(path) == 1
    assert "first broken place: strand 1 entry 3: the row says" in capsys.readouterr().out


def test_a_file_with_nothing_in_it_is_no_ledger(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "state.db"
    path.touch()
    assert audit_verify(path) == 64
    assert "there is no ledger yet" in capsys.readouterr().err
    assert not path.stat().st_size


def test_the_same_is_said_in_json(path: Path, capsys: Capture) -> None:
    assert audit_verify(path, "--format", "json") == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["exit"], whole["whole"], whole["broken"], whole["more"]) == (0, True, [], 0)
    assert whole["entries"] > 10
    spoil(path)
    assert audit_verify(path, "--format", "json") == 1
    broken = json.loads(capsys.readouterr().out)
    assert (broken["exit"], broken["whole"]) == (1, False)
    assert broken["broken"] == ["payload 2: the body does not match its commitment"]


def test_where_no_ledger_is_none_is_made(tmp_path: Path, capsys: Capture) -> None:
    assert audit_verify(tmp_path / "none.db") != 0
    assert "there is no ledger yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


class Busy(MemoryStore):
    """Somebody works on this ledger while it is read."""

    scene: Scene

    def entries(self) -> Iterator[ChainedEntry]:
        self.scene.ready(f"x{len(self.standing()['actions'])}")
        return super().entries()


def test_a_ledger_that_is_written_to_meanwhile_is_not_called_broken() -> None:
    store = Busy(Random(1).randbytes)
    store.scene = Scene(store)
    busy(store.scene)
    verdict = judged(store)
    assert verdict.places == ()
    assert verdict.actions == 5


def test_damage_is_seen_while_somebody_writes() -> None:
    store = Busy(Random(1).randbytes)
    store.scene = Scene(store)
    busy(store.scene)
    ledger = store._ledger
    ledger.payloads.drop(3)
    assert judged(store).places[0].startswith("payload 3: it is gone")
