"""The data of a file in which nothing is wrong, without places: a quick look before the whole reading.

Nearly every file of a map is sound, and where its words stand is asked only by a finding. Whatever is not right here is
left to `spec.reader`, which says what it is: this module refuses, and never explains.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from syncengine.spec.scalar import Scalar, SurprisingError, resolve
from syncengine.spec.text import invisible

Data: TypeAlias = "dict[str, Data] | list[Data] | Scalar"

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH: Final = 32
MAX_NODES: Final = 20_000
_STARTS: Final = frozenset({MappingStartEvent, SequenceStartEvent})
_ENDS: Final = frozenset({MappingEndEvent, SequenceEndEvent})
_WORDS: Final = 4096
"""How many different plain words are kept: the same few dozen stand in every file."""


class _OddError(Exception):
    """Something here is not as it should be."""


class Sound(NamedTuple):
    """`flat`: no mapping that stands in a list is spread over lines."""

    data: Data
    flat: bool


def sound(text: str, loader: Any) -> Sound | None:
    """None where something is wrong. `loader` is one of PyYAML's, of which only events are taken.

    Nothing composes or constructs, so that depth and size are judged before there is anything deep or large.
    """
    try:
        return _sound(loader(text))
    except (_OddError, yaml.YAMLError):
        return None


def _sound(events: Any) -> Sound | None:
    take, nodes = events.get_event, 0
    stack: list[Any] = []
    rows: list[int] = []  # the lines of the open mappings that stand in a list; -1 for those without brackets
    flat = True
    into: Any = []  # the root stands in a list of its own
    key: str | None = None
    value: Data
    while (event := take()) is not None:
        kind = type(event)
        if kind is ScalarEvent:
            value = _scalar(event)
        elif kind in _STARTS:
            value = _opened(event, kind, len(stack))
        else:
            if kind in _ENDS:
                ended, into, key = into, stack.pop(), None
                if stack and type(into) is list and type(ended) is dict:
                    flat = rows.pop() == event.end_mark.line and flat
            else:
                _between(event, into)
            continue
        nodes += 1
        if type(into) is list:
            into.append(value)
            if stack and type(value) is dict:
                rows.append(event.start_mark.line if event.flow_style else -1)
        elif key is None:
            key = _key(value, into)
        else:
            into[key], key = value, None
        if kind is not ScalarEvent:
            stack.append(into)
            into, key = value, None
    return Sound(into[0], flat) if into and nodes <= MAX_NODES else None


def _scalar(event: Any) -> Scalar:
    if event.tag is not None or event.anchor is not None:
        raise _OddError
    text: str = event.value
    if event.implicit[0]:
        return _plain(text)
    if not text.isprintable() and invisible(text) is not None:
        raise _OddError
    return text


@lru_cache(maxsize=_WORDS)
def _plain(text: str) -> Scalar:
    """Raises _OddError for nothing, too: no place of a map may be empty."""
    try:
        value = resolve(text)
    except SurprisingError:
        raise _OddError from None
    if value is None:
        raise _OddError
    return value


def _opened(event: Any, kind: type[Event], depth: int) -> Data:
    if event.tag is not None or event.anchor is not None or depth >= MAX_DEPTH:
        raise _OddError
    return {} if kind is MappingStartEvent else []


def _key(value: Data, into: dict[str, Data]) -> str:
    if type(value) is not str or value in into:
        raise _OddError
    return value


def _between(event: Event, into: object) -> None:
    """What is no value: the beginning and the end of the file and of its one document, and aliases."""
    if isinstance(event, DocumentStartEvent):
        if into:
            raise _OddError
    elif isinstance(event, AliasEvent):
        raise _OddError
