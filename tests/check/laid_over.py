"""Examples of rules, laid over the good map: `# FILE` names a file, what follows is merged into it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from syncengine.check.run import check_map
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_map
from tests.specs.maps import DESCRIPTIONS, GOOD, write_map


def parts(example: str) -> dict[str, Any]:
    """The example's files with what it says of them."""
    found: dict[str, list[str]] = {}
    for line in example.strip().splitlines():
        if line.startswith("# "):
            current = found.setdefault(line.removeprefix("# "), [])
        else:
            current.append(line)
    return {file: yaml.safe_load("\n".join(lines)) for file, lines in found.items()}


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


def laid_over(example: str) -> dict[str, str]:
    """The files that the example changes, as text."""
    return {
        file: yaml.safe_dump(merged(yaml.safe_load(GOOD[file]), change), sort_keys=False)
        for file, change in parts(example).items()
    }


def judged(folder: Path, files: Mapping[str, str | bytes | None]) -> list[Finding]:
    """Everything that is found in the good map with these files."""
    spec, findings = load_map(write_map(folder, files))
    if spec is None:
        return findings
    return [*findings, *check_map(spec, DESCRIPTIONS, None)[1]]
