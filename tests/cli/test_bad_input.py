"""Bad input, as users meet it: a finding or an error with its place and its remedy, no traceback, nothing lost."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.quickstart.workspace import ROOT, Workspace, command

SECRET = "whsec_a_secret_of_the_tests"


@pytest.fixture
def it(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "it")


def _event(name: str = "evt_1", **more: Any) -> dict[str, Any]:
    record = {"id": f"cus_{name}", "object": "customer", "name": "Acme", "created": 1_770_000_000, "tax_exempt": "none",
              "delinquent": False, "metadata": {"kyb": "passed"}}  # fmt: skip
    return {"id": name, "object": "event", "api_version": "2026-10-28.endive", "created": 1_770_000_000,
            "livemode": False, "type": "customer.created", "data": {"object": record}, **more}  # fmt: skip


def _line(body: str | dict[str, Any], **headers: str) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    return json.dumps({"headers": headers, "body": text, "received_at": "2026-02-02T00:00:00Z"})


def _ingest(it: Workspace, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    path = it.folder / "captured.jsonl"
    path.write_text(text)
    return it.syncengine("ingest", "stripe", str(path), "--environment", "local", *more)


BAD_LINES = {
    "half a line": ('{"headers": {}, "body": "{', "not JSON"),
    "a body that is an object": ('{"headers": {}, "body": {"id": "evt_1"}}', "body must be a string"),
    "an unknown key": ('{"headers": {}, "body": "{}", "at": 1}', "unknown key 'at'"),
    "no body": ('{"headers": {}}', "exactly one of body and body_b64"),
    "NaN in the body": (_line('{"id": "evt_1", "x": NaN}'), "NaN is not a number"),
    "a duplicate key in the body": (_line('{"id": "evt_1", "id": "evt_2"}'), "'id' is given twice"),
    "a body that is no JSON": (_line("hello"), "not JSON"),
    "a body that is no event": (_line('{"id": 5}'), "stripe"),
    "a body of 5 MB": (_line(json.dumps(_event(padding="x" * 5_000_000))), "1048576"),
    "half of a surrogate pair": (_line('{"id": "evt_\\ud800"}'), "surrogate"),
    "a time without a zone": (
        json.dumps({"headers": {}, "body": "{}", "received_at": "2026-02-02T00:00:00"}),
        "received_at must be",
    ),
}


@pytest.mark.parametrize("what", BAD_LINES)
def test_a_line_that_is_no_delivery_is_named_and_the_others_go_in(it: Workspace, what: str) -> None:
    bad, reason = BAD_LINES[what]
    done = _ingest(it, f"{_line(_event('evt_a'))}\n{bad}\n{_line(_event('evt_b'))}\n", "--format", "json")
    assert "Traceback" not in done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["new"]) == (1, 2), done.stdout
    (refused,) = answer["refused"]
    assert refused["line"] == 2
    assert reason.lower() in refused["reason"].lower()


def test_a_line_without_its_end_waits_for_the_rest_of_it(it: Workspace) -> None:
    whole = _line(_event("evt_b"))
    first = _ingest(it, f"{_line(_event('evt_a'))}\n{whole[:50]}")
    assert "1 new" in first.stdout
    assert "no end yet" in first.stdout
    again = _ingest(it, f"{_line(_event('evt_a'))}\n{whole}\n")
    assert "1 new, 0 already processed" in again.stdout


def test_a_file_that_was_taken_in_is_already_processed_under_any_name(it: Workspace) -> None:
    text = f"{_line(_event('evt_a'))}\n"
    _ingest(it, text)
    other = it.folder / "other.jsonl"
    other.write_text(text)
    again = it.syncengine("ingest", "stripe", str(other), "--environment", "local")
    assert again.returncode == 0
    assert "1 of the files already processed" in again.stdout


def test_the_same_id_with_another_body_is_kept_and_flagged(it: Workspace) -> None:
    other = _event("evt_a", livemode=False, pending_webhooks=7)
    done = _ingest(it, f"{_line(_event('evt_a'))}\n{_line(other)}\n")
    assert done.returncode == 1
    assert "1 with a known id and another body" in done.stdout


def test_a_delivery_of_the_live_mode_is_stored_and_refused(it: Workspace) -> None:
    it.deliver([_line(_event("evt_live", livemode=True))], "live")
    done = it.run()
    assert (done.exit, done.answer["events"]["failed"], done.answer["writes"]["confirmed"]) == (5, 1, 0)
    assert "live mode" in it.syncengine("trace", "evt_live").stdout


def _signed(it: Workspace) -> None:
    path = it.folder / "mappings" / "environments" / "local.yaml"
    path.write_text(path.read_text().replace("stripe: {", f'stripe: {{webhook_secret: "file:{it.folder}/secret", ', 1))
    secret = it.folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)


def test_a_wrong_signature_is_refused_and_a_right_one_goes_in(it: Workspace) -> None:
    import hashlib
    import hmac

    _signed(it)
    body = json.dumps(_event("evt_a"))
    stamp = hmac.new(SECRET.encode(), f"1770000000.{body}".encode(), hashlib.sha256).hexdigest()
    good = _line(body, **{"Stripe-Signature": f"t=1770000000,v1={stamp}"})
    bad = _line(json.dumps(_event("evt_b")), **{"Stripe-Signature": f"t=1770000000,v1={stamp}"})
    done = _ingest(it, f"{good}\n{bad}\n")
    assert done.returncode == 1
    assert "1 new" in done.stdout
    assert "captured.jsonl:2: refused: the signature does not fit" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_a_secret_that_others_may_read_is_refused(it: Workspace) -> None:
    _signed(it)
    (it.folder / "secret").chmod(0o644)
    done = _ingest(it, f"{_line(_event())}\n")
    assert done.returncode == 64
    assert "chmod 600" in done.stderr


def test_a_malformed_map_ends_with_its_place(it: Workspace) -> None:
    path = it.folder / "mappings" / "objects" / "invoice.yaml"
    path.write_text(path.read_text().replace("system_of_record: stripe", "system_of_recrod: stripe"))
    done = it.syncengine("run", "--environment", "local")
    assert done.returncode == 1
    assert "objects/invoice.yaml:6:1" in done.stderr
    assert "system_of_record" in done.stderr
    assert "Traceback" not in done.stderr


def test_yaml_that_cannot_be_parsed_ends_with_its_place(it: Workspace) -> None:
    path = it.folder / "mappings" / "words.yaml"
    path.write_text("invoice_status: {draft: Draft\nother: [")
    done = it.syncengine("run", "--environment", "local")
    assert done.returncode == 1
    assert "words.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_that_is_not_there_is_named(it: Workspace) -> None:
    done = it.syncengine("run", "--environment", "locl")
    assert done.returncode == 1
    assert "local" in done.stderr


def test_production_is_refused(it: Workspace) -> None:
    path = it.folder / "mappings" / "environments" / "local.yaml"
    text = path.read_text().replace("starts_at: ceiling", "").replace("environment: local", "environment: production")
    path.with_name("production.yaml").write_text(text)
    done = it.syncengine("run", "--environment", "production")
    assert done.returncode == 4, done.stderr
    assert "production" in done.stderr


def test_an_unknown_system_is_named(it: Workspace) -> None:
    done = it.syncengine("ingest", "strip", __file__, "--environment", "local")
    assert done.returncode == 64
    assert "stripe" in done.stderr


def test_a_state_that_cannot_be_written_says_so(it: Workspace) -> None:
    blocked = it.folder / "file"
    blocked.write_text("")
    arguments = ("--maps", str(it.folder / "mappings"), "--state", f"sqlite:///{blocked}/state.db")
    done = command("-m", "syncengine", *arguments, "run", "--environment", "local")
    assert done.returncode in (64, 75), done.stderr
    assert "Traceback" not in done.stderr
    assert "state" in done.stderr


def test_the_drop_folder_that_is_gone_is_told_and_the_rest_goes_on(it: Workspace) -> None:
    it.deliver(it.captured, "all")
    assert it.run().exit == 0
    (it.folder / "inbox").rename(it.folder / "elsewhere")
    done = it.run()
    assert done.exit == 75
    assert done.answer["away"][0]["system"] == "stripe"


def _start(it: Workspace, *more: str) -> "subprocess.Popen[str]":
    state = f"sqlite:///{it.folder / 'state.db'}"
    words = ["--maps", str(it.folder / "mappings"), "--state", state, "run", "--environment", "local", *more]
    return subprocess.Popen(
        [sys.executable, "-m", "syncengine", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_second_run_at_the_same_time_says_who_holds_the_ledger(it: Workspace) -> None:
    os.mkfifo(it.folder / "inbox" / "never-ends.jsonl")  # not a regular file: left alone
    with _held(it):
        done = it.syncengine("run", "--environment", "local")
    assert done.returncode == 75
    assert f"process {os.getpid()}" in done.stderr


class _held:  # noqa: N801 - reads as a word
    """Holds the ledger as a running engine does."""

    def __init__(self, it: Workspace) -> None:
        from datetime import UTC, datetime

        from syncengine.store.open import engine_lock

        state = f"sqlite:///{it.folder / 'state.db'}"
        self.lock = engine_lock(state, "syncengine run", datetime(2026, 1, 1, tzinfo=UTC))

    def __enter__(self) -> None:
        self.lock.__enter__()

    def __exit__(self, *_: object) -> None:
        self.lock.__exit__(None, None, None)


def _taken_in(it: Workspace) -> int:
    """How many deliveries are in the ledger of a run that is working."""
    try:
        with closing(sqlite3.connect(f"file:{it.folder / 'state.db'}?mode=ro", uri=True)) as db:
            return int(db.execute("select count(*) from inbox").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_sigterm_ends_a_run_cleanly_and_the_next_one_goes_on(it: Workspace) -> None:
    lines = [_line(_event(f"evt_{n}")) for n in range(4000)]
    it.deliver(lines, "many")
    process = _start(it, "--format", "json")
    while process.poll() is None and not _taken_in(it):
        pass
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    answer = json.loads(out)
    rest = it.run()
    assert rest.exit == 0
    assert answer["writes"]["confirmed"] + rest.answer["writes"]["confirmed"] == 8000
    assert it.syncengine("audit", "verify").returncode == 0


def _edit(it: Workspace) -> Callable[[str, str, str], None]:
    def edit(file: str, old: str, new: str) -> None:
        path = it.folder / "mappings" / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return edit


def test_what_is_stuck_is_told_by_every_run_and_strict_says_so_by_its_exit(it: Workspace) -> None:
    with closing(sqlite3.connect(it.database("crm"))) as crm:
        crm.execute(
            "create trigger refuses before insert on accounts when new.name = 'Acme' begin"
            " select raise(abort, 'not this one'); end"
        )
    it.deliver([_line(_event("evt_a"))], "one")
    assert it.run().exit == 5
    again = it.syncengine("run", "--environment", "local")
    assert again.returncode == 0
    assert "stuck      dead lettered 1" in again.stdout
    assert it.syncengine("run", "--environment", "local", "--strict").returncode == 5


def test_a_map_edited_between_runs_is_the_one_that_counts(it: Workspace) -> None:
    it.deliver([_line(_event("evt_a"))], "one")
    erp = it.database("erp").rename(it.folder / "away.db")
    assert it.run().exit == 75
    _edit(it)("project.yaml", "language: 1", "language: 1  # read again")
    erp.rename(it.database("erp"))
    assert it.run().exit == 0
    assert len(it.holds("erp")["partner"]) == 1


def test_a_ledger_of_another_project_is_refused(it: Workspace) -> None:
    assert it.run().exit == 0
    path = it.folder / "mappings" / "project.yaml"
    name = next(line for line in path.read_text().splitlines() if line.startswith("name:"))
    path.write_text(path.read_text().replace(name, "name: somebody-else"))
    done = it.syncengine("run", "--environment", "local")
    assert done.returncode == 64
    assert "project" in done.stderr
