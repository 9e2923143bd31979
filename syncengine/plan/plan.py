"""The plan: what decide and the engine ask instead of the map. Every spelling and condition is compiled once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from syncengine.model.value import Json, Places, Value
from syncengine.spec.built_in import is_built_in
from syncengine.vocabulary import ID_IN, SENSITIVITY_CLASSES, Consequence, FieldType, HoldField, IfEdited, Mask, Phase


class Absent(Enum):
    """What a spelling reads where their record has no such key. Distinct from None, which is "empty"."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
_HOLD_FIELDS: Final = frozenset(HoldField)


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

    `later` holds, per word of a closed list with declared moves, every word that can be reached from it. `fixed`: set
    once by its owner, and never changed after that.
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
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSpelling:
    """How one flow reads one field. `read` takes their record's content and gives a value in normal form, None for
    empty or ABSENT; raises UnreadableError. `places` are the paths it looks at, as `Snapshot.content` nests them.
    `needs` are paths without which a record that shows only what has changed says nothing of the field.
    """

    field: str
    places: tuple[str, ...]
    read: Callable[[Mapping[str, Json]], "Value | Absent"]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSpelling:
    """How one flow writes one field. `write` takes a value in normal form (None: empty) and gives the places; a ref
    comes out untranslated (see `model.value`). Raises UnreadableError for a value that cannot be spelled there.

    `compute` makes that value from those of the fields that `reads` names (both empty: it is the field's own value);
    nothing can be said while one of `requires` is absent. `only_if_empty`: places of theirs that all have to be empty
    for it to be written; none where it is always written.
    """

    field: str
    places: tuple[str, ...]
    write: Callable[[Value], Places]
    compute: Callable[[Mapping[str, Value]], Value] | None = None
    reads: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    only_if_empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPlan:
    """One need of a gate. `asked` is False only when its condition is certainly false: empty or an error means asked.

    `flow` is the id of the flow that reads the field. `max_age`: a status that is `since` longer ago counts as expired.
    """

    field: str
    passes: frozenset[str]
    next: str
    asked: Callable[[Mapping[str, Value]], bool] | None = None
    max_age: timedelta | None = None
    flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """`about` is the ref field whose record is asked; empty: the stopped record itself."""

    name: str
    about: str
    needs: tuple[NeedPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A cron expression of five fields in an IANA zone; without one, the beginning of each run."""

    cron: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """One object to or from one system. `id` is "OBJECT.FLOW".

    `key` is the place of the birth id in their record ("" where the record's own id is the birth id).
    `born`: a new entity may come into existence here. `reads`: fields whose value this flow is. `proposes`: fields of
    other owners that a birth here speaks of first; `asks`: its own system is one of them, and answers in another flow.
    `once`: fields that this flow is, as they are written when the
    entity is created here after a birth elsewhere.
    `shows`: every other spelled field, granted or not, in the order of the map; `granted` names the ones that may be
    written. `only_read` says which of their records are taken in, `only_create` which entities are created there.
    `normal` brings a raw value read at a place into the same normal spelling that `shows` writes.
    `schedule` is set for flows that are read by scanning; `version` is then the place of their version. `exports` is
    set for flows that are written in batches; what touches one of `urgent_places` does not wait for the next one.
    `pushed`: the system announces changes of these records, ours included. `consequences`: what a write means beyond
    its value.
    `matches`: the fields that records are matched by, as far as they can be read here, be they its own or not.
    `place_classes`: per place the most sensitive field that stands there ("" for what is ours) and its class.
    `granted_places` are the places of the granted fields, `built_ins` the fields it shows that the engine itself knows.
    `incident`: what is older here has not been read for too long.
    `if_empty`: per granted place that is only filled, the places of theirs that all have to be empty for that.
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
    consequences: tuple[Consequence, ...] = ()
    place_fields: Mapping[str, str] = field(default_factory=dict)
    place_classes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    proposes: tuple[ReadSpelling, ...] = ()
    once: tuple[WriteSpelling, ...] = ()
    exports: Schedule | None = None
    urgent_places: frozenset[str] = frozenset()
    matches: tuple[ReadSpelling, ...] = ()
    asks: bool = False
    incident: timedelta = timedelta.max
    granted_places: tuple[str, ...] = field(init=False)
    built_ins: tuple[str, ...] = field(init=False)
    if_empty: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        filled = (s for s in self.shows if s.field in self.granted and s.only_if_empty)
        object.__setattr__(self, "if_empty", {place: s.only_if_empty for s in filled for place in s.places})
        built_ins = tuple(s.field for s in self.shows if is_built_in(s.field))
        object.__setattr__(self, "built_ins", built_ins)
        places = dict.fromkeys(p for s in self.shows if s.field in self.granted for p in s.places)
        object.__setattr__(self, "granted_places", tuple(places))

    @property
    def first_places(self) -> tuple[str, ...]:
        """The places of what is written once, when the entity is created."""
        return tuple(place for spelling in self.once for place in spelling.places)

    @property
    def writes(self) -> bool:
        return bool(self.granted) and (self.may_create or self.may_update)

    @property
    def keys_matched(self) -> bool:
        """Whether our key is written into records that were matched: it goes with `create`, and is an update."""
        return bool(self.granted) and self.may_create and self.may_update

    @property
    def written(self) -> bool:
        """Whether something of an entity may stand here because we wrote it."""
        return bool(self.shows or self.once)

    @property
    def readable_places(self) -> tuple[str, ...]:
        """Every place of their record that decide may see."""
        read = (place for spelling in (*self.reads, *self.proposes) for place in spelling.places)
        shown = (place for spelling in self.shows for place in spelling.places)
        return tuple(dict.fromkeys((*read, *shown, *((self.key,) if self.key else ()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPlan:
    """How records that are older than the first sync are found again. `rules` are fields, tried in this order. `flows`
    are the ids of the flows whose unlinked records are compared, each with a digest of how they are read for it;
    `digest` is one of the rules alone.
    """

    rules: tuple[tuple[str, ...], ...]
    flows: Mapping[str, str]
    digest: str
    fields: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", frozenset(name for rule in self.rules for name in rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPlan:
    """`flows` in the order of the map. `born_in` are flow ids. `shows_holds`: some flow spells hold.*; `shows_ids`: the
    flows (ids) whose own id of a record some flow spells.
    """

    name: str
    kind: str
    system_of_record: str
    fields: Mapping[str, FieldPlan]
    flows: tuple[str, ...]
    born_in: tuple[str, ...]
    match: MatchPlan | None = None
    shows_holds: bool = field(init=False)
    shows_ids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = (name.removeprefix(ID_IN) for name in self.fields if name.startswith(ID_IN))
        object.__setattr__(self, "shows_ids", frozenset(f"{self.name}.{flow}" for flow in named))
        object.__setattr__(self, "shows_holds", not _HOLD_FIELDS.isdisjoint(self.fields))

    def key_of(self, birth: tuple[str, str]) -> str:
        """What stands at the key of every other flow: the id an entity was born with (flow id, id), behind the name of
        that flow where there are several to be born in.
        """
        flow, id_ = birth
        return id_ if len(self.born_in) == 1 else f"{flow.partition('.')[2]}:{id_}"

    def birth_of(self, key: str) -> tuple[str, str] | None:
        """The birth (flow id, id) that a key names; None for a key that nobody here can have written."""
        if len(self.born_in) == 1:
            return self.born_in[0], key
        flow, _, id_ = key.partition(":")
        birth = f"{self.name}.{flow}"
        return (birth, id_) if birth in self.born_in and id_ else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPlan:
    name: str
    kind: str
    connector: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """How long to wait after a temporary failure: from `first` doubling to `longest`, with full jitter. `receives`:
    failed attempts of one message, after which it is a dead letter.
    """

    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)
    receives: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole map, compiled. `digest` names its meaning: equal maps give equal digests on every machine.

    `readers` finds the flow that takes in a record type: (system, record) -> flow id. `classes` come from least to most
    sensitive; `views` say how each view shows them, and withhold what they do not name.
    """

    project: str
    digest: str
    systems: Mapping[str, SystemPlan]
    objects: Mapping[str, ObjectPlan]
    flows: Mapping[str, FlowPlan]
    readers: Mapping[tuple[str, str], str]
    retry: RetryPlan = RetryPlan()
    classes: tuple[str, ...] = SENSITIVITY_CLASSES
    views: Mapping[str, Mapping[str, Mask]] = field(default_factory=dict)

    def flow_for(self, system: str, record: str) -> FlowPlan | None:
        flow = self.readers.get((system, record))
        return None if flow is None else self.flows[flow]

    def object_of(self, flow: FlowPlan) -> ObjectPlan:
        return self.objects[flow.object]

    def written_flows(self, system: str) -> tuple[FlowPlan, ...]:
        """The flows of one system that a grant lets the engine write, in the order of the map."""
        return tuple(f for f in self.flows.values() if f.system == system and f.writes)
