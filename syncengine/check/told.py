"""What is told of an object, a field or a flow, as nouns: for the words of a terminal and for JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

ENGINE = "the engine"
"""The owner of built-in fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshTold:
    expected: str
    incident: str
    look_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTold:
    """One line of authority.yaml, with the write set around it."""

    write_set: str
    owner: str
    approved_by: tuple[str, ...]
    ceiling: str
    may: tuple[str, ...]
    fields: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedTold:
    """`passes` are the statuses that pass besides verified."""

    field: str
    when: str
    passes: tuple[str, ...]
    max_age: str
    next: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTold:
    """`stops` is a flow id, `about` the object whose fields are asked."""

    name: str
    owner: str
    stops: str
    about: str
    needs: tuple[NeedTold, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpelledTold:
    """One field in one flow. `how` is read, proposed, written or shown; `urgent`: passed on at once."""

    field: str
    flow: str
    system: str
    spelled: str
    how: str
    urgent: bool
    grants: tuple[GrantTold, ...]
    gates: tuple[str, ...]
    fresh: FreshTold | None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTold:
    """`exception`: it is owned elsewhere, or of a lower class. `seen`: by mask, the views that show it so.
    `cleared`: the systems that may hold its class. `asked_by`: gates that ask it.
    """

    object: str
    name: str
    type: str
    klass: str
    owner: str
    system_of_record: str
    exception: bool
    because: str
    approved_by: str
    optional: bool
    fixed: bool
    if_edited: str
    seen: Mapping[str, tuple[str, ...]]
    cleared: tuple[str, ...]
    spelled: tuple[SpelledTold, ...]
    asked_by: tuple[GateTold, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTold:
    """`direction` is derived: inbound, outbound, both or none. `sync` is realtime, each run, or the schedule."""

    id: str
    object: str
    system: str
    connector: str
    record: str
    direction: str
    purpose: str
    consequences: tuple[str, ...]
    born: bool
    key: str
    only: str
    on_create: Mapping[str, str | int | bool]
    sync: str
    fresh: FreshTold | None
    fields: tuple[SpelledTold, ...]
    grants: tuple[GrantTold, ...]
    gates: tuple[GateTold, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTold:
    name: str
    truth: str
    kind: str
    klass: str
    system_of_record: str
    owner: str
    born_in: tuple[str, ...]
    matched_by: tuple[tuple[str, ...], ...]
    if_edited: str
    fields: tuple[FieldTold, ...]
    flows: tuple[FlowTold, ...]
    at: str


Told: TypeAlias = ObjectTold | FieldTold | FlowTold


def as_json(told: Told) -> dict[str, Any]:
    """Under the words of the language; `what` is object, field or flow."""
    what = {ObjectTold: "object", FieldTold: "field", FlowTold: "flow"}[type(told)]
    return {"what": what, **_renamed(asdict(told))}


def _renamed(data: Any) -> Any:
    if isinstance(data, dict):
        return {"class" if key == "klass" else key: _renamed(value) for key, value in data.items()}
    return [_renamed(item) for item in data] if isinstance(data, list | tuple) else data
