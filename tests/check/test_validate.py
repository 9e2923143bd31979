"""`syncengine validate` as it is called."""

import json
from pathlib import Path

import pytest

from syncengine.cli.exits import Exit
from syncengine.cli.validate import judge, validate
from tests.specs.maps import GOOD, write_map

MAP = {name: text for name, text in GOOD.items() if not name.startswith(("objects/payout", "gates"))} | {
    "systems.yaml": GOOD["systems.yaml"].replace("connector: billing", "connector: stripe").replace("tables", "sql"),
    "authority.yaml": GOOD["authority.yaml"].partition("payout-release:")[0],
    "environments/local.yaml": 'stripe: {}\nbilling: {}\ncrm: {environment: local, address: "sqlite:///a"}\n',
}
"""The good map over connectors that ship, without payouts; its environment has one system too many."""


def files(**changed: str) -> dict[str, str | None]:
    return {**MAP, "objects/payout.yaml": None, "gates.yaml": None, **changed}


def test_findings_exit_1_and_show_line_remedy_and_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = {"words.yaml": "invoice_status: {draft: Draft, open: NO, paid: Paid}\n"}
    assert validate(write_map(tmp_path, files(**words)), "text") is Exit.FINDINGS
    shown = capsys.readouterr().out
    assert f"{tmp_path.as_posix()}/words.yaml:1:38: error: NO is read differently" in shown
    assert "  1 | invoice_status: {draft: Draft, open: NO, paid: Paid}\n" + "    | " + " " * 37 + "^\n" in shown
    assert 'Quote it: "NO".' in shown


def test_json_has_findings_coverage_and_the_worst(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(write_map(tmp_path, files()), "json") is Exit.FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert answer["exit"] == 1
    assert answer["worst_severity"] == "error"
    assert answer["coverage"] == 100
    assert ("ownership/unknown-name", 1, 1) in {(f["rule"], f["line"], f["column"]) for f in answer["findings"]}


def test_a_map_that_cannot_be_read_has_no_coverage(tmp_path: Path) -> None:
    findings, coverage = judge(tmp_path / "nowhere")
    assert [finding.rule for finding in findings] == ["map/missing-folder"]
    assert coverage is None


def test_a_line_of_an_environment_is_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'billing: {environment: local, secret_key: hunter2}\ncrm: {environment: local, address: "sqlite:///a"}\n'
    assert validate(write_map(tmp_path, files(**{"environments/local.yaml": text})), "text") is Exit.FINDINGS
    shown = capsys.readouterr().out
    assert "secrets/literal" in shown
    assert "hunter2" not in shown


def test_a_good_map_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).parents[2] / "examples/quickstart/mappings"
    assert validate(folder, "text") is Exit.DONE
    assert capsys.readouterr().out.startswith("no findings; 100%")
