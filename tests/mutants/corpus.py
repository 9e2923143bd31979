"""Every map of this repository, as files: what mutants are made from."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HOMES: Final = ("mappings", "examples", "syncengine", "tests")


@cache
def corpus() -> Mapping[str, Mapping[str, bytes]]:
    """By the map's folder, relative to the repository; its files by their names in the map."""
    return {folder.relative_to(ROOT).as_posix(): _files(folder) for folder in sorted(_folders())}


def _folders() -> set[Path]:
    return {path.parent for home in HOMES for path in (ROOT / home).rglob("project.yaml")}


def _files(folder: Path) -> Mapping[str, bytes]:
    found = sorted(path for path in folder.rglob("*.yaml") if not path.relative_to(folder).as_posix().startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
