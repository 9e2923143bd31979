"""Nodes as one line of text, and which of them have to be: those that let somebody do more than before.

A grant, an exception and a clearance name all that a reviewer needs, so that one line of a diff shows what it permits.
"""

import json
import re
from typing import Final

from syncengine.spec.layout.tree import Listing, Mapping, Node, Scalar
from syncengine.spec.marks import Path

_UNSAFE: Final = re.compile(r"[,\[\]{}]")
"""What ends a plain text between brackets, and does not outside of them."""

EXCEPTION: Final = frozenset({"owner", "shared_with", "because", "approved_by"})


def widens(file: str, path: Path, node: Node) -> bool:
    """Whether the node at this path of a map's file has to stand on one line. `file` is relative to the map."""
    if file == "authority.yaml":
        return len(path) == 3 and path[1] == "grants" and isinstance(path[2], int)  # noqa: PLR2004 - SET.grants.NUMBER
    if not isinstance(node, Mapping):
        return False
    keys = {key.value for key, _ in node.pairs}
    if file == "systems.yaml":
        return len(path) == 1 and "cleared_for" in keys
    return file.startswith("objects/") and path[:1] == ("fields",) and len(path) == 2 and bool(keys & EXCEPTION)  # noqa: PLR2004


def one_line(node: Node, gaps: dict[int, int] | None = None) -> str:
    """`gaps`: how many blanks more stand before an entry of the outermost brackets, by its number."""
    match node:
        case Scalar():
            return text_line(node)
        case Listing():
            parts = [_between(item) for item in node.items]
            return "[" + _joined(parts, gaps or {}) + "]"
        case Mapping():
            parts = [f"{_between(key)}: {_between(value)}" for key, value in node.pairs]
            return "{" + _joined(parts, gaps or {}) + "}"


def text_line(scalar: Scalar) -> str:
    """A text as it is written, or else in a way that needs no second line."""
    if "\n" not in scalar.text and not scalar.is_block:
        return scalar.text
    if "\n" in scalar.value or scalar.is_block or scalar.style == '"':
        return _quoted(scalar.value)
    if scalar.style == "'":
        return "'" + scalar.value.replace("'", "''") + "'"
    return scalar.value


def _between(node: Node) -> str:
    """A node between brackets."""
    text = one_line(node)
    if isinstance(node, Scalar) and not node.style and _UNSAFE.search(text):
        return _quoted(node.value)
    return text


def _joined(parts: list[str], gaps: dict[int, int]) -> str:
    return ", ".join(" " * gaps.get(number, 0) + part for number, part in enumerate(parts))


def _quoted(value: str) -> str:
    """Every text of JSON is one of YAML in double quotes."""
    return json.dumps(value, ensure_ascii=False)
