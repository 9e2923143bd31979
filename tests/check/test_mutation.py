"""However a map is damaged, there are findings or a resolved map, and never an exception."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncengine.check.report import as_json, as_text
from syncengine.check.run import check_map
from syncengine.spec.loader import load_map
from tests.specs.maps import DESCRIPTIONS, GOOD, write_map

JUNK: list[Any] = ["", "x", "billing", "all", 0, -1, True, [], {}, ["x"], {"a": "b"}, {"at": "a"}, "theirs.a == 1"]
SPLINTERS = [*"{}[]'\"#\t\x00|é\n", ": ", "- ", "  ", "&a ", "*a", "!!x ", "no"]


def judged(folder: Path) -> None:
    spec, findings = load_map(folder)
    assert spec is not None or findings
    if spec is not None:
        checked, more = check_map(spec, DESCRIPTIONS, None)
        assert checked is not None or more
        findings = [*findings, *more]
    assert as_text(findings)
    assert len(as_json(findings)["findings"]) == len(findings)
    assert all(finding.message and finding.remedy and finding.rule for finding in findings), findings


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(p for key, child in below for p in _paths(child, (*path, key)))]


def _damage(node: Any, path: tuple[Any, ...], chance: random.Random) -> None:
    for step in path[:-1]:
        node = node[step]
    change = chance.choice(["replace", "remove", "add"])
    if change == "remove":
        del node[path[-1]]
    elif change == "add" and isinstance(node, dict):
        node[chance.choice(["x", "fields", "owner", "when", "only", "to", "cron", "name"])] = chance.choice(JUNK)
    else:
        node[path[-1]] = chance.choice(JUNK)


@pytest.mark.parametrize("seed", range(150))
def test_a_map_with_damaged_data_never_raises(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    files: dict[str, str | bytes | None] = {}
    for file in chance.sample(sorted(GOOD), chance.randint(1, 3)):
        data = yaml.safe_load(GOOD[file])
        for _ in range(chance.randint(1, 2)):
            paths = _paths(data)[1:]
            if paths:
                _damage(data, chance.choice(paths), chance)
        files[file] = yaml.safe_dump(data)
    judged(write_map(tmp_path, files))


@pytest.mark.parametrize("seed", range(150))
def test_a_map_with_damaged_text_never_raises(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    file = chance.choice(sorted(GOOD))
    text = GOOD[file]
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(SPLINTERS) + text[at + chance.randrange(3) :]
    judged(write_map(tmp_path, {file: text}))
