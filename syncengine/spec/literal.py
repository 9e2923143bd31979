"""The literals of the map language: names, durations, zones, schedules, classes, constants."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from syncengine.spec.shape import wrong

_DURATION: Final = re.compile(r"([1-9][0-9]{0,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC"})
RESERVED: Final = frozenset(
    {"and", "or", "not", "in", "has", "true", "false", "theirs", "self", "hold", "id_in", "differs", "gone_since"}
)
"""Words that no object and no field can be named."""


def parse_duration(value: Any) -> timedelta:
    """`30s`, `15m`, `4h` or `90d`. Raises PydanticCustomError for anything else."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong("this is not a duration", remedy="Write a whole number with s, m, h or d: 30s, 15m, 4h, 90d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def parse_cron(value: Any) -> str:
    """Five fields of cron, white space made single. Raises PydanticCustomError."""
    remedy = 'Write five fields in quotes: minute, hour, day, month, weekday, such as "*/30 * * * *".'
    if not isinstance(value, str):
        raise wrong("a cron expression is text", remedy=remedy)
    return _five_fields(value, remedy)


@lru_cache(maxsize=256)
def _five_fields(value: str, remedy: str) -> str:
    fields = value.split()
    if len(fields) != 5:  # noqa: PLR2004 - cron's own number; cronsim would take six
        raise wrong(f"a cron expression has five fields, this one has {len(fields)}", remedy=remedy)
    try:
        CronSim(value, datetime(2026, 1, 1))  # noqa: DTZ001 - only the syntax is asked
    except CronSimError as error:
        raise wrong(f"this is not a cron expression ({str(error).lower()})", remedy=remedy) from None
    return " ".join(fields)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) | _UTC_NAMES


def is_zone(name: str) -> bool:
    return name in _zones()


def parse_zone(value: Any) -> str:
    """A name of the IANA time zone database. Raises PydanticCustomError."""
    if not isinstance(value, str) or not is_zone(value):
        raise wrong("this is not an IANA time zone", remedy="Write a name such as Europe/Berlin or UTC.")
    return value


def parse_constant(value: Any) -> str | int | bool:
    """A value that stands for itself. Raises PydanticCustomError."""
    if not isinstance(value, str | int | bool):
        raise wrong("a constant is text, an integer, true or false", remedy="Write one plain value.")
    return value


def parse_free_word(value: str) -> str:
    """A name that an expression and the engine do not use themselves. Raises PydanticCustomError."""
    if value in RESERVED:
        message = f"{value} is a word of the language itself"
        raise wrong(message, remedy="Choose another name.", rule="language/reserved")
    return value


def duration_text(value: timedelta) -> str:
    """In the largest unit that leaves no rest."""
    unit = next(u for u in ("d", "h", "m", "s") if not value % timedelta(**{_UNITS[u]: 1}))
    return f"{value // timedelta(**{_UNITS[unit]: 1})}{unit}"


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""Of teams, roles, systems, flows, tables, write sets, gates, approvals."""

_FIELD_NAME: Final = r"^[a-z][a-z0-9_]{0,63}$"
FieldName = Annotated[
    str,
    StringConstraints(pattern=_FIELD_NAME),
    AfterValidator(parse_free_word),
    WithJsonSchema({"type": "string", "pattern": _FIELD_NAME, "not": {"enum": sorted(RESERVED)}}),
]
"""Of objects and their fields: names that an expression can spell."""

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]

PlacePath = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^\S+$")]
"""A place in their record; dots go inside."""

Duration = Annotated[
    timedelta,
    PlainValidator(parse_duration),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,6}[smhd]$"}),
]
Cron = Annotated[
    str, PlainValidator(parse_cron), WithJsonSchema({"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$"})
]
Zone = Annotated[
    str, PlainValidator(parse_zone), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$"})
]
Constant = Annotated[
    str | int | bool, PlainValidator(parse_constant), WithJsonSchema({"type": ["string", "integer", "boolean"]})
]
SensitivityClass = Name
"""One of the map's own classes; whether there is one of that name is judged with the whole map."""

Names = Annotated[tuple[Name, ...], Field(strict=False)]
"""A list of names: YAML gives a list where the model keeps a tuple."""


def refuse_wildcard(value: Any) -> Any:
    """Before a name, or a list of names, of a line that widens something. Raises PydanticCustomError."""
    listed = value if isinstance(value, list) else [value]
    if value == [] or any(item in ("*", "all") for item in listed if isinstance(item, str)):
        shown = "an empty list" if value == [] else "a wildcard"
        message = f"{shown} shows no reviewer what is permitted"
        raise wrong(message, remedy="Name each one.", rule="authority/wildcard")
    return value


@dataclass(frozen=True, slots=True)
class _NoWildcard(BeforeValidator):
    """The same said as JSON Schema."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        name = schema.get("items", schema)
        if "pattern" in name:
            name["not"] = {"enum": sorted({"all", *name.get("not", {}).get("enum", ())})}
        return {**schema, "minItems": 1} if "items" in schema else schema


NO_WILDCARD: Final = _NoWildcard(refuse_wildcard)


def refuse_idle(value: Any) -> Any:
    """Before a list, or a mapping of lists, that means something else when it is left out: none is empty, and in none
    stands one thing twice. Raises PydanticCustomError.
    """
    if value in ([], {}):
        raise wrong("what is empty means the same here as what is left out", remedy="Leave it out.")
    if isinstance(value, list):
        twice = second(value)
        if twice is not None:
            raise wrong("this stands twice in the list", remedy="Remove one of them.", key=twice)
    return value


def second(listed: Sequence[object]) -> int | None:
    """Where the first thing stands that has stood in the list before."""
    met: set[str] = set()
    for index, item in enumerate(listed):
        shown = repr(item)
        if shown in met:
            return index
        met.add(shown)
    return None


@dataclass(frozen=True, slots=True)
class _NotIdle(BeforeValidator):
    """The same said as JSON Schema."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        if schema["type"] == "object":
            return {**schema, "minProperties": 1}
        return {**schema, "minItems": 1, "uniqueItems": True}


NOT_IDLE: Final = _NotIdle(refuse_idle)


def is_secret_reference(value: str) -> bool:
    """Whether a setting names where a secret is instead of holding it."""
    return re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/\S+", value) is not None
