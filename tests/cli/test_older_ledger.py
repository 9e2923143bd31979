"""A ledger that another version made: an older one is brought to the present schema, a newer one is refused."""

import gzip
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
MADE_BY_THE_LAST_VERSION = Path(__file__).parent / "older/schema-0002.db.gz"
"""A ledger that the version before really made, of a company of two customers: nobody can make its audit trail up."""
INVOICE, CUSTOMER = "in_19xLWURCxpRxgjT", "cus_TfXVeMwgTibkl6"
COMMANDS = (
    ("run", "--environment", "local", "--quiet"),
    ("trace", INVOICE),
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
def kept(tmp_path: Path) -> Path:
    """The folder of a ledger that another version made."""
    (tmp_path / "state.db").write_bytes(gzip.decompress(MADE_BY_THE_LAST_VERSION.read_bytes()))
    shutil.copytree(ROOT / "examples/quickstart/mappings", tmp_path / "mappings")
    return tmp_path


@pytest.fixture
def place(used: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(used, tmp_path / "quickstart"))


def do(place: Path, *words: str) -> int:
    state = ["--state", f"sqlite:///{place / 'state.db'}"]
    maps = [] if words[0] in ("audit", "erase", "legal-hold") else ["--maps", str(place / "mappings")]
    return door(cli, [*words, *state, *maps])


def schema(place: Path) -> str:
    with closing(sqlite3.connect(place / "state.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("words", COMMANDS[1:], ids=lambda words: words[0])
def test_any_command_brings_an_older_ledger_to_the_present_schema(kept: Path, words: tuple[str, ...]) -> None:
    assert schema(kept) == REVISIONS[1]
    assert do(kept, *words) == Exit.DONE
    assert schema(kept) == REVISIONS[-1]


def test_what_an_older_version_left_is_sealed_by_the_next_session(kept: Path, capsys: Capture) -> None:
    assert do(kept, "audit", "verify") == Exit.DONE
    assert "its rows are sealed when the next session begins" in capsys.readouterr().out
    assert do(kept, "legal-hold", "set", CUSTOMER, "--reason", "a lawsuit") == Exit.DONE
    assert do(kept, "audit", "verify") == Exit.DONE
    assert "an older version" not in capsys.readouterr().out
    with closing(sqlite3.connect(kept / "state.db")) as connection:
        connection.execute("UPDATE inbox SET received_at = 'then' WHERE seq = 5")
        connection.commit()
    assert do(kept, "audit", "verify") == Exit.FINDINGS


def test_whom_an_older_version_knew_can_be_erased(kept: Path, capsys: Capture) -> None:
    assert do(kept, "erase", CUSTOMER, "--reason", "request 1") == Exit.DONE
    assert do(kept, "audit", "verify") == Exit.DONE
    assert do(kept, "erase", CUSTOMER, "--reason", "request 1") == Exit.DONE
    assert "nothing" in capsys.readouterr().out


def test_a_run_goes_on_where_the_older_version_stopped(place: Path, capsys: Capture) -> None:
    assert do(place, "run", "--environment", "local") == Exit.DONE
    first = capsys.readouterr().out
    assert "11 files already processed" in first
    assert "writes     none" not in first
    assert do(place, "run", "--environment", "local") == Exit.DONE
    assert "writes     none" in capsys.readouterr().out


def test_a_trace_tells_what_the_older_version_did(kept: Path, capsys: Capture) -> None:
    assert do(kept, *COMMANDS[1]) == Exit.DONE
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
