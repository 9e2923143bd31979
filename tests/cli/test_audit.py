"""`audit verify`: the verdict in words, in JSON, and as an exit code."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Self

import pytest

from syncengine.cli.door import door
from syncengine.cli.main import cli
from syncengine.evidence.verify import verify
from syncengine.model.book import Row
from syncengine.store.open import open_store
from syncengine.store.sql.book import SqlBook
from syncengine.store.sql.database import Database
from syncengine.store.sql.store import SqlStore
from syncengine.store.sqlite import open_database
from syncengine.store.upgrade import upgrade
from syncengine.vocabulary import OutcomeKind
from tests.store.scene import BORN, Scene, busy

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
    assert said[2].startswith("not proven: nothing proves that the end was not cut off")


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


class Busy(SqlStore):
    """Somebody works on this ledger while it is read."""

    scene: Scene

    def book(self) -> SqlBook:
        return BusyBook(self._database, self.scene)


class BusyBook(SqlBook):
    def __init__(self, database: Database, scene: Scene) -> None:
        super().__init__(database)
        self._scene = scene

    def rows(self, table: str) -> Iterator[Sequence[Row]]:
        if table in ("actions", "inbox", "records", "wants"):
            name = f"x{table}"
            self._scene.settle(self._scene.sent(name), OutcomeKind.CONFIRMED)
            self._scene.commit(wants=[(BORN, name, "tie")])
            self._scene.arrive(f"evt_{table}")
        return super().rows(table)

    @contextmanager
    def still(self) -> Iterator[Self]:
        with self._database.reading() as connection:
            yield SqlBook(self._database, lambda: nullcontext(connection))  # type: ignore[misc]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Busy]:
    store = Busy(open_database(tmp_path / "busy.db"), Random(1).randbytes)
    upgrade(store._database)
    store.scene = Scene(store)
    busy(store.scene)
    yield store
    store.close()


def test_a_ledger_that_is_written_to_meanwhile_is_not_called_broken(store: Busy) -> None:
    verdict = verify(store.book())
    assert verdict.places == ()
    assert verdict.actions == 8


def test_damage_is_seen_while_somebody_writes(store: Busy) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM payloads WHERE id = 3")
        connection.exec_driver_sql("UPDATE inbox SET received_at = 'x' WHERE seq = 2")
    places = verify(store.book()).places
    assert any(place.startswith("payload 3: it is gone") for place in places)
    assert any(place.startswith("input 2: it is not as it was written") for place in places)


# --- anchors


def anchored(path: Path, anchors: Path, capsys: Capture) -> tuple[int, str]:
    code = audit_verify(path, "--anchor", str(anchors))
    return code, capsys.readouterr().out


def drop(path: Path, anchors: Path) -> int:
    return door(cli, ["audit", "anchor", "--state", f"sqlite:///{path}", "--out", str(anchors)])


def test_an_anchor_holds_and_later_ones_are_appended(path: Path, tmp_path: Path, capsys: Capture) -> None:
    anchors = tmp_path / "anchors.jsonl"
    assert drop(path, anchors) == 0
    write(path)
    assert drop(path, anchors) == 0
    assert len(anchors.read_bytes().splitlines()) == 2
    capsys.readouterr()
    code, said = anchored(path, anchors, capsys)
    assert code == 0
    assert ", 2 anchors" in said
    assert "nothing proves" not in said


def write(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    Scene(store).sent("more")
    store.close()


def test_a_ledger_that_ends_before_its_anchor_is_told(path: Path, tmp_path: Path, capsys: Capture) -> None:
    anchors, yesterday = tmp_path / "anchors.jsonl", tmp_path / "yesterday.db"
    copyfile(path, yesterday)
    write(path)
    drop(path, anchors)
    capsys.readouterr()
    code, said = anchored(yesterday, anchors, capsys)
    assert code == 1
    assert "its end was cut off, or all of it was put back to an earlier day" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{}", "line 2 of the anchors: it is no anchor"),
        (b"\xff\x00", "line 2 of the anchors: it is no anchor"),
        (b'{"anchor":1,"digest":"00"}', "line 2 of the anchors: it was damaged: it does not match its own digest"),
    ],
)
def test_an_anchor_that_is_none_is_told(path: Path, tmp_path: Path, capsys: Capture, line: bytes, said: str) -> None:
    anchors = tmp_path / "anchors.jsonl"
    drop(path, anchors)
    anchors.write_bytes(anchors.read_bytes() + line + b"\n")
    capsys.readouterr()
    code, told = anchored(path, anchors, capsys)
    assert code == 1
    assert said in told


def test_an_anchor_of_another_ledger_is_told(path: Path, tmp_path: Path, capsys: Capture) -> None:
    anchors, other = tmp_path / "anchors.jsonl", tmp_path / "other.db"
    store = open_store(f"sqlite:///{other}")
    Scene(store, project="elsewhere")
    store.close()
    drop(other, anchors)
    capsys.readouterr()
    code, told = anchored(path, anchors, capsys)
    assert code == 1
    assert "(line 1): it is of another ledger (project elsewhere)" in told


def test_anchors_that_are_not_there_are_a_mistake_of_the_caller(path: Path, tmp_path: Path, capsys: Capture) -> None:
    assert audit_verify(path, "--anchor", str(tmp_path / "none")) == 64
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("body", [b"", b"\n \n"])
def test_a_file_without_an_anchor_proves_nothing(path: Path, tmp_path: Path, capsys: Capture, body: bytes) -> None:
    (tmp_path / "anchors.jsonl").write_bytes(body)
    code, told = anchored(path, tmp_path / "anchors.jsonl", capsys)
    assert code == 1
    assert "the anchors: there is none in their file" in told


def test_a_ledger_that_nobody_used_has_nothing_to_anchor(tmp_path: Path, capsys: Capture) -> None:
    open_store(f"sqlite:///{tmp_path / 'new.db'}").close()
    assert drop(tmp_path / "new.db", tmp_path / "anchors.jsonl") == 64
    assert "nothing to anchor" in capsys.readouterr().err


def test_an_anchor_is_printed_where_no_file_is_named(path: Path, capsys: Capture) -> None:
    assert door(cli, ["audit", "anchor", "--state", f"sqlite:///{path}"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["project"], said["turn"] > 10) == ("shop", True)
    assert door(cli, ["audit", "anchor", "--state", f"sqlite:///{path}", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["anchor"]["heads"] == said["heads"]
