"""What pydantic found, said so that the author of a map can act on it, at the key or value that it is about."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syncengine.model.finding import Finding
from syncengine.spec.marks import Marks, Step, path_text
from syncengine.spec.near import did_you_mean, near
from syncengine.spec.shape import Shape
from syncengine.spec.unbuilt import UNBUILT_KEYS, UNBUILT_VALUES
from syncengine.vocabulary import Severity

MAX_FINDINGS: Final = 100
_KINDS: Final = {
    "string_type": "text",
    "int_type": "an integer",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_PATTERNS: Final = {
    r"^\S+$": ("white space does not belong here", "Remove it."),
    r"\S": ("this says nothing", "Write a sentence."),
}
_NAME: Final = ("this is not a name", "Use a-z, 0-9 and _ (for other than objects and fields also -), a letter first.")


def findings(error: ValidationError, *, root: Any, marks: Marks, secret: bool = False) -> Iterator[Finding]:
    """One finding per mistake, for the first hundred of a file.

    `root` is the annotation that was validated; `secret` keeps values out of messages.
    A key that is missing because it is misspelled is one mistake: the misspelled one.
    """
    errors = error.errors(include_url=False)[:MAX_FINDINGS]
    mistakes = [_Mistake(details, root, marks, secret=secret) for details in errors]
    meant = {path for mistake in mistakes for path in mistake.meant()}
    for mistake in mistakes:
        if not mistake.is_missing(meant):
            yield mistake.finding()


class _Mistake:
    def __init__(self, details: ErrorDetails, root: Any, marks: Marks, *, secret: bool) -> None:
        self._type = details["type"]
        self._said = details["msg"]
        self._loc = tuple(step for step in details["loc"] if step != "[key]")
        self._at_key = "[key]" in details["loc"]
        self._context: Mapping[str, Any] = details.get("ctx", {})
        self._input = None if secret else details["input"]
        self._shape = shape_at(root, self._loc[:-1])
        self._root = root
        self._marks = marks

    def meant(self) -> Iterator[tuple[Step, ...]]:
        """The key that an unknown one was meant to be."""
        if self._type == "extra_forbidden" and self._shape is not None:
            key = near(str(self._loc[-1]), keys_of(self._shape))
            if key:
                yield (*self._loc[:-1], key)

    def is_missing(self, keys: AbstractSet[tuple[Step, ...]]) -> bool:
        """Whether it says that one of these keys is missing."""
        return self._type == "missing" and self._loc in keys

    def finding(self) -> Finding:
        say = {
            "extra_forbidden": self._unknown_key,
            "missing": self._missing,
            "map": self._own,
            "literal_error": self._not_one_of,
            "enum": self._not_one_of,
            "string_pattern_mismatch": self._misspelled,
            **dict.fromkeys(_KINDS, self._wrong_kind),
        }
        return say.get(self._type, self._otherwise)()

    def _misspelled(self) -> Finding:
        message, remedy = _PATTERNS.get(self._context.get("pattern", ""), _NAME)
        return self._make("language/value", message + self._shown(), remedy)

    def _otherwise(self) -> Finding:
        said = self._said[:1].lower() + self._said[1:]
        return self._make("language/value", said.replace("input should", "this should"), "Correct it.")

    def _unknown_key(self) -> Finding:
        key = str(self._loc[-1])
        unbuilt = UNBUILT_KEYS.get(self._shape, frozenset()) if self._shape else frozenset()
        self._at_key = True
        if key in unbuilt:
            return self._make("language/not-built", f"`{key}` is not built yet", "Remove it.")
        known = keys_of(self._shape) if self._shape else {}
        remedy = did_you_mean(key, known, otherwise="Remove it.")
        return self._make("language/unknown-key", f"`{key}` is not a key here", remedy)

    def _missing(self) -> Finding:
        key = str(self._loc[-1])
        about = keys_of(self._shape).get(key, "") if self._shape else ""
        self._at_key = True
        return self._make("language/missing-key", f"`{key}` is missing", f"Add `{key}`: {about}".removesuffix(": "))

    def _own(self) -> Finding:
        at = (*self._marks.known(self._loc), self._context["key"])
        if at in self._marks.keys:
            self._loc = at
            self._at_key = True
        elif at in self._marks.values:
            self._loc = at
        return self._make(self._context["rule"], self._context["message"], self._context["remedy"])

    def _not_one_of(self) -> Finding:
        key = next((step for step in reversed(self._loc) if isinstance(step, str)), "")
        expected = re.findall(r"'([^']*)'", str(self._context.get("expected", "")))
        word = self._input if isinstance(self._input, str) else ""
        if word and word in self._unbuilt_values():
            return self._make("language/not-built", f"`{key}: {word}` is not built yet", "Remove it.")
        if key == "language" and isinstance(self._input, int):
            message = f"language {self._input} is not known to this version of syncengine"
            return self._make("language/version", message, "Write `language: 1`, or install a version that knows it.")
        message = f"this is not one of {', '.join(expected)}" if expected else "this is not allowed here"
        guess = near(word, expected) if word else ""
        remedy = f"Did you mean {guess}?" if guess else "Choose one of them."
        return self._make("language/value", message + self._shown(), remedy)

    def _unbuilt_values(self) -> frozenset[str]:
        """For the key that the value, or the list it stands in, is given to."""
        at = self._loc[:-1] if self._loc and isinstance(self._loc[-1], int) else self._loc
        shape = shape_at(self._root, at[:-1])
        return UNBUILT_VALUES.get((shape, str(at[-1])), frozenset()) if shape and at else frozenset()

    def _wrong_kind(self) -> Finding:
        wanted = _KINDS[self._type]
        quote = wanted == "text" and isinstance(self._input, int | bool)
        remedy = f'Quote it: "{str(self._input).lower()}".' if quote else f"Write {wanted}."
        return self._make("language/type", f"{wanted} is expected here{self._not_a()}", remedy)

    def _not_a(self) -> str:
        given = self._input
        kinds = ((bool, "true or false"), (int, "an integer"), (str, "text"), (list, "a list"), (dict, "a mapping"))
        return next((f", not {name}" for kind, name in kinds if isinstance(given, kind)), "")

    def _shown(self) -> str:
        limit = 60
        return f": {self._input}" if isinstance(self._input, str) and len(self._input) <= limit else ""

    def _shown_path(self) -> tuple[Step, ...]:
        """The path as it is written in the file, with the missing key behind it."""
        known = self._marks.known(self._loc)
        return (*known, self._loc[-1]) if self._type == "missing" else known

    def _make(self, rule: str, message: str, remedy: str) -> Finding:
        place = self._marks.key(self._loc) if self._at_key else self._marks.value(self._loc)
        return Finding(
            rule=rule,
            severity=Severity.ERROR,
            message=message,
            remedy=remedy,
            place=place,
            path=path_text(self._shown_path()),
        )


def keys_of(shape: type[Shape]) -> dict[str, str]:
    """The keys of a mapping as they are written, with what they mean."""
    return {field.alias or name: field.description or "" for name, field in shape.model_fields.items()}


def shape_at(annotation: Any, path: tuple[Step, ...]) -> type[Shape] | None:
    """The shape that a path leads to, None where there is none."""
    for step in path:
        annotation = _below(_plain(annotation), step)
    plain = _plain(annotation)
    return plain if isinstance(plain, type) and issubclass(plain, Shape) else None


def _plain(annotation: Any) -> Any:
    """Without Annotated and `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return annotation


def _below(annotation: Any, step: Step) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        for name, field in annotation.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
        return None
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if get_origin(annotation) is tuple else None
