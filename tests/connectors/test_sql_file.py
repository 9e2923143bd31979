"""An SQLite file that is a system: what is written into it counts only while it is the same file, and in its place."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from syncengine.connectors.conformance import WriterRig
from syncengine.connectors.sql.database import Database
from syncengine.connectors.sql.file import SqliteFile
from syncengine.errors import TemporaryError
from syncengine.model.attempt import Outcome
from syncengine.vocabulary import OutcomeKind
from tests.connectors.rigs import SqlRig, sqlite_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SqlRig]:
    found = sqlite_rig(tmp_path)
    yield found
    found.adapter.close()


@pytest.fixture
def at_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Something happens right before the target is asked to commit."""

    def arrange(strike: Callable[[], None]) -> None:
        writing = Database.writing

        def struck(database: Database) -> sa.Connection:
            connection = writing(database)
            sa.event.listen(connection, "commit", lambda _: strike())
            return connection

        monkeypatch.setattr(Database, "writing", struck)

    return arrange


def write(rig: SqlRig) -> Outcome:
    it: WriterRig = rig.writer_rig()
    (outcome,) = it.send(it.create("k-1"))
    return outcome


def copied(path: Path, away: Path) -> None:
    path.rename(away)
    shutil.copyfile(away, path)


def test_a_commit_into_a_file_that_was_moved_away_is_in_doubt(
    rig: SqlRig, at_commit: Callable[[Callable[[], None]], None]
) -> None:
    at_commit(rig.away)
    outcome = write(rig)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "is not there" in outcome.detail


def test_a_commit_into_a_file_that_was_replaced_is_in_doubt(
    rig: SqlRig, at_commit: Callable[[Callable[[], None]], None]
) -> None:
    at_commit(lambda: copied(rig.folder / "crm.db", rig.folder / "crm.db.away"))
    outcome = write(rig)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "replaced by another file" in outcome.detail


@pytest.mark.parametrize("content", [b"invoice;amount\n" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_damaged_is_away_and_no_row_is_at_fault(content: bytes, rig: SqlRig) -> None:
    (rig.folder / "crm.db").write_bytes(content)
    outcome = write(rig)
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert "the database crm.db" in outcome.detail


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(TemporaryError, match=r"folder\.db is no file"):
        SqliteFile(tmp_path / "folder.db", "folder.db", patience=0).connect(writes=False)
    with pytest.raises(TemporaryError, match="is not there"):
        SqliteFile(tmp_path / "file" / "crm.db", "crm.db", patience=0).connect(writes=False)


def test_a_file_that_is_put_back_is_the_same_file(rig: SqlRig) -> None:
    assert write(rig).kind is OutcomeKind.CONFIRMED
    rig.away()
    rig.back()
    it = rig.writer_rig()
    (outcome,) = it.send(it.create("k-2"))
    assert outcome.kind is OutcomeKind.CONFIRMED
    with closing(sqlite3.connect(rig.folder / "crm.db")) as crm:
        assert crm.execute("SELECT count(*) FROM invoices").fetchone() == (2,)
