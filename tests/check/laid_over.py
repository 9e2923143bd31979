"""Examples of rules, laid over the good map: `# FILE` names a file, what follows is merged into it; `## FILE` stands
before a whole file as it is (left out where nothing follows).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from syncengine.check.run import check_map
from syncengine.model.finding import Finding
from syncengine.spec.layout.tidy import tidy
from syncengine.spec.loader import load_map
from tests.specs.maps import DESCRIPTIONS, GOOD, write_map

KNOWN = frozenset({*GOOD, "README.md", "gate.yaml", "sensitivity.yaml"})
"""The files that examples are about: any other line that starts with # is a comment."""


def parts(example: str, mark: str = "# ") -> dict[str, str]:
    """The example's files with what it says of them, for one of the two marks."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in example.strip().splitlines():
        if line.partition(" ")[2] in KNOWN and line.startswith(("# ", "## ")):
            current = found.setdefault(line.partition(" ")[2], []) if line.startswith(mark) else []
        else:
            current.append(line)
    return {file: "".join(f"{line}\n" for line in lines) for file, lines in found.items()}


def merged(base: Any, change: Any) -> Any:
    """Mappings merge, everything else is replaced; a key without a value is taken out."""
    if not isinstance(base, Mapping) or not isinstance(change, Mapping):
        return change
    result = dict(base)
    for key, value in change.items():
        if value is None:
            assert key in result, f"the example takes out {key}, which is not there"
            del result[key]
        else:
            result[key] = merged(result.get(key), value)
    return result


def laid_over(example: str) -> dict[str, str | None]:
    """The files that the example changes, as text."""
    whole = {file: text or None for file, text in parts(example, "## ").items()}
    return whole | {
        file: one_grant_a_line(file, merged(yaml.safe_load(GOOD[file]), yaml.safe_load(change)))
        for file, change in parts(example).items()
    }


def one_grant_a_line(file: str, data: Any) -> str:
    """As a file that is laid out: examples are about anything but how they are written."""
    text = yaml.safe_dump(data, sort_keys=False)
    return tidy(text.encode(), file=file, place=file).after


def judged(folder: Path, files: Mapping[str, str | bytes | None]) -> list[Finding]:
    """Everything that is found in the good map with these files."""
    spec, findings = load_map(write_map(folder, files))
    if spec is None:
        return findings
    return [*findings, *check_map(spec, DESCRIPTIONS, None)[1]]
