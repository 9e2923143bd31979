"""`dlq list, show`, `run` and `trace` over a ledger with dead letters and pauses: a real map, two SQLite databases."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from tests.benchmarks import workspace
from tests.benchmarks.events import deliveries

Capture = pytest.CaptureFixture[str]
Command = Callable[..., int]
REFUSE = """
create trigger refuse before insert on accounts when new.stripe_id = '{id}'
begin select raise(abort, 'a secret of {id}'); end
"""


@pytest.fixture
def customers(tmp_path: Path) -> list[str]:
    """Ids of the customers that are created, oldest first."""
    bodies = [body for body in deliveries(60) if json.loads(body)["type"] == "customer.created"]
    workspace.make(tmp_path)
    workspace.drop(tmp_path, "first", bodies)
    return [json.loads(body)["data"]["object"]["id"] for body in bodies]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    here = ("--maps", str(tmp_path / "mappings"), "--state", f"sqlite:///{tmp_path / 'state.db'}")
    return lambda *words: door(cli, [*here, *words])


@pytest.fixture
def refused(tmp_path: Path, customers: list[str], command: Command, capsys: Capture) -> str:
    """One customer whom the target refuses, and a delivery that nobody can read; after a run."""
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        target.executescript(REFUSE.format(id=customers[1]))
    nonsense = {
        "id": "evt_bad", "object": "event", "created": 1767225600, "livemode": False, "type": "customer.created",
        "data": {"object": "nonsense"},
    }  # fmt: skip
    workspace.drop(tmp_path, "second", [json.dumps(nonsense).encode()])
    assert command("run", "--environment", "local", "--format", "json") == Exit.OPEN
    document = said(capsys)
    assert document["dead_letters"] == {"action": 1, "input": 1}
    assert document["events"]["failed"] == 1
    writes = document["writes"]
    assert (writes["dead_lettered"], writes["confirmed"]) == (1, len(customers) - 1)
    assert sum(writes.values()) == len(customers), "each action is counted in one place"
    return customers[1]


def said(capsys: Capture) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_list_names_each_with_its_record_count_and_error(refused: str, command: Command, capsys: Capture) -> None:
    assert command("dlq", "list", "--format", "json") == Exit.DONE
    letters = {letter["kind"]: letter for letter in said(capsys)["dead_letters"]}
    action, delivery = letters["action"], letters["input"]
    assert (action["flow"], action["record"]["id"], action["receive_count"]) == ("account.crm", refused, 1)
    assert action["error"] == "accounts: IntegrityError"
    assert (delivery["system"], delivery["name"], delivery["record"]) == ("stripe", "evt_bad", None)
    assert "neither redrive nor discard" in action["next"]


def test_the_table_has_a_line_for_each(refused: str, command: Command, capsys: Capture) -> None:
    assert command("dlq", "list") == Exit.DONE
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["id", "what", "record", "since"]
    assert any(row.startswith("action:") and f"account {refused}" in row for row in rows)
    assert any(row.startswith("input:") and "stripe customer.created evt_bad" in row for row in rows)


def test_a_list_that_is_cut_says_so(refused: str, command: Command, capsys: Capture) -> None:
    assert command("dlq", "list", "--limit", "1", "--format", "json") == Exit.DONE
    document = said(capsys)
    assert (len(document["dead_letters"]), document["more"]) == (1, True)
    assert command("dlq", "list", "--limit", "1") == Exit.DONE
    assert "there are more: say --limit" in capsys.readouterr().out
    assert command("dlq", "list", "--limit", "0") == Exit.USAGE


def test_one_is_shown_with_what_it_would_have_written(refused: str, command: Command, capsys: Capture) -> None:
    command("dlq", "list", "--format", "json")
    (action,) = [one for one in said(capsys)["dead_letters"] if one["kind"] == "action"]
    assert command("dlq", "show", action["id"]) == Exit.DONE
    out = capsys.readouterr().out
    assert f"record      account {refused}" in out
    assert "failed      once" in out
    assert "last error  accounts: IntegrityError" in out
    assert "attempt 1: rejected" in out
    assert "secret of" not in out
    assert command("dlq", "show", action["name"], "--format", "json") == Exit.DONE
    (shown,) = said(capsys)["dead_letters"]
    assert shown["told"][0]["attempts"][0]["state"] == "rejected"


def test_values_are_shown_as_the_view_shows_them(refused: str, command: Command, capsys: Capture) -> None:
    command("dlq", "list", "--format", "json")
    (action,) = [one for one in said(capsys)["dead_letters"] if one["kind"] == "action"]
    assert command("dlq", "show", action["id"], "--view", "nobodys") == Exit.USAGE
    capsys.readouterr()
    assert command("dlq", "show", action["id"], "--maps", "nowhere") == Exit.DONE
    out = capsys.readouterr().out
    assert "every value is masked" in out
    assert "name" in out
    assert "= •••" in out


def test_an_input_is_found_by_its_event(refused: str, command: Command, capsys: Capture) -> None:
    assert command("dlq", "show", "evt_bad") == Exit.DONE
    out = capsys.readouterr().out
    assert out.startswith("input:")
    assert "could not be applied" in out


def test_an_unknown_letter_ends_with_1(refused: str, command: Command, capsys: Capture) -> None:
    assert command("dlq", "show", "action:4711") == Exit.FINDINGS
    assert "`syncengine dlq list` shows them all" in capsys.readouterr().err


def test_a_ledger_without_any_says_so(customers: list[str], command: Command, capsys: Capture) -> None:
    assert command("run", "--environment", "local") == Exit.DONE
    capsys.readouterr()
    assert command("dlq", "list") == Exit.DONE
    assert capsys.readouterr().out == "there are no dead letters\n"


def test_only_the_run_that_made_it_exits_5_and_a_strict_one(refused: str, command: Command, capsys: Capture) -> None:
    assert command("run", "--environment", "local") == Exit.DONE
    assert "dead       actions 1, inputs 1: syncengine dlq list" in capsys.readouterr().out
    assert command("run", "--environment", "local", "--strict") == Exit.OPEN


def test_a_table_that_is_missing_is_a_fault_that_names_it_and_its_remedy(
    tmp_path: Path, customers: list[str], command: Command, capsys: Capture
) -> None:
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        target.execute("alter table accounts rename to acounts")
        target.commit()
    assert command("run", "--environment", "local", "--format", "json") == Exit.OPEN
    document = said(capsys)
    assert document["away"] == []
    (fault,) = document["faults"]
    assert fault["system"] == "crm"
    assert fault["why"] == "the database has no table 'accounts'; did you mean 'acounts'?"
    assert "Create the table" in fault["remedy"]
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        target.execute("alter table acounts rename to accounts")
        target.commit()
    assert command("run", "--environment", "local", "--format", "json") == Exit.DONE
    assert said(capsys)["writes"]["confirmed"] == len(customers)


def test_a_column_that_is_missing_is_a_fault_too(
    tmp_path: Path, customers: list[str], command: Command, capsys: Capture
) -> None:  # fmt: skip
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        target.execute("alter table accounts rename column email to mail")
        target.commit()
    assert command("run", "--environment", "local") == Exit.OPEN
    out = capsys.readouterr().out
    assert "fault      crm: the table accounts has no column 'email'; did you mean 'mail'?" in out
    assert "next: Add the column to the table" in out


def test_a_run_says_what_is_paused_and_how_much_waits(
    tmp_path: Path, customers: list[str], command: Command, capsys: Capture
) -> None:
    (tmp_path / "inbox" / "first.jsonl").unlink()
    assert command("run", "--environment", "local") == Exit.DONE
    assert command("pause", "system:crm", "--actor", "ana", "--reason", "migration") == Exit.DONE
    bodies = [body for body in deliveries(60) if json.loads(body)["type"] == "customer.created"]
    workspace.drop(tmp_path, "second", bodies)
    capsys.readouterr()
    assert command("run", "--environment", "local", "--format", "json") == Exit.DONE
    (paused,) = said(capsys)["paused"]
    assert (paused["scope"], paused["by"], paused["reason"]) == ("system:crm", "ana (unauthenticated)", "migration")
    assert paused["waiting"] == len(customers)
    assert command("run", "--environment", "local") == Exit.DONE
    text = capsys.readouterr().out
    assert "paused     system:crm since " in text
    assert f"because: migration; {len(customers)} actions wait there" in text
    assert command("trace", customers[0]) == Exit.DONE
    story = capsys.readouterr().out
    assert "not sent: system:crm is paused since " in story
    assert "by ana (unauthenticated) because: migration" in story
    assert command("resume", "system:crm") == Exit.DONE
    assert f"{len(customers)} actions wait there for the next run" in capsys.readouterr().out
    assert command("run", "--environment", "local", "--format", "json") == Exit.DONE
    document = said(capsys)
    assert (document["paused"], document["writes"]["confirmed"]) == ([], len(customers))
