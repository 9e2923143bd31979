"""JSON Schemas of the map's files, for editors and other people's linters: `python -m syncengine.spec.schema [DIR]`.

They are draft-07, the newest that yaml-language-server and check-jsonschema both take, and hold no `$ref`, beside which
draft-07 ignores every description. A schema refuses nothing that the loader accepts.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.literal import duration_text
from syncengine.spec.loader import AUTHORITY, GATES, PEOPLE, PROJECT, SENSITIVITY, SYSTEMS, WORDS
from syncengine.spec.object import ObjectSpec

Schema: TypeAlias = dict[str, Any]

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
# fmt: off
_ORDER: Final = (
    "title", "description", "type", "const", "enum", "pattern", "patternErrorMessage", "minLength", "maxLength",
    "minimum", "maximum", "not", "minItems", "maxItems", "uniqueItems", "items", "minProperties", "required",
    "propertyNames", "properties", "additionalProperties", "anyOf", "oneOf", "default", "examples",
)
# fmt: on
_LISTS: Final = frozenset({"anyOf", "oneOf"})
_SINGLE: Final = frozenset({"items", "additionalProperties", "propertyNames"})
_SAID_OF_PATTERNS: Final = {
    r"^\S+$": "White space does not belong here.",
    r"\S": "Write a sentence.",
    "^[1-9][0-9]{0,6}[smhd]$": "Write a whole number with s, m, h or d: 30s, 15m, 4h, 90d.",
    r"^\s*\S+(\s+\S+){4}\s*$": "Write five fields: minute, hour, day, month, weekday.",
    "^[A-Za-z][A-Za-z0-9_+/-]*$": "Write an IANA time zone, such as Europe/Berlin or UTC.",
}
_SAID_OF_NAMES: Final = "Write a name: a-z, 0-9 and _ (for other than objects and fields also -), a letter first."
"""What editors that know `patternErrorMessage` say in the place of the pattern; other programs pass it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """`file` is relative to the map's folder; `annotation` is what the loader reads the file with."""

    file: str
    about: str
    annotation: Any


KINDS: Final[Mapping[str, FileKind]] = {
    "project": FileKind(
        file="project.yaml", about="What the map is called, and what holds for all of it.", annotation=PROJECT
    ),
    "people": FileKind(file="people.yaml", about="Who owns, who approves, who answers for what.", annotation=PEOPLE),
    "systems": FileKind(
        file="systems.yaml", about="The inventory: every system of the map, by its name.", annotation=SYSTEMS
    ),
    "environment": FileKind(
        file="environments/NAME.yaml",
        about="Where the systems of one environment are. It never holds authority.",
        annotation=EnvironmentSpec,
    ),
    "words": FileKind(file="words.yaml", about="Shared tables of words, ours: theirs.", annotation=WORDS),
    "object": FileKind(
        file="objects/NAME.yaml",
        about="One object: its fields, who owns them, and how each system spells them.",
        annotation=ObjectSpec,
    ),
    "sensitivity": FileKind(
        file="sensitivity.yaml", about="The classes of values, and how each view shows them.", annotation=SENSITIVITY
    ),
    "authority": FileKind(
        file="authority.yaml",
        about="Write sets, by their names: the only place that permits writing.",
        annotation=AUTHORITY,
    ),
    "gates": FileKind(
        file="gates.yaml", about="What must be verified before a grant may be used, by name.", annotation=GATES
    ),
}
"""By the name of their schema."""


def write_schemas(folder: Path) -> list[Path]:
    """Writes every schema into a folder, which is made where it is not there; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / file_name(name): text(name) for name in KINDS}
    for file, content in files.items():
        file.write_text(content, encoding="utf-8")
    return list(files)


def file_name(name: str) -> str:
    """Where the schema of a kind of file stands, in the folder of schemas."""
    return f"{name}.schema.json"


def text(name: str) -> str:
    """The schema of a kind of file as it stands in its own file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def schema(name: str) -> Schema:
    """The schema of a kind of file."""
    kind = KINDS[name]
    made = TypeAdapter(kind.annotation).json_schema(by_alias=True, schema_generator=_Generator)
    named = made.pop("$defs", {})
    return {"$schema": DRAFT} | _plain(made | {"title": kind.file, "description": kind.about}, named)


class _Generator(GenerateJsonSchema):
    """What the reader of map files knows and pydantic does not: a key is left out, and never empty."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        return self.generate_inner(schema["schema"])

    def sort(self, value: Schema, parent_key: str | None = None) -> Schema:  # noqa: ARG002 - pydantic's signature
        """Keys stay in the order in which the models have them, which is the one they are written in."""
        return value

    def encode_default(self, dft: object) -> Any:
        return duration_text(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        """A key outside the pattern is a mistake; pydantic's own schema has nothing against it."""
        made = super().dict_schema(schema)
        for pattern, value in made.pop("patternProperties", {}).items():
            names = {"pattern": pattern, **made.get("propertyNames", {})}
            made |= {"additionalProperties": value, "propertyNames": names}
        return made


def _plain(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    """Without references, in the order in which a reader looks for things. What stands beside a reference wins."""
    found = dict(schema)
    while "$ref" in found:
        reference = found.pop("$ref").removeprefix("#/$defs/")
        found = {**named[reference], **found}
    for key in _LISTS.intersection(found):
        found[key] = [_plain(item, named) for item in found[key]]
    for key in _SINGLE.intersection(found):
        found[key] = found[key] and _plain(found[key], named)
    if "properties" in found:
        found["properties"] = {key: _titled(key, _plain(held, named)) for key, held in found["properties"].items()}
    if "pattern" in found:
        found["patternErrorMessage"] = _SAID_OF_PATTERNS.get(found["pattern"], _SAID_OF_NAMES)
    if not _says_something(found.get("default")):
        found.pop("default", None)
    return {key: found[key] for key in sorted(found, key=_ORDER.index)}


def _titled(key: str, schema: Schema) -> Schema:
    return {"title": "", **schema} | {"title": key.replace("_", " ").capitalize()}


def _says_something(default: object) -> bool:
    """What is empty when it is left out has no default to show; the keys of a mapping show their own."""
    return default is False or (bool(default) and not isinstance(default, dict))


def main() -> None:
    """Writes the schemas into the folder that is named on the command line, `schemas` otherwise."""
    for file in write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas")):
        sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
