"""`syncengine fmt` as it is called: files in place, all or nothing, and what it says."""

import json
import os
import stat
from pathlib import Path

import pytest

from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from tests.specs.maps import GOOD, write_map

UNTIDY = "crm-view:\n    owner:   revops   \n    grants:\n    -   may: [create]\n        object: account\n"
TIDY = "crm-view:\n  owner: revops\n  grants:\n    - {may: [create], object: account}\n"


def fmt(*words: str | Path) -> int:
    return door(cli, ["fmt", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a map: the folder has a project."""
    (tmp_path / "project.yaml").write_text("language: 1\n")
    path = tmp_path / "authority.yaml"
    path.write_text(UNTIDY)
    return path


def test_a_file_is_laid_out_in_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(file) == Exit.DONE
    assert file.read_text() == TIDY
    assert capsys.readouterr().out == f"laid out {file}\n1 changed, 0 left as they were\n"
    assert fmt(file) == Exit.DONE
    assert capsys.readouterr().out == "0 changed, 1 left as they were\n"


def test_check_shows_the_difference_and_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(file, "--check") == Exit.FINDINGS
    shown = capsys.readouterr().out.splitlines()
    assert file.read_text() == UNTIDY
    assert shown[:2] == [f"--- {file}", f"+++ {file}"]
    assert "+    - {may: [create], object: account}" in shown
    assert shown[-1] == "1 would change, 0 left as they were"
    file.write_text(TIDY)
    assert fmt(file, "--check") == Exit.DONE


def test_json_names_each_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = file.with_name("words.yaml")
    other.write_text("a: {b: c}\n")
    assert fmt(file.parent, "--check", "--format", "json") == Exit.FINDINGS
    told = json.loads(capsys.readouterr().out)
    names = {Path(told["file"]).name: told["changed"] for told in told["files"]}
    assert names == {"authority.yaml": True, "project.yaml": False, "words.yaml": False}
    assert (told["has_changes"], told["exit"], told["findings"]) == (True, 1, [])


def test_the_map_that_maps_names_is_laid_out_with_all_its_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_map(tmp_path, {"objects/account.yaml": GOOD["objects/account.yaml"].replace("kind: ", "kind:   ")})
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.yaml").write_text("a:   b\n")
    assert fmt("--maps", tmp_path) == Exit.DONE
    assert f"laid out {tmp_path}/objects/account.yaml\n" in capsys.readouterr().out
    assert (tmp_path / "objects/account.yaml").read_text() == GOOD["objects/account.yaml"]
    assert (tmp_path / ".hidden" / "a.yaml").read_text() == "a:   b\n"


@pytest.mark.parametrize("raw", [b"a: [b\n", b"a: NO\n", b"a: \xff\n", b""])
def test_a_file_with_a_mistake_is_left_alone_and_the_others_are_laid_out(
    raw: bytes, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = file.with_name("words.yaml")
    bad.write_bytes(raw)
    assert fmt(bad, file) == Exit.FINDINGS
    assert bad.read_bytes() == raw
    assert file.read_text() == TIDY
    assert f"{bad}:" in capsys.readouterr().out


def test_what_is_not_there_is_a_finding(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(file.with_name("words.yaml")) == Exit.FINDINGS
    assert "[map/unreadable]" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["passwd", "docker-compose.yaml", "objects.yaml", "notes/authority.yaml"])
def test_what_is_no_file_of_a_map_is_left_alone(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = file.parent / name
    other.parent.mkdir(exist_ok=True)
    other.write_text("alpha:x:0\nbeta:x:1\n")
    assert fmt(other) == Exit.FINDINGS
    assert "is not a file of a map" in capsys.readouterr().out
    assert fmt(file.parent) == Exit.DONE
    assert other.read_text() == "alpha:x:0\nbeta:x:1\n"


def test_mode_and_links_stay(file: Path) -> None:
    file.chmod(0o640)
    link = file.parent / "link" / "authority.yaml"
    link.parent.mkdir()
    (link.parent / "project.yaml").write_text("language: 1\n")
    link.symlink_to(file)
    assert fmt(link) == Exit.DONE
    assert link.is_symlink()
    assert file.read_text() == TIDY
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["authority.yaml", "link", "project.yaml"]


def test_a_file_that_cannot_be_replaced_is_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert fmt(file) == Exit.TEMPORARY
    assert file.read_text() == UNTIDY
    assert sorted(path.name for path in file.parent.iterdir()) == ["authority.yaml", "project.yaml"]


def test_lines_end_as_the_first_one_does(file: Path) -> None:
    file.write_bytes(UNTIDY.replace("\n", "\r\n").encode())
    assert fmt(file) == Exit.DONE
    assert file.read_bytes() == TIDY.replace("\n", "\r\n").encode()


def test_a_line_of_an_environment_is_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "environments" / "local.yaml"
    file.parent.mkdir()
    (tmp_path / "project.yaml").write_text("language: 1\n")
    file.write_text("billing:   {secret_key: hunter2}\n")
    assert fmt(tmp_path, "--check") == Exit.FINDINGS
    assert capsys.readouterr().out == f"{file} would change\n1 would change, 1 left as they were\n"


def test_quiet_says_nothing_but_findings(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(file, "--quiet") == Exit.DONE
    assert capsys.readouterr().out == ""


def test_the_maps_that_ship_are_laid_out() -> None:
    root = Path(__file__).parents[2]
    assert fmt("--check", "--quiet", root / "examples", root / "syncengine", root / "mappings") == Exit.DONE
