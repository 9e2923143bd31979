"""An editor finds the schema of every map file by the file's own first line."""

import re
from pathlib import Path
from typing import Final

import pytest

from syncengine.spec.schema import file_name
from tests.specs.documents import ROOT, kind_of, map_files

MODELINE: Final = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


SHOWN: Final = [file for file in map_files() if file.relative_to(ROOT).parts[0] != "syncengine"]
"""Those of the package are written beside their schemas by `init`, whose tests look at them there."""


@pytest.mark.parametrize("file", SHOWN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_first_line_leads_to_the_schema_of_the_file(file: Path) -> None:
    folder = next(parent for parent in file.parents if (parent / "project.yaml").is_file())
    found = MODELINE.match(file.read_text("utf-8"))
    assert found, "the first line is: # yaml-language-server: $schema=PATH"
    schema = (file.parent / found[1]).resolve()
    assert schema.name == file_name(kind_of(file.relative_to(folder).as_posix()))
    assert schema.is_file()


def test_there_are_map_files() -> None:
    assert len(SHOWN) > 10
