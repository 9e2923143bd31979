"""The schemas say of every key what it means, and agree with the loader."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import TypeAdapter

from syncengine.spec.schema import KINDS, Schema, file_name, schema, text, write_schemas
from syncengine.spec.shape import Shape
from syncengine.spec.unbuilt import UNBUILT_KEYS, UNBUILT_VALUES
from tests.specs.documents import ROOT, Path_, at, changed, corpus, forms, loader_takes, places, schema_takes, shape_of

COMMAND = "python -m syncengine.spec.schema"
MEND = f"schemas/ is not what the models say; run: {COMMAND}"
NONSENSE: tuple[Any, ...] = ([[[["nonsense"]]]], {"Not a key!": [{}]}, None)


def schemas_in(shape: Schema, at: str) -> Iterator[tuple[str, Schema]]:
    """A schema and all below it, each with its path."""
    yield at, shape
    for name, held in shape.get("properties", {}).items():
        yield from schemas_in(held, f"{at}.{name}")
    for number, form in enumerate(shape.get("anyOf", ())):
        yield from schemas_in(form, f"{at}|{number}")
    for key, name in (("items", "[]"), ("additionalProperties", ".NAME")):
        if shape.get(key):
            yield from schemas_in(shape[key], at + name)


SCHEMAS = [found for kind in KINDS for found in schemas_in(shape_of(kind), kind)]
KEYS = [(f"{at}.{key}", held) for at, shape in SCHEMAS for key, held in shape.get("properties", {}).items()]
MAPPINGS = [(at, shape) for at, shape in SCHEMAS if shape.get("type") == "object"]
SHAPES = [(shape, name) for shape in Shape.__subclasses__() for name in shape.model_fields]


def test_the_folder_of_schemas_is_fresh() -> None:
    there = {path.name: path.read_text("utf-8") for path in (ROOT / "schemas").iterdir()}
    assert there == {file_name(kind): text(kind) for kind in KINDS}, MEND


def test_writing_them_twice_gives_the_same_files(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_schemas(tmp_path / "new" / "folder")}
    assert first == {path.name: path.read_bytes() for path in write_schemas(tmp_path / "new" / "folder")}
    assert all(content.endswith(b"}\n") for content in first.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    Draft7Validator.check_schema(schema(kind))
    assert "$ref" not in text(kind)


@pytest.mark.parametrize(("key", "shape"), KEYS, ids=[key for key, _ in KEYS])
def test_every_key_is_described_and_shown(key: str, shape: Schema) -> None:
    assert shape["title"][0].isupper()
    assert shape["description"].endswith(".")
    assert shape["examples"]
    for example in shape["examples"]:
        Draft7Validator(shape).validate(example)
    if "default" in shape:
        Draft7Validator(shape).validate(shape["default"])


@pytest.mark.parametrize(("shape", "name"), SHAPES, ids=[f"{shape.__name__}.{name}" for shape, name in SHAPES])
def test_the_loader_takes_every_example_of_its_models(shape: type[Shape], name: str) -> None:
    field = shape.model_fields[name]
    for example in field.examples or ():
        written: Any = Annotated[field.annotation, None, *field.metadata]
        TypeAdapter(written).validate_python(example)


@pytest.mark.parametrize(("at", "shape"), MAPPINGS, ids=[at for at, _ in MAPPINGS])
def test_a_mapping_is_closed_or_says_how_its_names_look(at: str, shape: Schema) -> None:
    rest = shape.get("additionalProperties")
    assert rest is False or (rest and shape["propertyNames"])


def test_an_editor_can_say_what_a_pattern_wants() -> None:
    """A pattern that nobody put into words would be said to be that of a name."""
    said = {shape["pattern"]: shape["patternErrorMessage"] for _, shape in SCHEMAS if "pattern" in shape}
    names = {pattern for pattern, message in said.items() if message.startswith("Write a name")}
    assert len(said) > len(names) > 1
    assert all(pattern.startswith("^[a-z][a-z0-9_") for pattern in names)


def test_what_is_not_built_is_not_offered() -> None:
    for shape, names in UNBUILT_KEYS.items():
        assert not names & shape.model_fields.keys()
    offered = {value for _, held in SCHEMAS for value in (*held.get("enum", ()), held.get("const"))}
    assert not offered & {value for (_, _), values in UNBUILT_VALUES.items() for value in values} - {"update"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_takes_every_good_document(kind: str) -> None:
    assert corpus()[kind]
    for document in corpus()[kind]:
        assert loader_takes(kind, document)
        assert schema_takes(kind, document)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_misspelt_is_refused_at_every_level(kind: str) -> None:
    tried = 0
    for document in corpus()[kind]:
        for path in places(document):
            if not any(form.get("additionalProperties") is False for form in forms(shape_of(kind), path)):
                continue
            for key in at(document, path) if isinstance(at(document, path), dict) else ():
                tried += 1
                bad = {f"{name}x" if name == key else name: held for name, held in at(document, path).items()}
                assert not schema_takes(kind, changed(document, path, bad)), (path, key)
    assert tried or kind in ("words", "environment")


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_another_type_is_refused_at_every_place(kind: str) -> None:
    for document in corpus()[kind]:
        for path in places(document):
            for nonsense in NONSENSE:
                assert not schema_takes(kind, changed(document, path, nonsense)), (path, nonsense)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_missing_is_refused_at_every_level(kind: str) -> None:
    tried = 0
    for document in corpus()[kind]:
        for path in places(document):
            here = at(document, path)
            found = [form for form in forms(shape_of(kind), path) if form.get("type") == "object"]
            for key in found[0].get("required", ()) if len(found) == 1 and isinstance(here, dict) else ():
                tried += 1
                assert not schema_takes(kind, changed(document, path, {k: v for k, v in here.items() if k != key}))
    assert tried or kind in ("words", "environment", "sensitivity")


SCALARS: tuple[Any, ...] = (
    "", " ", "a", "A", "all", "*", "has", "self", "realtime", "30s", "0d", "x" * 600, "a b", "*/5 * * * *", "UTC",
    "2026-01-01", "date", "minor", "status == 'open'", 0, 1, 2, 11, -1, True, False, None,
)  # fmt: skip
ALL_KEYS = sorted({key.rpartition(".")[2] for key, _ in KEYS} | {"nonsense", "Nonsense", "names", "from", "parts"})


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, Any]:
    """A good document with one to three mistakes, or what may be one."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    document = copy.deepcopy(draw(st.sampled_from(corpus()[kind])))
    for _ in range(draw(st.integers(1, 3))):
        document = _mutated_once(draw, kind, document)
    return kind, document


def _mutated_once(draw: st.DrawFn, kind: str, document: Any) -> Any:
    path = draw(st.sampled_from(list(places(document))))
    here = at(document, path)
    if isinstance(here, dict) and here and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(here)))
        without = {name: held for name, held in here.items() if name != key}
        added = {draw(st.sampled_from(ALL_KEYS)): draw(_value(kind, here[key]))}
        return changed(document, path, draw(st.sampled_from([without, {**without, **added}, {**here, **added}])))
    if isinstance(here, list) and draw(st.booleans()):
        return changed(document, path, [*here, draw(_value(kind, here))][draw(st.integers(0, 1)) :])
    return changed(document, path, draw(_value(kind, here)))


def _value(kind: str, here: Any) -> st.SearchStrategy[Any]:
    """Something of the same sort elsewhere in the documents, or anything."""
    elsewhere = [at(document, path) for document in corpus()[kind] for path in places(document)]
    return st.one_of(
        st.just(here),
        st.sampled_from(SCALARS),
        st.sampled_from(elsewhere),
        st.lists(st.sampled_from(SCALARS), max_size=2),
        st.dictionaries(st.sampled_from(ALL_KEYS), st.sampled_from(SCALARS), max_size=2),
    )


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_the_schema_refuses_nothing_that_the_loader_takes(found: tuple[str, Any]) -> None:
    kind, document = found
    assert schema_takes(kind, document) or not loader_takes(kind, document)


def test_the_property_sees_documents_of_both_sorts() -> None:
    """A mutation that never hurts, or always does, would show nothing."""
    good: Any = corpus()["project"][0]
    assert loader_takes("project", {**good, "name": "other"})
    path: Path_ = ("name",)
    assert not loader_takes("project", changed(good, path, "Not A Name"))
    assert not schema_takes("project", changed(good, path, "Not A Name"))
