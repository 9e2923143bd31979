"""One bad map and its good twin, as a small file says it: the base map with some edits.

rule: the id of the one finding         says: a part of its message and remedy
edits: each {file, find, bad, good}: `find` stands once in the base file, and is replaced; `good` is `find` unless said.
       Without `find`, `bad` and `good` are the whole file: null for no such file, the base's own unless said.
`»` in `bad` stands right before the place where the finding has to be, and is not part of the map.
at: the file or folder of the finding, where it has no line of its own ("" for the map's; then no `»` is needed).

In place of a text may stand {before, repeat, times, after} for what is too long to write, {text, encoding} for other
bytes. `copies` in an edit writes so many files, {n} in their names counted. `folder` is looked for below the map's,
`environment` is the one that is asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

HOME: Final = Path(__file__).parent
BASE: Final = HOME / "base"
MARK: Final = "»"
Files = dict[str, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`line` and `column` are 0 where the finding is of the file as a whole."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`bad` and `good` are the files that differ from the base; None leaves one out."""

    name: str
    rule: str
    says: str
    expected: Expected
    bad: Files = field(default_factory=dict)
    good: Files = field(default_factory=dict)
    folder: str = ""
    environment: str | None = None


def cases() -> Iterator[Case]:
    for path in sorted(HOME.glob("*/*.yaml")):
        if path.parent != BASE:
            yield read(path)


def read(path: Path) -> Case:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {"rule", "says", "edits", "at", "folder", "environment"}
    assert said.keys() <= known, f"{path}: {said.keys() - known}"
    marked: dict[str, str | Mapping[str, Any] | None] = {}
    good: dict[str, str | Mapping[str, Any] | None] = {}
    for edit in said.get("edits", ()):
        _edit(edit, marked, good, str(path))
    places = [found for file, text in marked.items() for found in _place(file, text)]
    assert len(places) + ("at" in said) == 1, f"{path}: one place is expected, there are {places}"
    return Case(
        name=str(path.relative_to(HOME).with_suffix("")),
        rule=said["rule"],
        says=said["says"],
        expected=places[0] if places else Expected(file=said["at"]),
        bad={file: _bytes(text) for file, text in marked.items()},
        good={file: _bytes(text) for file, text in good.items()},
        folder=said.get("folder", ""),
        environment=said.get("environment"),
    )


def _edit(edit: Mapping[str, Any], bad: dict[str, Any], good: dict[str, Any], where: str) -> None:
    known = {"file", "find", "bad", "good", "copies"}
    assert edit.keys() <= known, f"{where}: {edit.keys() - known}"
    for number in range(edit.get("copies", 1)):
        file = edit["file"].replace("{n}", str(number))
        base = (BASE / file).read_text(encoding="utf-8") if (BASE / file).is_file() else None
        if "find" not in edit:
            bad[file] = edit["bad"]
            good[file] = edit.get("good", base)
            continue
        for texts, new in ((bad, edit["bad"]), (good, edit.get("good", edit["find"]))):
            text = str(texts.get(file, base))
            assert text.count(edit["find"]) == 1, f"{where}: {edit['find']!r} stands {text.count(edit['find'])} times"
            texts[file] = text.replace(edit["find"], new)


def _place(file: str, text: str | Mapping[str, Any] | None) -> Iterator[Expected]:
    """Where the mark stands in a text. A line ends where YAML sees it end."""
    shown = _long(text) if isinstance(text, Mapping) else text or ""
    before, mark, _ = shown.partition(MARK)
    if mark:
        lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield Expected(file=file, line=len(lines), column=len(lines[-1].lstrip("\ufeff")) + 1)


def _bytes(text: str | Mapping[str, Any] | None) -> bytes | None:
    if text is None:
        return None
    encoding = text.get("encoding", "utf-8") if isinstance(text, Mapping) else "utf-8"
    shown = _long(text) if isinstance(text, Mapping) else text
    return shown.replace(MARK, "").encode(encoding)


def _long(text: Mapping[str, Any]) -> str:
    if "text" in text:
        return str(text["text"])
    return f"{text.get('before', '')}{text['repeat'] * text['times']}{text.get('after', '')}"


def write(folder: Path, changed: Files) -> Path:
    """The base with these files over it."""
    files = {str(path.relative_to(BASE)): path.read_bytes() for path in BASE.rglob("*.yaml")}
    for name, content in {**files, **changed}.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder
