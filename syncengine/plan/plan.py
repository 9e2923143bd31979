"""The plan: what decide and the engine ask instead of the map. Every spelling and condition is compiled once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from syncengine.model.value import Json, Places, Value
from syncengine.vocabulary import FieldType, IfEdited, Phase


class Absent(Enum):
    """What a spelling reads where their record has no such key. Distinct from None, which is "empty"."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class UnreadableError(Exception):
    """A value of theirs that has no normal form in our type. `review`: the old value stays and a person looks
    (a word outside a closed list); otherwise the whole snapshot is parked.
    """

    def __init__(self, message: str, *, review: bool = False) -> None:
        super().__init__(message)
        self.review = review


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """One field of an object. `flow` is the id of the one flow that reads it ("" for a field nobody reads yet).

    `later` holds, per word of a closed list with declared moves, every word that can be reached from it.
    """

    name: str
    type: FieldType
    owner: str
    flow: str
    klass: str
    optional: bool = False
    words: tuple[str, ...] = ()
    ref: str = ""
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)
    if_edited: IfEdited = IfEdited.REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSpelling:
    """How one flow reads one field. `read` takes their record's content and gives a value in normal form, None for
    empty or ABSENT; raises UnreadableError. `places` are the paths it looks at, as `Snapshot.content` nests them.
    """

    field: str
    places: tuple[str, ...]
    read: Callable[[Mapping[str, Json]], "Value | Absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSpelling:
    """How one flow writes one field. `write` takes a value in normal form (None: empty) and gives the places; a ref
    comes out untranslated (see `model.value`). Raises UnreadableError for a value that cannot be spelled there.
    """

    field: str
    places: tuple[str, ...]
    write: Callable[[Value], Places]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPlan:
    """One need of a gate. `asked` is False only when its condition is certainly false: empty or an error means asked.

    `max_age`: a status that is `since` longer ago counts as expired.
    """

    field: str
    passes: frozenset[str]
    next: str
    asked: Callable[[Mapping[str, Value]], bool] | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """`about` is the ref field whose record is asked; empty: the stopped record itself."""

    name: str
    about: str
    needs: tuple[NeedPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A cron expression of five fields in an IANA zone."""

    cron: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """One object to or from one system. `id` is "OBJECT.FLOW".

    `key` is the place of the birth id in their record ("" where the record's own id is the birth id).
    `born`: a new entity may come into existence here. `reads`: fields whose value this flow is.
    `shows`: every other spelled field, granted or not, in the order of the map; `granted` names the ones that may be
    written. `only_read` says which of their records are taken in, `only_create` which entities are created there.
    `normal` brings a raw value read at a place into the same normal spelling that `shows` writes.
    `schedule` is set for flows that are read by scanning; `version` is then the place of their version. `pushed`: the
    system announces changes of these records, ours included. `granted_places` are the places of the granted fields.
    """

    id: str
    name: str
    object: str
    system: str
    record: str
    key: str
    born: bool
    reads: tuple[ReadSpelling, ...]
    shows: tuple[WriteSpelling, ...]
    granted: frozenset[str]
    may_create: bool
    may_update: bool
    write_set: str
    ceiling: Phase
    on_create: Places
    gates: tuple[GatePlan, ...]
    normal: Mapping[str, Callable[[Json], Json]]
    only_read: Callable[[Mapping[str, Json]], bool] | None = None
    only_create: Callable[[Mapping[str, Value]], bool] | None = None
    schedule: Schedule | None = None
    version: str = ""
    pushed: bool = False
    refs: tuple[str, ...] = ()
    place_fields: Mapping[str, str] = field(default_factory=dict)
    granted_places: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        places = dict.fromkeys(p for s in self.shows if s.field in self.granted for p in s.places)
        object.__setattr__(self, "granted_places", tuple(places))

    @property
    def writes(self) -> bool:
        return bool(self.granted) and (self.may_create or self.may_update)

    @property
    def readable_places(self) -> tuple[str, ...]:
        """Every place of their record that decide may see."""
        read = (place for spelling in self.reads for place in spelling.places)
        shown = (place for spelling in self.shows for place in spelling.places)
        return tuple(dict.fromkeys((*read, *shown, *((self.key,) if self.key else ()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPlan:
    """`flows` in the order of the map. `born_in` are flow ids; `birth_flow` is the first of them."""

    name: str
    kind: str
    system_of_record: str
    fields: Mapping[str, FieldPlan]
    flows: tuple[str, ...]
    born_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPlan:
    name: str
    kind: str
    connector: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """How long to wait after a temporary failure: from `first` doubling to `longest`, with full jitter."""

    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole map, compiled. `digest` names its meaning: equal maps give equal digests on every machine.

    `readers` finds the flow that takes in a record type: (system, record) -> flow id.
    """

    project: str
    digest: str
    systems: Mapping[str, SystemPlan]
    objects: Mapping[str, ObjectPlan]
    flows: Mapping[str, FlowPlan]
    readers: Mapping[tuple[str, str], str]
    retry: RetryPlan = RetryPlan()

    def flow_for(self, system: str, record: str) -> FlowPlan | None:
        flow = self.readers.get((system, record))
        return None if flow is None else self.flows[flow]

    def object_of(self, flow: FlowPlan) -> ObjectPlan:
        return self.objects[flow.object]

    def written_flows(self, system: str) -> tuple[FlowPlan, ...]:
        """The flows of one system that a grant lets the engine write, in the order of the map."""
        return tuple(f for f in self.flows.values() if f.system == system and f.writes)
