"""What can be switched, by the names of a map. Read without the meaning of the map: whoever pauses must not wait until
all of it is understood, and may pause while somebody is mending it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from syncengine.errors import UserError

KINDS: Final = ("set", "flow", "object", "system")
FORM: Final = "A scope is set:NAME, flow:OBJECT.FLOW, object:NAME or system:NAME."


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The project, and by flow id every scope whose pause stops the writes of the flow. `others`: write sets and
    systems of which no flow is.
    """

    project: str
    flows: Mapping[str, tuple[str, ...]]
    others: frozenset[str]

    @property
    def scopes(self) -> frozenset[str]:
        return self.others.union(*self.flows.values())

    def stopped_by(self, scope: str) -> Sequence[str]:
        """The flows that a pause of the scope stops."""
        return [flow for flow, scopes in self.flows.items() if scope in scopes]


def names_of(maps: Path) -> Names | None:
    """None where a file of the map cannot be read: then nobody knows what there is."""
    project, systems, sets = (_mapping(maps / f"{name}.yaml") for name in ("project", "systems", "authority"))
    objects = {path.stem: _mapping(path) for path in sorted(maps.glob("objects/*.yaml"))}
    if project is None or systems is None or sets is None or not all(objects.values()):
        return None
    written = _granted(sets)
    flows = {
        id_: (f"flow:{id_}", *written.get(id_, ()), f"object:{name}", f"system:{system}")
        for name, subject in objects.items()
        for id_, system in _flows(name, subject)
    }
    others = {*(f"set:{name}" for name in sets), *(f"system:{name}" for name in systems)}
    return Names(project=str(project.get("name", "")), flows=flows, others=frozenset(others))


def check_scope(scope: str, names: Names | None) -> None:
    """Raises UserError for what is no scope, or none that this map has."""
    kind, _, name = scope.partition(":")
    if (kind not in KINDS or not name) and names is None:
        raise UserError(f"'{scope}' is no scope", remedy=FORM, rule="usage/scope")
    if names is None or scope in names.scopes:
        return
    message = f"the map has no {_WORDS[kind]} {name}" if kind in KINDS and name else f"'{scope}' is no scope"
    raise UserError(message, remedy=_meant(scope, name or kind, names.scopes), rule="usage/scope")


_WORDS: Final = {"set": "write set", "flow": "flow", "object": "object", "system": "system"}


def _meant(scope: str, name: str, known: Iterable[str]) -> str:
    from syncengine.spec.near import near

    listed = sorted(known)
    named = [one for one in listed if one.partition(":")[2] == name]
    match = named[0] if named else near(scope, listed)
    return f"Did you mean {match}?" if match else FORM


def _granted(sets: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """By flow id the write sets that grant it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, held in sets.items():
        for grant in _list(held, "grants"):
            flow = f"{_text(grant, 'object')}.{_text(grant, 'in')}"
            found[flow] = (*found.get(flow, ()), f"set:{name}")
    return found


def _flows(name: str, subject: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The id of each flow of an object, and its system."""
    flows = (subject or {}).get("flows")
    for flow, held in flows.items() if isinstance(flows, dict) else ():
        yield f"{name}.{flow}", _text(held, "system") or flow


def _list(held: object, key: str) -> Sequence[Any]:
    found = held.get(key) if isinstance(held, dict) else None
    return found if isinstance(found, list) else ()


def _text(held: object, key: str) -> str:
    found = held.get(key) if isinstance(held, dict) else None
    return found if isinstance(found, str) else ""


def _mapping(path: Path) -> Mapping[str, Any] | None:
    """What a file holds; None where it cannot be read, or holds something else."""
    from syncengine.spec.reader import read
    from syncengine.spec.text import read_bytes

    try:
        document = read(read_bytes(path), file=path.as_posix())
    except OSError:
        return None
    return document.data if document.usable and isinstance(document.data, dict) else None
