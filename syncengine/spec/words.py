"""words.yaml: shared tables of words, ours on the left, theirs on the right."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from syncengine.spec.shape import wrong

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def parse_theirs(value: Any) -> tuple[str, ...]:
    """One word, or several that all read as ours. Raises PydanticCustomError."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(w, str) and w for w in words):
        raise wrong("a word of theirs is text, or a list of texts", remedy="Quote what is not text.")
    return tuple(words)


Theirs = Annotated[
    tuple[str, ...],
    Field(strict=False),
    BeforeValidator(parse_theirs),
    WithJsonSchema(
        {
            "description": "Their word, or a list of words that all read as ours.",
            "type": ["string", "array"],
            "minLength": 1,
            "minItems": 1,
            "items": {"type": "string", "minLength": 1},
        }
    ),
]
"""One word can be read and written; several can only be read."""

WordTable = Annotated[dict[Word, Theirs], Field(min_length=1)]
