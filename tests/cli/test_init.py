"""`syncengine init`: what it writes is a start that works, and it never writes over anything."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from syncengine.cli import init
from syncengine.cli.door import door
from syncengine.cli.exits import Exit
from syncengine.cli.main import cli
from syncengine.spec.schema import KINDS, file_name, text
from tests.cli.test_process import run
from tests.specs.documents import data, kind_of
from tests.specs.test_modelines import MODELINE


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody who typed init, and then run."""
    folder = tmp_path_factory.mktemp("init") / "my shop"
    made = run("init", folder.name, cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def test_the_map_validates_without_a_finding(start: Path) -> None:
    done = run("validate", "--format", "json", cwd=start)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["findings"], answer["coverage"]) == (0, [], 100)


def test_every_file_names_its_schema_and_fits_it(start: Path) -> None:
    maps = start / "mappings"
    kinds = set()
    for file in sorted(maps.rglob("*.yaml")):
        kind = kind_of(file.relative_to(maps).as_posix())
        found = MODELINE.match(file.read_text("utf-8"))
        assert found
        schema = (file.parent / found[1]).resolve()
        assert schema == maps / ".schemas" / file_name(kind)
        Draft7Validator(json.loads(schema.read_text("utf-8"))).validate(data(file.read_bytes()))
        kinds.add(kind)
    assert kinds == KINDS.keys() - {"gates"}


def test_the_schemas_are_those_of_this_version(start: Path) -> None:
    there = {path.name: path.read_text("utf-8") for path in (start / "mappings/.schemas").iterdir()}
    assert there == {file_name(kind): text(kind) for kind in KINDS}


def test_what_it_says_to_type_next_works(tmp_path: Path) -> None:
    made = json.loads(run("init", "shop", "--format", "json", cwd=tmp_path).stdout)
    assert made["next"][0] == "cd shop"
    folder = tmp_path / "shop"
    said = {command: run(*command.split()[1:], cwd=folder) for command in made["next"][1:]}
    assert [done.returncode for done in said.values()] == [0, 0, 0], said
    assert rows(folder / "local/crm.db", "SELECT name, email FROM accounts ORDER BY name") == [
        ("Alder Bakery", "billing@alder.example"),
        ("Birch & Sons", None),
    ]
    invoices = rows(
        folder / "local/crm.db",
        "SELECT i.number, i.status, i.total, i.due_on, a.name FROM invoices i JOIN accounts a ON a.id = i.account_id"
        " ORDER BY i.number",
    )
    assert invoices == [
        ("ALDER-0001", "Paid", "119.00", "2026-03-16", "Alder Bakery"),
        ("BIRCH-0001", "Open", "49.00", "2026-03-17", "Birch & Sons"),
    ]


def test_json_names_every_file_and_text_the_same_ones(tmp_path: Path) -> None:
    made = json.loads(run("init", "--format", "json", cwd=tmp_path).stdout)
    assert (made["exit"], made["has_changes"], made["folder"]) == (0, True, ".")
    assert made["files"] == list(files(tmp_path))
    assert made["next"][0] == "syncengine validate"
    shown = run("init", "other", cwd=tmp_path).stdout
    assert all(f"  {file}\n" in shown for file in made["files"] if ".schemas" not in file)


@pytest.mark.parametrize("name", ["mappings", "local"])
@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_nothing_is_overwritten_and_nothing_is_written_at_all(name: str, kind: str, tmp_path: Path) -> None:
    there = tmp_path / name
    if kind == "folder":
        there.mkdir()
        (there / "notes.txt").write_text("mine")
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    done = run("init", "--format", "json", cwd=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["rule"]) == (Exit.REFUSED, "init/exists")
    assert error["place"]["file"].endswith(name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_second_init_leaves_the_first_alone(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    (tmp_path / "mappings/project.yaml").write_text("mine")
    before = files(tmp_path)
    assert run("init", cwd=tmp_path).returncode == Exit.REFUSED
    assert files(tmp_path) == before


def test_empty_folders_are_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "README").write_text("mine")
    assert run("init", cwd=tmp_path).returncode == 0
    assert run("validate", cwd=tmp_path).returncode == 0


def test_a_folder_below_a_file_is_a_misuse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("init", "file/shop", cwd=tmp_path).returncode == Exit.USAGE
    assert run("init", "file", cwd=tmp_path).returncode == Exit.USAGE


def test_what_comes_in_between_is_not_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody else makes `local` after it was looked for: the map that is in place already goes away again."""
    rename = os.rename

    def late(source: Path, target: Path) -> None:
        if target.name == "local":
            target.mkdir()
            (target / "theirs").write_text("theirs")
        rename(source, target)

    monkeypatch.setattr("syncengine.cli.init.os.rename", late)
    assert door(cli, ["init", str(tmp_path)]) == Exit.REFUSED
    assert "overwrites nothing" in capsys.readouterr().err
    assert files(tmp_path) == {"local/theirs": b"theirs"}


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("syncengine.cli.init.shutil.copyfile", full)
    assert door(cli, ["init", str(tmp_path / "new")]) == Exit.TEMPORARY
    assert list((tmp_path / "new").iterdir()) == []


def test_the_templates_hold_nothing_but_what_is_meant(start: Path) -> None:
    """Whatever lies in the package's folder is written to somebody's disk."""
    made = set(files(start)) - {"local/crm.db", *(f"mappings/.schemas/{file_name(kind)}" for kind in KINDS)}
    assert {name for name in made if not name.startswith((".", "local/crm.db"))} == set(files(init.START))
    assert {Path(name).suffix for name in made} <= {".yaml", ".sql", ".jsonl"}
