"""Getters: from the content of their record to the raw value at one place, compiled once per place."""

from collections.abc import Callable, Mapping

from syncengine.model.value import Json
from syncengine.plan.conversion import kind
from syncengine.plan.plan import ABSENT, Absent, UnreadableError

Getter = Callable[[Mapping[str, Json]], "Json | Absent"]


def getter(path: str) -> Getter:
    """`address.city` looks inside `address`. A key that is missing on the way gives ABSENT, one that is null gives
    None; a value with nothing inside raises UnreadableError. Lists are never indexed.
    """
    if "." not in path:

        def at_top(content: Mapping[str, Json]) -> Json | Absent:
            return content.get(path, ABSENT)

        return at_top
    return _inside(path)


def _inside(path: str) -> Getter:
    *outer, last = path.split(".")

    def walk(content: Mapping[str, Json]) -> Json | Absent:
        found: Json = content
        for key in outer:
            found = found.get(key, ABSENT)
            if type(found) is dict:
                continue
            if found is None or found is ABSENT:
                return found
            if not isinstance(found, Mapping):
                raise UnreadableError(f"{key} is {kind(found)}, so {path} is nowhere in it")
        return found.get(last, ABSENT)

    return walk
