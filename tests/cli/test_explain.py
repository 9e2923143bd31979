"""`syncengine explain` as it is called: a rule's page, all rules, and what a map says."""

import json
from pathlib import Path

import pytest

from syncengine.check.pages import PAGES
from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from tests.specs.bad.case import BASE, write


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = door(cli, ["explain", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_rule_has_its_page_with_both_examples(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "gate/weak-pass")
    assert code == Exit.DONE
    assert out.startswith("gate/weak-pass  (error)\n\nA gate lets a status pass that is not a result")
    assert "\n\nWhy: pending, unavailable" in out
    assert "\n\nRemedy: write `or: not_applicable`" in out
    assert "Passes:\n    # gates.yaml\n    payout-release: {needs: {kyc: {or: not_applicable}}}" in out
    assert "Fails:\n    # gates.yaml\n    payout-release: {needs: {kyc: {or: pending}}}" in out


def test_a_rule_is_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "edits/fight", "--format", "json")
    answer = json.loads(out)
    assert (code, answer["exit"], answer["schema_version"]) == (0, 0, 1)
    assert answer["rule"]["severity"] == "warning"
    assert answer["rule"]["why"].startswith("The field is an exception there")
    assert answer["rule"]["remedy"].startswith("Write `if_edited: report`")
    assert "restore" in answer["rule"]["fails"]


@pytest.mark.parametrize("rule", PAGES)
def test_every_page_can_be_shown(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, rule)
    assert code == Exit.DONE
    assert all(line.isprintable() for line in out.splitlines())


def test_without_a_word_all_rules_are_listed_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys)
    assert code == Exit.DONE
    assert [line.split()[0] for line in out.splitlines()] == sorted(PAGES)
    assert max(map(len, out.splitlines())) < 150
    answer = json.loads(said(capsys, "--format", "json")[1])
    assert [rule["id"] for rule in answer["rules"]] == sorted(PAGES)
    assert all(rule["says"] and rule["why"] and rule["remedy"] for rule in answer["rules"])


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("gate/weekpass", "Did you mean gate/weak-pass?"),
        ("account.nmae", "Did you mean account.name?"),
        ("acount", "Did you mean account?"),
        ("zzz", "Name an object, OBJECT.FIELD or OBJECT.FLOW."),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(
    word: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, word, "--maps", str(BASE))
    assert (code, out) == (Exit.FINDINGS, "")
    assert remedy in err
    answer = json.loads(said(capsys, word, "--maps", str(BASE), "--format", "json")[1])
    assert answer["error"]["rule"] == "explain/unknown"
    assert answer["error"]["remedy"] == remedy


def test_a_field_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "payout.amount", "--maps", str(BASE))
    assert "owner           crm, the system of record" in out
    assert "class           financial: clear in" in out
    assert "withheld from support" in out
    assert "in payout.crm: {at: amount, currency_at: currency, unit: minor}" in out
    assert "read: what stands there is the value" in out
    assert "written under payout-release: may create, ceiling controlled; owner finance, approved by cfo" in out
    assert "nothing is created before the gate payout-release lets it pass" in out
    assert "fresh within 1m, an incident from 15m; meanwhile see Payment list" in out


def test_an_exception_and_a_gate_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    _, note, _ = said(capsys, "invoice.note", "--maps", str(BASE))
    assert "owner           crm, not the system of record (stripe)" in note
    assert "exception       Collections work in the CRM. (approved by cfo)" in note
    _, kyc, _ = said(capsys, "account.kyc", "--maps", str(BASE))
    assert "gate payout-release stops payout.bank, and asks about account; owner compliance" in kyc
    assert "kyc verified or not_applicable when legal_form == 'individual', not older than 90d; else: Ask" in kyc


def test_a_flow_says_what_its_writes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "payout.bank", "--maps", str(BASE))
    assert "purpose       The payee gets the money." in out
    assert "direction     outbound: it is only written" in out
    assert "consequences  moves money" in out
    assert "granted under payout-release: may create" in out


def test_an_object_lists_its_fields_and_flows(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "invoice", "--maps", str(BASE))
    assert "note     text" in out
    assert "owned by crm (exception)" in out
    assert "invoice.stripe  inbound  invoices of stripe" in out
    answer = json.loads(said(capsys, "invoice", "--maps", str(BASE), "--format", "json")[1])
    assert [(e["what"], e["name"], e["class"]) for e in answer["explained"]] == [("object", "invoice", "financial")]


def test_a_map_with_mistakes_is_told_as_it_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    system = BASE.joinpath("systems.yaml").read_bytes().replace(b"connector: stripe", b"connector: strip")
    code, out, _ = said(capsys, "account.name", "--maps", str(write(tmp_path, {"systems.yaml": system})))
    assert code == Exit.DONE
    assert "owner           stripe" in out


def test_a_map_that_cannot_be_read_shows_its_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maps = str(write(tmp_path, {"people.yaml": b"teams: ["}))
    code, out, err = said(capsys, "account", "--maps", maps)
    assert (code, out) == (Exit.FINDINGS, "")
    assert "yaml/syntax" in err
    assert "nothing can be explained" in err
    answer = json.loads(said(capsys, "account", "--maps", maps, "--format", "json")[1])
    assert (answer["exit"], answer["worst_severity"]) == (1, "error")


def test_what_would_act_on_a_terminal_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = BASE.joinpath("objects/account.yaml").read_text(encoding="utf-8")
    text = account.replace("purpose: Sales sees", "purpose: Sales\u00a0sees").encode()
    _, out, _ = said(capsys, "account.crm", "--maps", str(write(tmp_path, {"objects/account.yaml": text})))
    assert "Sales\\xa0sees" in out
