"""`trace` over a real ledger: the quickstart's, after one run."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli

ROOT = Path(__file__).parent.parent.parent
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the quickstart, its databases made and everything delivered."""
    folder = tmp_path_factory.mktemp("quickstart")
    copy = folder / "quickstart"
    shutil.copytree(ROOT / "examples/quickstart", copy, ignore=shutil.ignore_patterns("*.db*", "__pycache__"))
    subprocess.run([sys.executable, copy / "databases.py"], check=True, timeout=60, capture_output=True)
    assert door(cli, ["run", "--environment", "local", "--quiet", *_where(copy)]) == Exit.DONE
    return copy


def _where(copy: Path) -> list[str]:
    return ["--maps", str(copy / "mappings"), "--state", f"sqlite:///{copy.parent}/state.db"]


def told(place: Path, capsys: Capture, id_: str) -> dict[str, Any]:
    assert door(cli, ["trace", id_, "--format", "json", *_where(place)]) == Exit.DONE
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def text(place: Path, capsys: Capture, id_: str, *more: str) -> str:
    assert door(cli, ["trace", id_, *_where(place), *more]) == Exit.DONE
    return capsys.readouterr().out


def rows(place: Path, database: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(place / database)) as connection:
        return connection.execute(query).fetchall()


def inputs(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for record in document["records"]:
        yield from record["inputs"]


def confirmed(entry: dict[str, Any]) -> set[str]:
    return {action["flow"] for action in entry["actions"] if action["state"] == "confirmed"}


def links(record: dict[str, Any]) -> dict[str, str]:
    return {link["flow"]: link["id"] for link in record["known_as"]}


def test_every_invoice_in_the_crm_leads_back_to_what_wrote_it(place: Path, capsys: Capture) -> None:
    found = rows(place, "crm.db", "select id, stripe_invoice_id from invoices")
    assert found
    for crm_id, stripe_id in found:
        document = told(place, capsys, crm_id)
        causes = [entry for entry in inputs(document) if "invoice.crm" in confirmed(entry)]
        assert causes, crm_id
        assert all(entry["file"] or entry["kind"] == "reading" for entry in causes)
        (known,) = [link for record in document["records"] for link in record["known_as"] if link["asked"]]
        assert known["flow"] == "invoice.crm"
        assert stripe_id in {link["id"] for record in document["records"] for link in record["known_as"]}


def test_an_event_leads_forward_to_the_records_of_both_targets(place: Path, capsys: Capture) -> None:
    crm_ids = [crm_id for (crm_id,) in rows(place, "crm.db", "select id from accounts order by stripe_customer_id")]
    records = [record for crm_id in crm_ids for record in told(place, capsys, crm_id)["records"]]
    in_both = [record for record in records if len(links(record)) == 3]
    assert in_both
    for record in in_both:
        event = next(entry["event_id"] for entry in record["inputs"] if confirmed(entry))
        (again,) = told(place, capsys, event)["records"]
        assert links(again) == links(record)
        assert links(again).keys() == {"account.stripe", "account.crm", "account.erp"}
        assert [entry["event_id"] for entry in again["inputs"] if entry["asked"]] == [event]


def test_a_record_that_a_reading_settled_leads_to_the_reading(place: Path, capsys: Capture) -> None:
    crm_ids = [crm_id for (crm_id,) in rows(place, "crm.db", "select id from accounts")]
    read = [e for crm_id in crm_ids for e in inputs(told(place, capsys, crm_id)) if e["kind"] == "reading"]
    assert read
    assert any(entry["answers"] for entry in read)
    waited = next(entry["answers"][0] for entry in read if entry["answers"])
    asked = next(entry for entry in inputs(told(place, capsys, waited)) if entry["asked"])
    assert asked["answered_by"] in {entry["event_id"] for entry in read}


def test_no_personal_data_is_shown_in_any_story(place: Path, capsys: Capture) -> None:
    people = rows(place, "crm.db", "select stripe_customer_id, name, email, phone from accounts")
    assert people
    for stripe_id, *personal in people:
        for more in ((), ("--format", "json")):
            story = text(place, capsys, stripe_id, *more)
            assert "•••" in story
            assert not [value for value in personal if value and value in story]


def test_who_looks_decides_what_is_shown(place: Path, capsys: Capture) -> None:
    """The same record in three views: withheld, a hint, clear; hashed it is neither, and equal where it is equal."""
    rows_ = rows(place, "crm.db", "select stripe_customer_id, name, email from accounts where email > '' order by 1")
    stripe_id, name, email = rows_[0]
    logs, support, finance = (text(place, capsys, stripe_id, "--view", view) for view in ("logs", "support", "finance"))
    assert f"= {name[0]}•••({len(name)})" in support
    assert (f"= {name}" in finance, f"= {email}" in finance) == (True, True)
    for story in (logs, support):
        assert name not in story
        assert email not in story
    assert f"{name[0]}•••" not in logs
    one, again = (text(place, capsys, stripe_id, "--view", "exports") for _ in range(2))
    assert one == again
    assert "= #" in one
    assert name not in one


def test_json_tells_whose_view_it_is(place: Path, capsys: Capture) -> None:
    (stripe_id, name) = rows(place, "crm.db", "select stripe_customer_id, name from accounts order by 1")[0]
    document = json.loads(text(place, capsys, stripe_id, "--view", "finance", "--format", "json"))
    assert document["view"] == "finance"
    assert json.dumps(name, ensure_ascii=False)[1:-1] in json.dumps(document, ensure_ascii=False)
    assert told(place, capsys, stripe_id)["view"] == "events"


def test_an_unknown_view_is_a_mistake_of_usage_that_lists_the_views(place: Path, capsys: Capture) -> None:
    assert door(cli, ["trace", "in_1", "--view", "finanse", *_where(place)]) == Exit.USAGE
    error = capsys.readouterr().err
    assert "there is no view finanse" in error
    assert "Did you mean finance? The map has logs, events, exports, support, finance, compliance." in error


def test_without_the_map_no_value_is_shown_at_all(place: Path, capsys: Capture) -> None:
    (crm_id, number, total) = rows(place, "crm.db", "select id, number, total from invoices where number > ''")[0]
    assert str(number) in text(place, capsys, crm_id)
    blind = text(place, capsys, crm_id, "--maps", "nowhere")
    assert str(number) not in blind
    assert f"= {total}" not in blind
    assert "every value is masked" in blind


def test_an_id_that_nobody_knows_ends_with_1(place: Path, capsys: Capture) -> None:
    assert door(cli, ["trace", "evt_nobody", *_where(place)]) == Exit.FINDINGS
    assert "evt_nobody" in capsys.readouterr().err
