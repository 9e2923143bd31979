"""The digest of a map: a name for its meaning, the same on every machine."""

from collections.abc import Mapping
from typing import Final

from syncengine.canonical import digest as sha256
from syncengine.canonical import encode

COMPILER: Final = 1
"""Moves when the same map would compile to a plan that judges differently."""


def digest(meaning: Mapping[str, object]) -> str:
    """64 hex digits over the map as canonical JSON data (comments, layout and order of keys are not in it)."""
    return sha256(encode({"compiler": COMPILER, "map": meaning})).hex()
