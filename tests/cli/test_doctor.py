"""`syncengine doctor`: what it looks at, what it says of what is wrong, and that it changes nothing."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.store import journal
from syncengine.store.lock import EngineLock
from syncengine.store.upgrade import REVISIONS
from tests.cli.test_process import run
from tests.store.older import make_older

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` makes, after one run."""
    folder = tmp_path_factory.mktemp("doctor") / "shop"
    assert run("init", folder.name, cwd=folder.parent).returncode == 0
    done = run("run", "--environment", "local", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shop(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(begun, folder)
    monkeypatch.chdir(folder)
    return folder


def examined(capsys: Capture) -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    """The exit code, and what was looked at by what it is a part of and its name."""
    code = door(cli, ["doctor", "--environment", "local", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["exit"] == code
    return code, {(row["about"], row["name"]): row for row in document["checks"]}


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns) for p in found}


def crm(shop: Path, *statements: str) -> None:
    with closing(sqlite3.connect(shop / "local" / "crm.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_where_all_is_well_it_says_so_and_changes_nothing(shop: Path, capsys: Capture) -> None:
    before = files(shop)
    code, found = examined(capsys)
    assert (code, files(shop)) == (Exit.DONE, before)
    unwell = {place: row["what"] for place, row in found.items() if row["health"] != "ok"}
    assert unwell.keys() == {("stripe", "connection")}
    assert "nothing can be read back" in unwell["stripe", "connection"]
    assert {about for about, _ in found} == {"machine", "ledger", "stripe", "crm"}
    assert found["ledger", "durability"]["what"] == f"journal_mode {journal.journal_mode()}, synchronous full"
    assert found["ledger", "schema"]["what"] == f"revision {REVISIONS[-1]}, the newest"
    assert found["ledger", "at work"]["what"] == "nobody"
    assert "columns are written, rows created and updated; stripe_invoice_id is unique" in (
        found["crm", "invoices"]["what"]
    )


def test_before_the_first_run_it_makes_no_ledger(shop: Path, capsys: Capture) -> None:
    shutil.rmtree(shop / ".syncengine")
    code, found = examined(capsys)
    assert code == Exit.DONE
    assert found["ledger", "ledger"]["what"].startswith("none yet, the first run makes it")
    assert not (shop / ".syncengine").exists()


def test_in_words_each_line_has_its_health_and_its_remedy(shop: Path, capsys: Capture) -> None:
    (shop / "local" / "crm.db").unlink()
    assert door(cli, ["doctor", "--environment", "local"]) == Exit.FINDINGS
    said = capsys.readouterr().out.splitlines()
    (line,) = (n for n, text in enumerate(said) if text.startswith("crm "))
    assert "failed" in said[line]
    assert "crm.db is not there" in said[line]
    assert said[line + 1].startswith("  next: ")
    assert said[-1].endswith("1 failed")


def accounts(**columns: str) -> tuple[str, ...]:
    """Statements that make the table anew, some columns otherwise than the map needs them."""
    texts = ("name", "email", "country", "customer_since")
    known = {"id": "TEXT PRIMARY KEY", "stripe_customer_id": "TEXT UNIQUE", **dict.fromkeys(texts, "TEXT"), **columns}
    described = ", ".join(f"{name} {kind}" for name, kind in known.items())
    return "DROP TABLE accounts", f"CREATE TABLE accounts ({described})"


@pytest.mark.parametrize(
    ("statements", "name", "what", "following"),
    [
        (
            ("ALTER TABLE invoices RENAME COLUMN total TO totals",),
            "invoices", "no column 'total'; did you mean 'totals'?", "correct the flow invoice.crm",
        ),
        (("ALTER TABLE invoices RENAME TO invoice",), "invoices", "no table 'invoices'", "create it"),
        (
            accounts(stripe_customer_id="TEXT"),
            "accounts", "stripe_customer_id has no unique index", "create a unique index",
        ),
        (accounts(customer_since="INTEGER"), "accounts", "customer_since takes a whole number", "change the column"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_as_the_map_spells_it_is_named_with_what_to_do(
    statements: tuple[str, ...], name: str, what: str, following: str, shop: Path, capsys: Capture
) -> None:
    crm(shop, "PRAGMA foreign_keys = OFF", *statements)
    code, found = examined(capsys)
    row = found["crm", name]
    assert (code, row["health"]) == (Exit.FINDINGS, "failed")
    assert what in row["what"]
    assert following in row["next"]


def test_a_secret_is_resolved_and_never_shown(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = shop / "mappings" / "environments" / "local.yaml"
    text = environment.read_text("utf-8").replace("stripe: {", 'stripe: {webhook_secret: "env:DOCTORS_SECRET", ')
    environment.write_text(text, "utf-8")
    code, found = examined(capsys)
    assert (code, found["stripe", "secrets"]["health"]) == (Exit.FINDINGS, "failed")
    assert "set DOCTORS_SECRET" in found["stripe", "secrets"]["next"]
    monkeypatch.setenv("DOCTORS_SECRET", "whsec_0123456789abcdef0123456789")
    assert door(cli, ["doctor", "--environment", "local"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "webhook_secret can be resolved" in said
    assert "0123456789abcdef" not in said


def test_a_drop_folder_that_is_gone_is_told(shop: Path, capsys: Capture) -> None:
    shutil.rmtree(shop / "local" / "inbox")
    code, found = examined(capsys)
    assert (code, found["stripe", "drop folder"]["health"]) == (Exit.FINDINGS, "failed")


def test_who_works_on_the_ledger_is_named(shop: Path, capsys: Capture) -> None:
    ledger = shop / ".syncengine" / "state.db"
    with EngineLock.beside(ledger, command="syncengine run", now=datetime(2026, 1, 1, tzinfo=UTC)):
        _, found = examined(capsys)
    assert found["ledger", "at work"]["what"].startswith("syncengine run, process ")
    _, found = examined(capsys)
    assert found["ledger", "at work"]["what"] == "nobody"


def test_a_ledger_that_was_moved_away_is_told(shop: Path, capsys: Capture) -> None:
    (shop / ".syncengine" / "state.db").rename(shop / "elsewhere")
    code, found = examined(capsys)
    assert (code, found["ledger", "ledger"]["health"]) == (Exit.FINDINGS, "failed")
    assert "is not there any more" in found["ledger", "ledger"]["what"]


@pytest.mark.parametrize("content", [b"invoice;amount\n" * 1000, b""], ids=["no database", "empty"])
def test_what_is_no_ledger_is_told(content: bytes, shop: Path, capsys: Capture) -> None:
    (shop / ".syncengine" / "state.db").write_bytes(content)
    code, found = examined(capsys)
    assert (code, found["ledger", "ledger"]["health"]) == (Exit.FINDINGS, "failed")


def test_an_older_ledger_is_not_upgraded_by_a_look(shop: Path, capsys: Capture) -> None:
    ledger = shop / ".syncengine" / "state.db"
    make_older(ledger, REVISIONS[0])
    before = ledger.read_bytes()
    code, found = examined(capsys)
    assert (code, found["ledger", "schema"]["health"]) == (Exit.DONE, "warning")
    assert ledger.read_bytes() == before


@pytest.mark.skipif(journal.journal_mode() == journal.WAL, reason="this SQLite is safe in WAL mode")
def test_a_file_in_wal_mode_is_dangerous_to_an_older_sqlite(shop: Path, capsys: Capture) -> None:
    with closing(sqlite3.connect(shop / ".syncengine" / "state.db")) as database:
        database.execute("pragma journal_mode=wal")
    code, found = examined(capsys)
    assert (code, found["ledger", "durability"]["health"]) == (Exit.FINDINGS, "failed")
    with closing(sqlite3.connect(shop / ".syncengine" / "state.db")) as database:
        assert database.execute("pragma journal_mode").fetchone() == ("wal",)
