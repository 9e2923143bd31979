"""What rules look at: the map as written, seen flow by flow, field by field and grant by grant.

A name that leads nowhere gives None here; `ownership/unknown-name` reports it, and every other rule passes it over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from syncengine.model.capability import Description, RecordType
from syncengine.spec.authority import Grant, WriteSet
from syncengine.spec.flow import Flow
from syncengine.spec.gates import Gate
from syncengine.spec.map import MapSpec, object_file
from syncengine.spec.marks import Path
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.spelling import Spelling
from syncengine.spec.systems import System
from syncengine.vocabulary import SENSITIVITY_CLASSES, FieldType

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowView:
    """One flow with what its names lead to. `path` leads to it in `file`."""

    name: str
    object: ObjectSpec
    spec: Flow
    system_name: str
    system: System | None
    description: Description | None
    grants: tuple[GrantView, ...]

    @property
    def id(self) -> str:
        return f"{self.object.object}.{self.name}"

    @property
    def file(self) -> str:
        return object_file(self.object.object)

    @property
    def path(self) -> Path:
        return ("flows", self.name)

    @property
    def record(self) -> RecordType | None:
        return None if self.description is None else self.description.record(self.spec.record)

    @property
    def pushes(self) -> bool:
        """Whether their changes come by themselves. Where record types are the user's own, signed deliveries say so."""
        if self.description is None or self.record is None:
            return False
        return self.record.push or (self.description.open_ended and self.description.signs)

    @property
    def may_create(self) -> bool:
        return any("create" in view.grant.may for view in self.grants)

    @property
    def may_update(self) -> bool:
        return any("update" in view.grant.may for view in self.grants)

    @property
    def granted(self) -> frozenset[str]:
        return frozenset(name for view in self.grants for name in view.grant.fields)

    @property
    def born(self) -> bool:
        return self.name in self.object.birth_flows

    def owns(self, field: str) -> bool:
        """Whether this flow's system owns the field: then the flow reads it."""
        return field in self.object.fields and self.object.owner_of(field) == self.system_name

    def spelled(self) -> Iterator[tuple[str, FieldSpec, Spelling, Path]]:
        """Fields of the object that it spells, with the path of the spelling."""
        for name, spelling in self.spec.fields.items():
            if name in self.object.fields:
                yield name, self.object.fields[name], spelling, (*self.path, "fields", name)

    @property
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

    def flows_of(self, name: str) -> tuple[FlowView, ...]:
        """The flows of one object."""
        return tuple(flow for flow in self.flows if flow.object.object == name)

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
        return FlowView(
            name=name,
            object=subject,
            spec=subject.flows[name],
            system_name=system_name,
            system=system,
            description=None if system is None else self.descriptions.get(system.connector),
            grants=tuple(v for v in self.grants if v.grant.object == subject.object and v.grant.flow == name),
        )

    def _about(self, gate: Gate) -> ObjectSpec | None:
        stopped = self.spec.objects.get(gate.stops.object)
        if stopped is None or gate.about == "self":
            return stopped
        field = stopped.fields.get(gate.about)
        return None if field is None or field.ref is None else self.spec.objects.get(field.ref)


def type_floor(field: FieldSpec) -> str:
    """The least class that a type has by itself."""
    return "pii" if field.field_type in PII_TYPES else "public"


def class_of(subject: ObjectSpec, field: FieldSpec) -> str:
    """The class of a field: its own, or its object's, and never below its type's. A ref shows no value: internal."""
    own = field.klass or ("internal" if field.field_type is FieldType.REF else subject.klass)
    return max(own, type_floor(field), key=SENSITIVITY_CLASSES.index)


def below(first: str, second: str) -> bool:
    """Whether a class is less sensitive than another."""
    return SENSITIVITY_CLASSES.index(first) < SENSITIVITY_CLASSES.index(second)
