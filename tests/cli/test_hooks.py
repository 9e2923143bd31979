"""The hooks that other repositories may name: each entry is run as pre-commit would run it."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.cli.test_process import ROOT, run

HOOKS: Final[list[dict[str, Any]]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
BY_ID: Final = {hook["id"]: hook for hook in HOOKS}
KEYS: Final = {"id", "name", "description", "entry", "language", "files", "pass_filenames", "always_run"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with a map, as init writes it."""
    assert run("init", cwd=tmp_path).returncode == 0
    return tmp_path


def hooked(hook: dict[str, Any], repository: Path) -> int:
    """The entry, with the files it asks for behind it."""
    words = shlex.split(hook["entry"])[1:]
    names = sorted(p.relative_to(repository).as_posix() for p in repository.rglob("*") if p.is_file())
    given = [name for name in names if re.search(hook.get("files", ""), name)]
    if hook.get("pass_filenames", True):
        assert given
        words += given
    return run(*words, cwd=repository).returncode


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_hooks_are_these() -> None:
    assert list(BY_ID) == ["syncengine-validate", "syncengine-fmt"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    for hook in HOOKS:
        assert hook.keys() <= KEYS
        assert hook["language"] == "python"
        assert shlex.split(hook["entry"])[0] in scripts


@pytest.mark.parametrize("hook", HOOKS, ids=list(BY_ID))
def test_a_good_map_passes_every_hook(hook: dict[str, Any], shop: Path) -> None:
    assert hooked(hook, shop) == 0


def test_a_mistake_fails_the_hook_that_validates(shop: Path) -> None:
    spoil(shop / "mappings/objects/invoice.yaml", "kind: financial", "kind: finacial")
    assert hooked(BY_ID["syncengine-validate"], shop) == 1


def test_a_file_that_is_gone_fails_it_too(shop: Path) -> None:
    (shop / "mappings/objects/account.yaml").unlink()
    assert hooked(BY_ID["syncengine-validate"], shop) == 1
    assert BY_ID["syncengine-validate"]["always_run"]


def test_what_is_out_of_shape_is_put_into_shape(shop: Path) -> None:
    """pre-commit fails a hook that changes a file, whatever the hook itself says."""
    file = shop / "mappings/systems.yaml"
    before = file.read_bytes()
    spoil(file, "kind: crm,", "kind:   crm  ,")
    hooked(BY_ID["syncengine-fmt"], shop)
    assert file.read_bytes() == before
    assert hooked(BY_ID["syncengine-fmt"], shop) == 0


def test_only_files_of_a_map_are_formatted() -> None:
    files = re.compile(BY_ID["syncengine-fmt"]["files"])
    assert files.search("mappings/objects/invoice.yaml")
    assert files.search("shop/mappings/project.yaml")
    assert not files.search(".github/workflows/ci.yaml")
    assert not files.search("mappings/.schemas/object.schema.json")
    assert not files.search("remappings/project.yaml")
