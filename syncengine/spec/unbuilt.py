"""Words of the language that this version knows and does not build yet: refused, never ignored."""

from collections.abc import Mapping
from typing import Final

from syncengine.spec.authority import Grant, WriteSet
from syncengine.spec.environment import Connection
from syncengine.spec.flow import Flow
from syncengine.spec.gates import Gate, Stops
from syncengine.spec.object import FieldSpec, ObjectSpec
from syncengine.spec.project import Deliveries, Project
from syncengine.spec.sensitivity import Sensitivity
from syncengine.spec.shape import Shape
from syncengine.spec.systems import System

UNBUILT_KEYS: Final[Mapping[type[Shape], frozenset[str]]] = {
    Project: frozenset({"reconcile", "promote", "parked", "limits"}),
    Deliveries: frozenset({"redrive"}),
    Sensitivity: frozenset({"retention", "kept_in"}),
    System: frozenset({"at_most", "replay_within", "approach", "support"}),
    Connection: frozenset({"names"}),
    ObjectSpec: frozenset({"part_of", "merge"}),
    FieldSpec: frozenset({"value", "shared_with", "conflict", "state"}),
    Flow: frozenset(
        {"of_several", "each", "acting_as", "asks", "was", "state"}
    ),
    WriteSet: frozenset({"at_most"}),
    Grant: frozenset({"state"}),
    Gate: frozenset({"detects", "cleared_by", "state"}),
}
"""Keys, by the mapping they stand in."""

UNBUILT_VALUES: Final[Mapping[tuple[type[Shape], str], frozenset[str]]] = {
    (ObjectSpec, "when_gone"): frozenset({"mark", "delete"}),
    (WriteSet, "ceiling"): frozenset({"automated"}),
    (Grant, "may"): frozenset({"delete"}),
    (Stops, "may"): frozenset({"update", "delete"}),
}
"""Values, by the key they are given to."""

UNBUILT_FILES: Final = frozenset(
    {
        "automations.yaml",
        "red-flags.yaml",
        "lineage.yaml",
        "facts.yaml",
        "ownership.lock",
        "tests",
    }
)
"""Files and folders of a map."""

UNBUILT_FIELDS: Final = frozenset(
    {
        "differs",
        "gone_since",
    }
)
"""Built-in fields: what stands before the dot, or the whole name."""
