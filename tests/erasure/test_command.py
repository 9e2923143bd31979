"""`syncengine erase` and `legal-hold`, typed by a user of the quickstart's company."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syncengine.cli.exits import Exit
from tests.erasure.company import found, kept_in
from tests.quickstart.workspace import Workspace

WHY = ("--actor", "ana", "--reason", "request 17")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everything is delivered; nothing was erased."""
    place = Workspace(tmp_path_factory.mktemp("company"))
    place.deliver(place.captured, "all")
    place.run()
    return place


@pytest.fixture
def place(company: Workspace, tmp_path: Path) -> Workspace:
    """The same company with a ledger of its own."""
    copied = Workspace.__new__(Workspace)
    copied.__dict__.update(company.__dict__)
    with closing(sqlite3.connect(company.folder / "state.db")) as source:
        source.execute("VACUUM INTO ?", (str(tmp_path / "state.db"),))
    copied.state = f"sqlite:///{tmp_path / 'state.db'}"
    return copied


def customers(place: Workspace) -> dict[str, dict[str, Any]]:
    """Every customer as the newest delivery shows it."""
    shown = {}
    for line in place.captured:
        body = json.loads(json.loads(line)["body"])["data"].get("object", {})
        if body.get("object") == "customer":
            shown[body["id"]] = body
    return shown


def values(customer: dict[str, Any]) -> list[str]:
    """What tells who it is."""
    said = [customer.get("name"), customer.get("email"), customer.get("phone")]
    said += [part for part in (customer.get("address") or {}).values() if part and len(part) > 7]
    return [text for text in said if text]


def answered(place: Workspace, *words: str) -> tuple[int, dict[str, Any]]:
    done = place.syncengine(*words, "--format", "json")
    return done.returncode, json.loads(done.stdout)


def test_a_customer_of_the_quickstart_is_erased(place: Workspace, tmp_path: Path) -> None:
    known = customers(place)
    subject, other = sorted(known)[:2]
    own, others = values(known[subject]), values(known[other])
    elsewhere = json.dumps([shown for id_, shown in known.items() if id_ != subject], ensure_ascii=False)
    own = [text for text in own if text not in elsewhere]
    assert own
    assert set(own) <= set(found(own, kept_in(tmp_path)))
    code, told = answered(place, "erase", subject, *WHY)
    assert code == Exit.DONE
    assert told["records"]["account"] == 1
    assert told["erased"]["inputs"] > 0
    assert any(flow.startswith("account.") for flow in told["not_reached"]["flows"])
    assert any(name.endswith("all.jsonl") for name in told["not_reached"]["files"])
    assert told["not_reached"]["ledger"]
    assert found(own, kept_in(tmp_path)) == []
    assert set(others) <= set(found(others, kept_in(tmp_path)))
    for view in ("events", "logs", "finance", "support", "exports"):
        trace = place.syncengine("trace", subject, "--view", view).stdout
        assert found(own, trace.encode()) == []
    assert "erased by strand" in place.syncengine("trace", subject).stdout
    whole = place.syncengine("audit", "verify")
    assert whole.returncode == Exit.DONE, whole.stdout
    assert "erased by" in whole.stdout
    ran = place.run()
    assert ran.answer
    assert found(own, kept_in(tmp_path)) == []


def test_it_says_plainly_what_was_done_and_what_was_not(place: Workspace) -> None:
    subject = min(customers(place))
    done = place.syncengine("erase", subject, *WHY)
    assert done.returncode == Exit.DONE
    assert done.stdout.startswith(f"erased {subject}\n")
    for words in ("not reached", "systems and providers", "drop folders", "backups"):
        assert words in done.stdout
    again = place.syncengine("erase", subject, *WHY)
    assert again.returncode == Exit.DONE
    assert again.stdout.startswith(f"nothing is left of {subject}\n")


def test_an_unknown_id_is_told_apart_from_one_that_is_erased(place: Workspace) -> None:
    done = place.syncengine("erase", "cus_nobody", *WHY)
    assert done.returncode == Exit.FINDINGS
    assert "nothing in the ledger answers to 'cus_nobody'" in done.stderr


def test_a_reason_has_to_be_given(place: Workspace) -> None:
    subject = min(customers(place))
    for words in (("erase", subject), ("legal-hold", "set", subject), ("legal-hold", "lift", subject)):
        done = place.syncengine(*words, "--reason", " ")
        assert done.returncode == Exit.USAGE
        assert "reason" in done.stderr


def test_a_legal_hold_refuses_an_erasure_and_says_why(place: Workspace) -> None:
    subject = min(customers(place))
    assert "no legal hold stands" in place.syncengine("legal-hold", "list").stdout
    done = place.syncengine("legal-hold", "set", subject, "--actor", "leo", "--reason", "case 9")
    assert (done.returncode, done.stdout) == (Exit.DONE, f"{subject} may not be erased\n")
    assert place.syncengine("legal-hold", "set", subject, "--reason", "again").stdout.endswith(", as before\n")
    refused = place.syncengine("erase", subject, *WHY)
    assert refused.returncode == Exit.REFUSED
    assert "case 9" in refused.stderr
    assert "leo" in refused.stderr
    code, told = answered(place, "legal-hold", "list")
    assert code == Exit.DONE
    assert [(hold["subject"], hold["reason"]) for hold in told["legal_holds"]] == [(subject, "case 9")]
    assert subject in place.syncengine("legal-hold", "list").stdout
    code, told = answered(place, "legal-hold", "lift", subject, "--reason", "case closed")
    assert (code, told["held"], told["changed"], told["has_changes"]) == (Exit.DONE, False, True, True)
    assert place.syncengine("erase", subject, *WHY).returncode == Exit.DONE
    assert place.syncengine("audit", "verify").returncode == Exit.DONE


def test_there_has_to_be_a_ledger(tmp_path: Path, place: Workspace) -> None:
    place.state = f"sqlite:///{tmp_path / 'none.db'}"
    for words in (("erase", "cus_1", *WHY), ("legal-hold", "list"), ("legal-hold", "set", "cus_1", *WHY)):
        done = place.syncengine(*words)
        assert done.returncode == Exit.USAGE
        assert "there is no ledger yet" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_deliveries_of_before_change_nothing_when_they_come_again(place: Workspace, tmp_path: Path) -> None:
    known = customers(place)
    subject = min(known)
    assert place.syncengine("erase", subject, *WHY).returncode == Exit.DONE
    place.deliver(captured_twice(place), "again")
    try:
        ran = place.run()
    finally:
        (place.folder / "inbox" / "again.jsonl").unlink()
    assert ran.exit in (Exit.DONE, Exit.OPEN)
    assert found([known[subject]["email"]], kept_in(tmp_path)) == []


def captured_twice(place: Workspace) -> list[str]:
    """In another order, so that the file is another one."""
    return place.captured[::-1]
