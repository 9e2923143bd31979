"""Addresses: one text per part, each at a place of its own."""

from collections.abc import Callable, Mapping

from syncengine.model.value import Json, Places, Value
from syncengine.plan.conversion import Conversion, Dialect
from syncengine.plan.conversions.text import country_code, spelled, text
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, Absent

PARTS = ("street", "line2", "city", "region", "postal_code", "country")


def part(name: str, dialect: Dialect) -> Conversion:
    return spelled(country_code) if name == "country" else text(dialect)


def reader(places: Mapping[str, str], dialect: Dialect) -> Callable[[Mapping[str, Json]], Value | Absent]:
    """`places`: part -> place. Absent when every part is, empty when none says anything."""
    parts = tuple((name, getter(place), part(name, dialect).read) for name, place in places.items())

    def read(content: Mapping[str, Json]) -> Value | Absent:
        found: dict[str, str] = {}
        absent = True
        for name, look, convert in parts:
            raw = look(content)
            if raw is ABSENT:
                continue
            absent = False
            said = None if raw is None else convert(raw)
            if said is not None:
                found[name] = said
        return ABSENT if absent else found or None

    return read


def writer(places: Mapping[str, str]) -> Callable[[Value], Places]:
    parts = tuple(places.items())

    def write(value: Value) -> Places:
        known: Mapping[str, str] = value or {}
        return {place: known.get(name) for name, place in parts}

    return write
