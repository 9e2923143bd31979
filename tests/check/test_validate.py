"""`syncengine validate` as it is called."""

import json
from pathlib import Path

import pytest

from syncengine.cli.exits import Exit
from syncengine.cli.validate import folder_of, judge, validate
from tests.specs.bad.case import BASE, HOME, read, write
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
    assert validate([write_map(tmp_path, files(**words))], "text") is Exit.FINDINGS
    shown = capsys.readouterr().out
    assert f"{tmp_path.as_posix()}/words.yaml:1:38: error: NO is read differently" in shown
    assert "  1 | invoice_status: {draft: Draft, open: NO, paid: Paid}\n" + "    | " + " " * 37 + "^^\n" in shown
    assert 'Quote it: "NO".' in shown


def test_json_has_findings_coverage_and_the_worst(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate([write_map(tmp_path, files())], "json") is Exit.FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert answer["exit"] == 1
    assert answer["worst_severity"] == "error"
    assert answer["coverage"] == 77.7, "without the gate nothing asks for two of nine fields"
    assert ("ownership/unknown-name", 1, 1) in {(f["rule"], f["line"], f["column"]) for f in answer["findings"]}


def test_a_map_that_cannot_be_read_has_no_coverage(tmp_path: Path) -> None:
    findings, coverage = judge(tmp_path / "nowhere")
    assert [finding.rule for finding in findings] == ["map/missing-folder"]
    assert coverage is None


def test_a_line_of_an_environment_is_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'billing: {environment: local, secret_key: hunter2}\ncrm: {environment: local, address: "sqlite:///a"}\n'
    assert validate([write_map(tmp_path, files(**{"environments/local.yaml": text}))], "text") is Exit.FINDINGS
    shown = capsys.readouterr().out
    assert "secrets/literal" in shown
    assert "hunter2" not in shown


def test_a_good_map_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).parents[2] / "examples/quickstart/mappings"
    assert validate([folder], "text") is Exit.DONE
    assert capsys.readouterr().out.startswith("no findings; 100%")


NORWAY = {"words.yaml": "invoice_status: {draft: Draft, open: NO, paid: Paid}\n"}


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_the_exit_code_is_the_same_in_every_format(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = BASE, write_map(tmp_path, files(**NORWAY))
    assert (validate([good], form), validate([bad], form), validate([good, bad], form)) == (
        Exit.DONE,
        Exit.FINDINGS,
        Exit.FINDINGS,
    )
    assert capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(("name", "rule"), [("ownership/used-nowhere", "coverage/ownership"),
                                            ("authority/a-forgotten-grant", "fields/never-used")])  # fmt: skip
def test_a_warning_and_a_note_leave_it_0(
    name: str, rule: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = read(HOME / f"{name}.yaml")
    assert validate([write(tmp_path, case.bad)], form) is Exit.DONE
    assert rule in capsys.readouterr().out


def test_annotations_have_their_workflow_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate([write_map(tmp_path, files(**NORWAY))], "github")
    place = f"file={tmp_path.as_posix()}/words.yaml,line=1,col=38,title=yaml/reads-differently,endColumn=39"
    assert f"::error {place}::NO is read differently by" in capsys.readouterr().out


def test_several_maps_are_judged_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write_map(tmp_path / "b", files(**NORWAY)), write_map(tmp_path / "a", files(**NORWAY))
    assert validate([one, BASE, two, one], "json") is Exit.FINDINGS
    answer = json.loads(capsys.readouterr().out)
    places = [f["file"] for f in answer["findings"] if f["rule"] == "yaml/reads-differently"]
    assert places == [f"{two.as_posix()}/words.yaml", f"{one.as_posix()}/words.yaml"], "each once, in order"
    assert [entry["path"] for entry in answer["maps"]] == [one.as_posix(), BASE.as_posix(), two.as_posix()]
    assert answer["coverage"] == min(entry["coverage"] for entry in answer["maps"])


def test_a_map_that_cannot_be_read_leaves_no_coverage_to_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    validate([BASE, tmp_path / "nowhere"], "json")
    assert json.loads(capsys.readouterr().out)["coverage"] is None


@pytest.mark.parametrize("inside", ["project.yaml", "objects/invoice.yaml", "environments/local.yaml", ""])
def test_a_file_leads_to_the_map_that_holds_it(inside: str) -> None:
    assert folder_of(BASE / inside) == BASE


def test_a_path_that_is_not_there_is_taken_as_a_folder(tmp_path: Path) -> None:
    assert folder_of(tmp_path / "maps.old") == tmp_path / "maps.old"
