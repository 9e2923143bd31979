"""Which connectors there are: the ones of this package, one explicit table, and those of other installed packages."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from syncengine.connectors.protocol import Connector, Reading
from syncengine.errors import UserError
from syncengine.model.capability import Description

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

CONNECTORS: Final[Mapping[str, str]] = {
    "memory": "syncengine.connectors.memory",
    "sql": "syncengine.connectors.sql",
    "stripe": "syncengine.connectors.stripe",
}
"""A module is imported when its connector is asked for; it imports its libraries when it opens a system."""

GROUP: Final = "syncengine.connectors"
"""Entry points of other packages: name = module."""


def connector(name: str) -> Connector:
    """Raises UserError for a name that nobody offers, and for a package that offers something else."""
    if name in CONNECTORS:
        return cast(Connector, import_module(CONNECTORS[name]))
    offered = _offered()
    if name not in offered:
        known = sorted({*CONNECTORS, *offered})
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
        raise UserError(f"no connector is called {name!r}", remedy=hint)
    return _loaded(offered[name])


def descriptions() -> Mapping[str, Description]:
    """What every connector says of itself, by name in order."""
    return _Descriptions()


class _Descriptions(Mapping[str, Description]):
    """A connector is imported when it is asked for, and other packages are looked through for a name that is not ours:
    a map names two or three.
    """

    def __getitem__(self, name: str) -> Description:
        if name not in self:
            raise KeyError(name)
        return connector(name).DESCRIPTION

    def __contains__(self, name: object) -> bool:
        return name in CONNECTORS or name in _offered()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*CONNECTORS, *_offered()}))

    def __len__(self) -> int:
        return len({*CONNECTORS, *_offered()})


def readings() -> Mapping[tuple[str, str, str], Reading]:
    """The conversions that connectors ship, by (connector, record type, name)."""
    return {
        (name, record, reading): convert
        for name in descriptions()
        for (record, reading), convert in connector(name).READINGS.items()
    }


@cache
def _offered() -> "Mapping[str, EntryPoint]":
    from importlib.metadata import entry_points

    return by_name(entry_points(group=GROUP))


def by_name(points: "Iterable[EntryPoint]") -> "Mapping[str, EntryPoint]":
    """Entry points under their names. Raises UserError when two packages, or a package and we, offer one name."""
    found: dict[str, EntryPoint] = {}
    for point in points:
        if point.name in CONNECTORS or point.name in found:
            raise UserError(
                f"the connector {point.name!r} is offered twice; one of them is {point.value}",
                remedy="uninstall one of the two packages",
            )
        found[point.name] = point
    return found


def _loaded(point: "EntryPoint") -> Connector:
    try:
        module = point.load()
    except ImportError as error:
        raise UserError(f"the connector {point.name!r} ({point.value}) cannot be imported: {error}") from error
    missing = [name for name in ("DESCRIPTION", "READINGS", "open") if not hasattr(module, name)]
    if missing:
        raise UserError(
            f"the connector {point.name!r} ({point.value}) lacks {', '.join(missing)}",
            remedy="ask its author for a version that fits this one",
        )
    return cast(Connector, module)
