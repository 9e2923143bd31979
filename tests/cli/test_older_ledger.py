"""A ledger that another version made: an older one is brought to the present schema, a newer one is refused."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.store.upgrade import REVISIONS
from tests.store.older import make_older

ROOT = Path(__file__).parent.parent.parent
Capture = pytest.CaptureFixture[str]
COMMANDS = (
    ("run", "--environment", "local", "--quiet"),
    ("trace", "in_1IkYBM35fZmjkpD"),
    ("audit", "verify"),
)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quickstart after one run that left the last month out; its ledger is one of the first schema."""
    folder = tmp_path_factory.mktemp("older") / "quickstart"
    shutil.copytree(ROOT / "examples/quickstart", folder, ignore=shutil.ignore_patterns("*.db*", "__pycache__"))
    subprocess.run([sys.executable, folder / "databases.py"], check=True, timeout=60, capture_output=True)
    (folder / "inbox/2026-05.jsonl").rename(folder / "later.jsonl")
    assert do(folder, *COMMANDS[0]) == Exit.DONE
    (folder / "later.jsonl").rename(folder / "inbox/2026-05.jsonl")
    make_older(folder / "state.db", REVISIONS[0])
    return folder


@pytest.fixture
def place(used: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(used, tmp_path / "quickstart"))


def do(place: Path, *words: str) -> int:
    state = ["--state", f"sqlite:///{place / 'state.db'}"]
    maps = [] if words[0] == "audit" else ["--maps", str(place / "mappings")]
    return door(cli, [*words, *state, *maps])


def schema(place: Path) -> str:
    with closing(sqlite3.connect(place / "state.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_any_command_brings_an_older_ledger_to_the_present_schema(place: Path, words: tuple[str, ...]) -> None:
    assert schema(place) == REVISIONS[0]
    assert do(place, *words) == Exit.DONE
    assert schema(place) == REVISIONS[-1]


def test_a_run_goes_on_where_the_older_version_stopped(place: Path, capsys: Capture) -> None:
    assert do(place, "run", "--environment", "local") == Exit.DONE
    first = capsys.readouterr().out
    assert "2 files already processed" in first
    assert "writes     none" not in first
    assert do(place, "audit", "verify") == Exit.DONE
    assert do(place, "run", "--environment", "local") == Exit.DONE
    assert "writes     none" in capsys.readouterr().out


def test_a_trace_tells_what_the_older_version_did(place: Path, capsys: Capture) -> None:
    assert do(place, *COMMANDS[1]) == Exit.DONE
    assert "confirmed" in capsys.readouterr().out


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(
    place: Path, words: tuple[str, ...], capsys: Capture
) -> None:  # fmt: skip
    with closing(sqlite3.connect(place / "state.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = (place / "state.db").read_bytes()
    assert do(place, *words) == Exit.USAGE
    said = capsys.readouterr().err
    assert "a newer version of syncengine made this ledger (schema 9999)" in said
    assert "install that version" in said
    assert (place / "state.db").read_bytes() == before
