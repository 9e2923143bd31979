"""A map without mistakes, every name resolved: what the compiler needs, and nothing that it has to look up.

Everything stands in the order of the map. A flow id is "OBJECT.FLOW".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from syncengine.model.capability import Description, RecordType
from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.expression import Expression
from syncengine.spec.flow import Fresh
from syncengine.spec.sensitivity import Views
from syncengine.spec.spelling import Spelling
from syncengine.spec.systems import System
from syncengine.vocabulary import Consequence, FieldType, IfEdited, Phase, VerificationStatus

Passing = Literal[VerificationStatus.VERIFIED, VerificationStatus.NOT_APPLICABLE]
"""The statuses that a gate may let through; the type keeps every other one out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSystem:
    name: str
    spec: System
    description: Description


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedField:
    """`owner` is a system, `klass` the class with the floors of its type, `flow` the id of the one flow that reads it;
    owner and flow are "" for a built-in field.

    `ref` is the other object of a ref field, `words` the closed list. `urgent` are flow ids.
    """

    name: str
    type: FieldType
    owner: str
    flow: str
    klass: str
    optional: bool
    words: tuple[str, ...]
    ref: str
    moves: Mapping[str, tuple[str, ...]]
    if_edited: IfEdited
    fixed: bool = False
    urgent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSpelling:
    """`spec` is the written form; the rest are its defaults filled in.

    `table`: ours -> theirs, None without words. `unit`: "minor" or "major", "" unless it is money. `zone`: of
    `as: date`, "" otherwise. `ref_flow`: the id of the flow of the other object whose ids stand there, "" unless it
    is a ref. `expression`: of `from` and `to`. `type` and `klass`: of what stands at the place, which for `to` are not
    those of the field; None and "" where they are.
    """

    field: CheckedField
    spec: Spelling
    table: Mapping[str, tuple[str, ...]] | None = None
    unit: str = ""
    zone: str = ""
    ref_flow: str = ""
    expression: Expression | None = None
    type: FieldType | None = None
    klass: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGrant:
    """All that one write set grants one flow. `fields` in the order of the grant."""

    write_set: str
    ceiling: Phase
    may_create: bool
    may_update: bool
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedNeed:
    field: str
    passes: tuple[Passing, ...]
    next: str
    when: Expression | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedGate:
    """`about` is the ref field, "" for the stopped record itself; `about_object` the object whose fields are asked."""

    name: str
    owner: str
    about: str
    about_object: str
    needs: tuple[CheckedNeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFlow:
    """`reads` are the spellings whose value this flow is, `proposes` those of other owners that a birth here speaks of
    first, `shows` all the others, granted or not.

    `consequences` are the classes of what is written here, those that the connector knows of itself among them.
    `cron` and `zone` are set ("" otherwise) for a flow that is read by scanning or written in batches; `each_run`: it
    is scanned whenever a run begins. `born`: an entity may be born here.
    """

    id: str
    name: str
    object: str
    system: CheckedSystem
    record: RecordType
    key: str
    born: bool
    reads: tuple[CheckedSpelling, ...]
    shows: tuple[CheckedSpelling, ...]
    grant: CheckedGrant | None
    gates: tuple[CheckedGate, ...]
    fresh: Fresh
    proposes: tuple[CheckedSpelling, ...] = ()
    only_read: Expression | None = None
    only_create: Expression | None = None
    consequences: tuple[Consequence, ...] = ()
    on_create: Mapping[str, str | int | bool] = field(default_factory=dict)
    cron: str = ""
    zone: str = ""
    each_run: bool = False
    version: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedObject:
    """`born_in` are flow ids, the first of them the birth flow; `matched_by` are rules of fields, tried in order."""

    name: str
    kind: str
    system_of_record: str
    owner: str
    fields: Mapping[str, CheckedField]
    flows: Mapping[str, CheckedFlow]
    born_in: tuple[str, ...]
    matched_by: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`flows` by id, over all objects; `classes` from least to most sensitive. `meaning` is the map as canonical JSON
    data: equal for equal maps, whatever their comments, layout and order of keys. `environment` is None where none was
    asked for; it is not in `meaning`.
    """

    project: str
    time_zone: str
    first_wait: timedelta
    longest_wait: timedelta
    max_receive_count: int
    systems: Mapping[str, CheckedSystem]
    objects: Mapping[str, CheckedObject]
    flows: Mapping[str, CheckedFlow]
    gates: Mapping[str, CheckedGate]
    classes: tuple[str, ...]
    views: Views
    meaning: Mapping[str, object]
    environment: EnvironmentSpec | None = None
