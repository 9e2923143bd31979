"""Dotted paths into nested content."""

from collections.abc import Mapping

from syncengine.model.value import Json


def look(content: Mapping[str, Json], place: str) -> Json:
    """The value at a dotted path; None where the path ends early."""
    found: Json = content
    for part in place.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def put(content: dict[str, Json], place: str, value: Json) -> None:
    """Set the value at a dotted path, making the objects on the way."""
    *way, last = place.split(".")
    for part in way:
        inner = content.get(part)
        if not isinstance(inner, dict):
            inner = content[part] = {}
        content = inner
    content[last] = value
