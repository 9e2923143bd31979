"""Files of maps as plain data, by kind; what the loader and the schema say of one; and every place in one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from jsonschema import Draft7Validator
from pydantic import TypeAdapter, ValidationError

from syncengine.spec.reader import read
from syncengine.spec.schema import KINDS, Schema, schema
from tests.specs.maps import GOOD

ROOT: Final = Path(__file__).parent.parent.parent
KIND_OF_FOLDER: Final = {"objects": "object", "environments": "environment"}
Path_: TypeAlias = tuple[str | int, ...]


def kind_of(file: str) -> str:
    """The kind of a map's file, from its path below the map's folder."""
    folder, _, name = file.rpartition("/")
    return KIND_OF_FOLDER.get(folder, name.removesuffix(".yaml"))


def map_files() -> list[Path]:
    """Every file of every good map that this repository ships."""
    folders = sorted(path.parent for path in ROOT.rglob("project.yaml") if _is_shipped(path))
    return [file for folder in folders for file in sorted(folder.rglob("*.yaml"))]


def _is_shipped(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0] in ("examples", "mappings", "syncengine") and path.parent.joinpath("systems.yaml").is_file()


@cache
def corpus() -> Mapping[str, tuple[Any, ...]]:
    """Good documents, by kind."""
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for name, text in GOOD.items():
        found[kind_of(name)].append(data(text.encode()))
    for file in map_files():
        folder = next(parent for parent in file.parents if (parent / "project.yaml").is_file())
        found[kind_of(file.relative_to(folder).as_posix())].append(data(file.read_bytes()))
    found["sensitivity"].append({"classes": ["public", "internal", "pii"], "views": {"logs": {"pii": "masked"}}})
    return {kind: tuple(documents) for kind, documents in found.items()}


def data(raw: bytes) -> Any:
    document = read(raw, file="x.yaml")
    assert document.findings == []
    return document.data


def loader_takes(kind: str, document: Any) -> bool:
    """Whether the reader and the models have nothing against a file that holds this."""
    found = read(json.dumps(document).encode(), file="x.yaml")
    if found.findings or found.data is None:
        return False
    try:
        TypeAdapter(KINDS[kind].annotation).validate_python(found.data)
    except ValidationError:
        return False
    return True


@cache
def validator(kind: str) -> Draft7Validator:
    return Draft7Validator(shape_of(kind))


@cache
def shape_of(kind: str) -> Schema:
    """The schema of a kind of file."""
    return schema(kind)


def schema_takes(kind: str, document: Any) -> bool:
    return bool(validator(kind).is_valid(document))


def places(document: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every value, the document's own included."""
    yield path
    steps: Iterable[Any] = ()
    if isinstance(document, dict | list):
        steps = document if isinstance(document, dict) else range(len(document))
    for step in steps:
        yield from places(document[step], (*path, step))


def at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def changed(document: Any, path: Path_, value: Any) -> Any:
    """A copy with another value at a path."""
    if not path:
        return value
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


def forms(shape: Schema, path: Path_) -> Iterator[Schema]:
    """The schemas that may hold for the value at a path."""
    if "anyOf" in shape and "properties" not in shape:
        for form in shape["anyOf"]:
            yield from forms(form, path)
    elif not path:
        yield shape
    elif isinstance(path[0], int):
        yield from forms(shape["items"], path[1:]) if "items" in shape else ()
    elif path[0] in shape.get("properties", {}):
        yield from forms(shape["properties"][path[0]], path[1:])
    elif shape.get("additionalProperties"):
        yield from forms(shape["additionalProperties"], path[1:])
