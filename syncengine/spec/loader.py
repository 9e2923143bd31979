"""A folder of YAML files to a MapSpec, with every mistake of every file at once."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from syncengine.errors import Place
from syncengine.model.finding import Finding, sort_findings
from syncengine.spec import mistake
from syncengine.spec.ahead import Ahead
from syncengine.spec.authority import WriteSet
from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.folder import Listing, list_folder
from syncengine.spec.gates import Gate
from syncengine.spec.literal import Name
from syncengine.spec.map import MapSpec, environment_file, object_file
from syncengine.spec.marks import Marks
from syncengine.spec.near import did_you_mean
from syncengine.spec.object import ObjectSpec
from syncengine.spec.people import People
from syncengine.spec.project import Project
from syncengine.spec.reader import read
from syncengine.spec.sensitivity import Sensitivity
from syncengine.spec.systems import System
from syncengine.spec.text import read_bytes
from syncengine.spec.words import WordTable
from syncengine.vocabulary import Severity

T = TypeVar("T")
PROJECT: Final[Any] = Project
PEOPLE: Final[Any] = People
SYSTEMS: Final[Any] = dict[Name, System]
WORDS: Final[Any] = dict[Name, WordTable]
AUTHORITY: Final[Any] = dict[Name, WriteSet]
GATES: Final[Any] = dict[Name, Gate]
SENSITIVITY: Final[Any] = Sensitivity


def load_map(
    folder: Path, environment: str | None = None, *, ahead: Ahead | None = None
) -> tuple[MapSpec | None, list[Finding]]:
    """The map, or None where a file of it could not be understood. Every finding of this floor is an error.

    A map may come with findings (a file that does not belong there): it can be judged further, not used.
    With an environment only its file is read; without one all of them are. `ahead` has read some files already.
    """
    listing = list_folder(folder)
    loading = _Loading(folder, listing, ahead)
    spec = loading.map(environment) if listing.found else None
    return spec, sort_findings([*listing.findings, *loading.findings])


def load_environment(folder: Path, name: str) -> tuple[EnvironmentSpec | None, list[Finding]]:
    """One environment file by itself."""
    loading = _Loading(folder, list_folder(folder))
    found = loading.environments(name)
    return found.get(name), sort_findings(loading.findings)


@dataclass(slots=True)
class _Loading:
    folder: Path
    listing: Listing
    ahead: Ahead | None = None
    findings: list[Finding] = field(default_factory=list)
    marks: dict[str, Marks] = field(default_factory=dict)

    def map(self, environment: str | None) -> MapSpec | None:
        project: Project | None = self.file("project.yaml", PROJECT)
        people: People | None = self.file("people.yaml", PEOPLE)
        systems: dict[str, System] | None = self.file("systems.yaml", SYSTEMS)
        authority: dict[str, WriteSet] | None = self.file("authority.yaml", AUTHORITY)
        words: dict[str, WordTable] | None = self.file("words.yaml", WORDS, absent={})
        gates: dict[str, Gate] | None = self.file("gates.yaml", GATES, absent={})
        sensitivity: Sensitivity | None = self.file("sensitivity.yaml", SENSITIVITY, absent=Sensitivity())
        objects = self.objects()
        environments = self.environments(environment)
        if project is None or people is None or systems is None or authority is None or words is None or gates is None:
            return None
        if sensitivity is None or not objects or len(objects) < len(self.listing.objects):
            return None
        return MapSpec(
            folder=self.folder,
            project=project,
            people=people,
            systems=systems,
            words=words,
            objects=objects,
            authority=authority,
            gates=gates,
            sensitivity=sensitivity,
            environments=environments,
            marks=self.marks,
        )

    def objects(self) -> dict[str, ObjectSpec]:
        found: dict[str, ObjectSpec] = {}
        for name in self.listing.objects:
            spec: ObjectSpec | None = self.read(object_file(name), ObjectSpec)
            if spec is not None and spec.object == name:
                found[name] = spec
            elif spec is not None:
                self.misnamed(name, spec)
        return found

    def misnamed(self, name: str, spec: ObjectSpec) -> None:
        place = self.marks[object_file(name)].value(("object",))
        message = f"the object {spec.object} stands in the file {name}.yaml"
        remedy = f"Rename the file to {spec.object}.yaml, or the object to {name}."
        self.note("object/file-name", message, remedy, place)

    def environments(self, only: str | None) -> dict[str, EnvironmentSpec]:
        names = self.listing.environments if only is None else (only,)
        found: dict[str, EnvironmentSpec] = {}
        for name in names:
            if name not in self.listing.environments:
                self.unknown_environment(name)
                continue
            spec: EnvironmentSpec | None = self.read(environment_file(name), EnvironmentSpec, secret=True)
            if spec is not None:
                found[name] = spec
        return found

    def unknown_environment(self, name: str) -> None:
        place = Place((self.folder / "environments").as_posix())
        otherwise = f"Add environments/{name}.yaml." if name else "Name one."
        remedy = did_you_mean(name, self.listing.environments, otherwise=otherwise)
        self.note("environment/unknown", f"there is no environment {name}", remedy, place)

    def file(self, name: str, annotation: Any, *, absent: T | None = None) -> Any:
        """A file of the map's folder; `absent` where there is none, which the listing has judged already."""
        return self.read(name, annotation) if name in self.listing.files else absent

    def read(self, name: str, annotation: Any, *, secret: bool = False) -> Any:
        """What a file holds, or None where it could not be understood."""
        path = self.folder / name
        try:
            ahead = None if self.ahead is None else self.ahead.get(path)
            raw, held = (read_bytes(path), None) if ahead is None else ahead
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.note("map/unreadable", f"{name} cannot be read: {reason}", "Make it a readable file.", path)
            return None
        document = read(raw, file=path.as_posix(), secret=secret, held=held)
        self.marks[name] = document.marks
        self.findings.extend(document.findings)
        return self.shaped(document.data, annotation, document.marks, secret=secret) if document.usable else None

    def shaped(self, data: Any, annotation: Any, marks: Marks, *, secret: bool) -> Any:
        try:
            return _adapter(annotation).validate_python(data)
        except ValidationError as error:
            said = {(f.place.file, at) for f in self.findings for at in (f.place, f.path) if at}
            found = mistake.findings(error, root=annotation, marks=marks, secret=secret)
            self.findings.extend(f for f in found if not said & {(marks.file, f.place), (marks.file, f.path)})
            return None

    def note(self, rule: str, message: str, remedy: str, place: Place | Path) -> None:
        where = place if isinstance(place, Place) else Place(place.as_posix())
        self.findings.append(Finding(rule=rule, severity=Severity.ERROR, message=message, remedy=remedy, place=where))


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Built once: hundreds of files have the same shape."""
    return TypeAdapter(annotation)
