"""What rules look at: the map as written, seen flow by flow, field by field and grant by grant.

A name that leads nowhere gives None here; `ownership/unknown-name` reports it, and every other rule passes it over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from syncengine.model.capability import Description, RecordType
from syncengine.spec.authority import Grant, WriteSet
from syncengine.spec.built_in import built_in
from syncengine.spec.flow import Flow
from syncengine.spec.gates import Gate
from syncengine.spec.map import MapSpec, object_file
from syncengine.spec.marks import Path
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.spelling import Spelling
from syncengine.spec.systems import System
from syncengine.vocabulary import Consequence, FieldType, HoldField

AUTHORITY_FILE = "authority.yaml"
PII_TYPES = frozenset({FieldType.EMAIL, FieldType.PHONE, FieldType.ADDRESS, FieldType.PERSON_NAME})
"""Types whose values are about a person, whatever the map says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """One line of authority.yaml. `path` leads to it."""

    write_set: str
    spec: WriteSet
    grant: Grant
    path: Path

    @property
    def flow_id(self) -> str:
        return f"{self.grant.object}.{self.grant.flow}"


@dataclass(frozen=True, kw_only=True)
class FlowView:
    """One flow with what its names lead to. `path` leads to it in `file`."""

    name: str
    object: ObjectSpec
    spec: Flow
    system_name: str
    system: System | None
    description: Description | None
    grants: tuple[GrantView, ...]
    answered: frozenset[str] = frozenset()
    """What another flow of the system is granted to create with, where this one only asks for it."""

    @cached_property
    def id(self) -> str:
        return f"{self.object.object}.{self.name}"

    @property
    def file(self) -> str:
        return object_file(self.object.object)

    @property
    def path(self) -> Path:
        return ("flows", self.name)

    @cached_property
    def record(self) -> RecordType | None:
        return None if self.description is None else self.description.record(self.spec.record)

    @property
    def pushes(self) -> bool:
        """Whether their changes come by themselves. Where record types are the user's own, signed deliveries say so."""
        if self.description is None or self.record is None:
            return False
        return self.record.push or (self.description.open_ended and self.description.signs)

    @cached_property
    def may_create(self) -> bool:
        return any("create" in view.grant.may for view in self.grants)

    @cached_property
    def may_update(self) -> bool:
        return any("update" in view.grant.may for view in self.grants)

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """The classes that the map gives it; a creation also moves money where the connector says so."""
        said = {name: getattr(self.spec, name) for name in Consequence}
        said[Consequence.MOVES_MONEY] |= self.may_create and self.record is not None and self.record.moves_money
        return tuple(name for name, holds in said.items() if holds)

    @cached_property
    def granted(self) -> frozenset[str]:
        return frozenset(name for view in self.grants for name in view.grant.fields)

    @cached_property
    def born(self) -> bool:
        return self.name in self.object.birth_flows

    def owns(self, field: str) -> bool:
        """Whether this flow's system owns the field: then the flow reads it."""
        return field in self.owned

    @cached_property
    def owned(self) -> frozenset[str]:
        """The fields that its system owns, and that this flow speaks of as their owner. Where an entity is born in one
        flow of a system and made in another (a request, and the order that answers it), the first only proposes.
        """
        subject = self.object
        owned = frozenset(name for name in subject.fields if subject.owner_of(name) == self.system_name)
        return owned - self.answered if self.born and not self.grants else owned

    def proposes(self, field: str) -> bool:
        """Whether a birth here speaks of the field before its owner does: it is owned elsewhere, not written here."""
        if not self.born or field not in self.object.fields or field not in self.spec.fields:
            return False
        return not self.owns(field) and field not in self.granted and not self.spec.fields[field].write_only

    def spelled(self) -> tuple[tuple[str, FieldSpec, Spelling, Path], ...]:
        """Fields of the object that it spells, built-in ones too, with the path of the spelling."""
        return self._spelled

    @cached_property
    def _spelled(self) -> tuple[tuple[str, FieldSpec, Spelling, Path], ...]:
        return tuple(self._spellings())

    def _spellings(self) -> Iterator[tuple[str, FieldSpec, Spelling, Path]]:
        for name, spelling in self.spec.fields.items():
            field = self.object.fields.get(name) or built_in(self.object, name)
            if field is not None:
                yield name, field, spelling, (*self.path, "fields", name)

    @cached_property
    def reads(self) -> bool:
        """Whether something comes in here: a field that is owned here, or new entities."""
        return self.born or any(self.owns(name) for name in self.spec.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """A gate with the object that it stops and the one whose fields it asks."""

    name: str
    gate: Gate
    about: ObjectSpec | None

    @property
    def path(self) -> Path:
        return (self.name,)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Every environment that was read is judged; `environment` names the one that the resolved map will carry."""

    spec: MapSpec
    descriptions: Mapping[str, Description]
    environment: str | None = None

    @cached_property
    def grants(self) -> tuple[GrantView, ...]:
        return tuple(
            GrantView(write_set=name, spec=write_set, grant=grant, path=(name, "grants", index))
            for name, write_set in self.spec.authority.items()
            for index, grant in enumerate(write_set.grants)
        )

    @cached_property
    def flows(self) -> tuple[FlowView, ...]:
        return tuple(self._flow(subject, name) for subject in self.spec.objects.values() for name in subject.flows)

    @cached_property
    def flow_ids(self) -> Mapping[str, FlowView]:
        return {flow.id: flow for flow in self.flows}

    @cached_property
    def gates(self) -> tuple[GateView, ...]:
        return tuple(GateView(name=name, gate=gate, about=self._about(gate)) for name, gate in self.spec.gates.items())

    @property
    def classes(self) -> tuple[str, ...]:
        """From least to most sensitive."""
        return self.spec.sensitivity.classes

    def class_of(self, subject: ObjectSpec, field: FieldSpec) -> str:
        """The class of a field: its own or its object's, and never below its type's. A ref shows no value: internal."""
        looks = (subject.klass, field.klass, field.field_type)
        found = self._classes_of.get(looks)
        if found is None:
            own = field.klass or ("internal" if field.field_type is FieldType.REF else subject.klass)
            found = self._classes_of[looks] = self.highest((own, type_floor(field)))
        return found

    @cached_property
    def _classes_of(self) -> dict[tuple[str, str | None, FieldType], str]:
        """Thousands of fields look like a few dozen."""
        return {}

    def class_spelled(self, subject: ObjectSpec, name: str, field: FieldSpec) -> str:
        """The class of a field, built-in ones too: the reason of a hold tells what stands in the fields that gates ask,
        of this object and about it.
        """
        own = self.class_of(subject, field)
        return self.highest((own, *self._asked(subject))) if name == HoldField.REASON else own

    def _asked(self, subject: ObjectSpec) -> Iterator[str]:
        """The classes of what is asked by the gates that stop an object or ask it."""
        for view in self.gates:
            about = view.about
            if about is not None and subject.object in (view.gate.stops.object, about.object):
                yield from (self.class_of(about, about.fields[n]) for n in view.gate.needs if n in about.fields)

    def highest(self, classes: Iterable[str]) -> str:
        """The most sensitive of some classes. One that the map does not name counts as more sensitive than all."""
        return max(classes, key=self._rank)

    def below(self, first: str, second: str) -> bool:
        """Whether a class is less sensitive than another."""
        return self._rank(first) < self._rank(second)

    def _rank(self, klass: str) -> int:
        return self._ranks.get(klass, len(self._ranks))

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {klass: rank for rank, klass in enumerate(self.classes)}

    def flows_of(self, name: str) -> tuple[FlowView, ...]:
        """The flows of one object."""
        return self._flows_of.get(name, ())

    @cached_property
    def _flows_of(self) -> Mapping[str, tuple[FlowView, ...]]:
        found: dict[str, list[FlowView]] = {}
        for flow in self.flows:
            found.setdefault(flow.object.object, []).append(flow)
        return {name: tuple(flows) for name, flows in found.items()}

    @cached_property
    def _grants_of(self) -> Mapping[tuple[str, str], tuple[GrantView, ...]]:
        """By object and flow."""
        found: dict[tuple[str, str], list[GrantView]] = {}
        for view in self.grants:
            found.setdefault((view.grant.object, view.grant.flow), []).append(view)
        return {key: tuple(views) for key, views in found.items()}

    def table(self, spelling: Spelling) -> Mapping[str, tuple[str, ...]] | None:
        """The table that a spelling uses, None without one (or without one that exists)."""
        words = spelling.words
        if words is None:
            return None
        return words.table if words.name is None else self.spec.words.get(words.name)

    def ref_flow(self, flow: FlowView, field: FieldSpec, spelling: Spelling) -> str:
        """The flow of the other object in whose ids a ref is spelled; "" where there is none."""
        other = self.spec.objects.get(field.ref or "")
        name = spelling.ids_of or flow.system_name
        return name if other is not None and name in other.flows else ""

    def _flow(self, subject: ObjectSpec, name: str) -> FlowView:
        system_name = subject.system_of(name)
        system = self.spec.systems.get(system_name)
        beside = (other for other in subject.flows if other != name and subject.system_of(other) == system_name)
        return FlowView(
            name=name,
            object=subject,
            spec=subject.flows[name],
            system_name=system_name,
            system=system,
            description=None if system is None else self.descriptions.get(system.connector),
            grants=self._grants_of.get((subject.object, name), ()),
            answered=frozenset(field for other in beside for field in self._created_with(subject, other)),
        )

    def _created_with(self, subject: ObjectSpec, name: str) -> Iterator[str]:
        """The fields that a flow spells, and is granted when it creates and does no more."""
        for view in self._grants_of.get((subject.object, name), ()):
            if "create" in view.grant.may and "update" not in view.grant.may:
                yield from (field for field in view.grant.fields if field in subject.flows[name].fields)

    def _about(self, gate: Gate) -> ObjectSpec | None:
        stopped = self.spec.objects.get(gate.stops.object)
        if stopped is None or gate.about == "self":
            return stopped
        field = stopped.fields.get(gate.about)
        return None if field is None or field.ref is None else self.spec.objects.get(field.ref)


def type_floor(field: FieldSpec) -> str:
    """The least class that a type has by itself."""
    return "pii" if field.field_type in PII_TYPES else "public"
