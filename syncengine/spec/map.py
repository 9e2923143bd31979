"""A whole map as it was written: every file's model, and where each word of it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syncengine.errors import Place
from syncengine.spec.authority import WriteSet
from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.gates import Gate
from syncengine.spec.marks import Marks, Step
from syncengine.spec.object import ObjectSpec
from syncengine.spec.people import People
from syncengine.spec.project import Project
from syncengine.spec.sensitivity import Sensitivity
from syncengine.spec.systems import System
from syncengine.spec.words import WordTable


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSpec:
    """`marks` by file, relative to the folder ("objects/invoice.yaml"). `environments` are all that were read."""

    folder: Path
    project: Project
    people: People
    systems: Mapping[str, System]
    words: Mapping[str, WordTable]
    objects: Mapping[str, ObjectSpec]
    authority: Mapping[str, WriteSet]
    gates: Mapping[str, Gate]
    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    environments: Mapping[str, EnvironmentSpec] = field(default_factory=dict)
    marks: Mapping[str, Marks] = field(default_factory=dict)

    def place(self, file: str, path: Sequence[Step] = ()) -> Place:
        """Where the value at a path stands; the nearest thing above it where it was left out."""
        marks = self.marks.get(file)
        return Place((self.folder / file).as_posix()) if marks is None else marks.value(path)

    def key_place(self, file: str, path: Sequence[Step]) -> Place:
        """Where the key at a path stands."""
        marks = self.marks.get(file)
        return Place((self.folder / file).as_posix()) if marks is None else marks.key(path)

    def inside(self, file: str, path: Sequence[Step], offset: int, width: int = 0) -> Place:
        """Where a part of a text stands."""
        marks = self.marks.get(file)
        return Place((self.folder / file).as_posix()) if marks is None else marks.inside(path, offset, width)


def object_file(name: str) -> str:
    """The file of an object, relative to the map's folder."""
    return f"objects/{name}.yaml"


def environment_file(name: str) -> str:
    """The file of an environment, relative to the map's folder."""
    return f"environments/{name}.yaml"
