"""One YAML file to plain data with a place for every key and value. Nothing is constructed, guessed or expanded."""

from dataclasses import dataclass, field
from typing import Final, Never, Protocol, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.marks import Marks, Path, Spot, path_text
from syncengine.spec.scalar import Scalar, SurprisingError, resolve
from syncengine.spec.sound import LOADER, MAX_DEPTH, MAX_NODES, Data, Sound, sound
from syncengine.spec.text import TextError, check_escapes, decode, end_of
from syncengine.vocabulary import Severity

MAX_FINDINGS: Final = 100
NOWHERE: Final = Spot(0, 0)
_HARMLESS: Final = frozenset({"yaml/reads-differently", "yaml/duplicate-key", "yaml/empty-value"})
"""Findings after which the rest of the file still means what it says."""


@dataclass(slots=True)
class Document:
    """`usable`: the data may be judged further; otherwise what is wrong with the file is already said."""

    data: Data
    marks: Marks
    findings: list[Finding]

    @property
    def usable(self) -> bool:
        return self.data is not None and all(f.rule in _HARMLESS for f in self.findings)


class _Mark(Protocol):
    """A mark of either loader: line and column from 0."""

    line: int
    column: int


class _StopError(Exception):
    """Nothing after this can be understood; the finding is already noted."""


@dataclass(slots=True)
class _Frame:
    """An open mapping or list. `key` is the pending key of a mapping, `dropped` that its value is not wanted."""

    container: dict[str, Data] | list[Data]
    path: Path
    key: str | None = None
    dropped: bool = False


def read(raw: bytes, *, file: str, secret: bool = False, held: Sound | None = None) -> Document:
    """Never raises for the content. `file` is what places say; `secret` keeps values out of messages; `held` is what
    the bytes hold, where that is known.
    """
    quick = held or _sound(raw)
    if quick is None:
        return _whole(raw, file=file, secret=secret)
    marks = Marks(file, lambda: _whole(raw, file=file, secret=secret).marks, flat=quick.flat)
    return Document(quick.data, marks, [])


def _sound(raw: bytes) -> Sound | None:
    try:
        return sound(decode(raw), LOADER)
    except TextError:
        return None


def _whole(raw: bytes, *, file: str, secret: bool) -> Document:
    """Every finding and every place."""
    reader = _Reader(Marks(file), secret=secret)
    try:
        reader.take(raw)
    except _StopError:
        reader.data = None
    return Document(reader.data, reader.marks, reader.findings)


@dataclass(slots=True)
class _Reader:
    marks: Marks
    secret: bool
    data: Data = None
    findings: list[Finding] = field(default_factory=list)
    _stack: list[_Frame] = field(default_factory=list)
    _documents: int = 0
    _nodes: int = 0
    _end: Spot = NOWHERE

    def take(self, raw: bytes) -> None:
        try:
            text = decode(raw)
            self._end = end_of(text)
            for event in yaml.parse(text, Loader=LOADER):
                self._event(event)
        except TextError as error:
            self._stop(error.rule, error.message, error.remedy, error.spot)
        except yaml.MarkedYAMLError as error:
            problem = error.problem or error.context or "it cannot be understood"
            spot = min(_spot(error.problem_mark or error.context_mark), self._end)
            self._stop("yaml/syntax", f"this is not YAML: {problem}", "Correct the syntax here or just above.", spot)
        except yaml.YAMLError as error:
            self._stop("yaml/syntax", f"this is not YAML: {error}", "Correct the syntax.", Spot(0, 0))
        if self.data is None and not self.findings:
            self._stop("yaml/empty-file", "the file says nothing", "Fill it, or remove it.", Spot(0, 0))

    def _event(self, event: Event) -> None:
        if isinstance(event, NodeEvent):
            self._node(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._stack.pop()
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        spot = _spot(event.start_mark)
        if self._documents > 1:
            self._stop("yaml/documents", "a second document starts here", "Keep one document a file.", spot)

    def _node(self, event: NodeEvent) -> None:
        spot = _span(event) if isinstance(event, (ScalarEvent, AliasEvent)) else _spot(event.start_mark)
        self._limits(event, spot)
        if isinstance(event, AliasEvent):
            self._stop("yaml/alias", "aliases are not in the language", "Write the value out.", spot)
        if event.anchor is not None:
            self._note("yaml/anchor", "anchors are not in the language", f"Remove &{event.anchor}.", spot)
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            self._note("yaml/tag", "tags are not in the language", "Remove it; quote the value if it is text.", spot)
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.container, dict) and top.key is None:
            self._key(top, event, spot)
        else:
            self._value(top, event, spot)

    def _limits(self, event: NodeEvent, spot: Spot) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop("yaml/too-large", f"the file has more than {MAX_NODES} values", "Split it.", spot)
        if len(self._stack) >= MAX_DEPTH and isinstance(event, CollectionStartEvent):
            self._stop("yaml/too-deep", f"this is nested more than {MAX_DEPTH} deep", "Make it flatter.", spot)

    def _key(self, top: _Frame, event: NodeEvent, spot: Spot) -> None:
        if not isinstance(event, ScalarEvent):
            self._stop("yaml/key", "a key is one word, not a list or a mapping", "Write a plain word.", spot)
        if event.implicit[0] and event.value == "<<":
            self._stop("yaml/merge", "merge keys are not in the language", "Write the keys out.", spot)
        key = self._scalar(event, spot, top.path)
        if not isinstance(key, str):
            self._note("yaml/key", f"the key {event.value or 'here'} is not text", f'Quote it: "{event.value}".', spot)
            key = event.value
        path = (*top.path, key)
        top.key = key
        top.dropped = path in self.marks.keys
        if top.dropped:
            line = self.marks.keys[path].line
            self._note("yaml/duplicate-key", f"the key {key} was given before, in line {line}", "Keep one.", spot)
        else:
            self.marks.keys[path] = spot

    def _value(self, top: _Frame | None, event: NodeEvent, spot: Spot) -> None:
        path = self._path(top)
        value: Data
        if isinstance(event, ScalarEvent):
            spot = _inner(event, spot)
            value = self._scalar(event, spot, path)
        else:
            value = {} if isinstance(event, MappingStartEvent) else []
        if value is None and top is not None:
            where = self.marks.keys.get(path, spot)
            self._note("yaml/empty-value", f"{path[-1]} has no value", "Give it one, or remove it.", where, path)
        self._put(top, value, path, spot)
        if isinstance(value, dict | list):
            self._stack.append(_Frame(value, path))

    def _path(self, top: _Frame | None) -> Path:
        """Where the next value belongs. The value of a repeated key has a path of its own."""
        if top is None:
            return ()
        if isinstance(top.container, list):
            return (*top.path, len(top.container))
        return (*top.path, top.key or "", *(("(repeated)",) if top.dropped else ()))

    def _put(self, top: _Frame | None, value: Data, path: Path, spot: Spot) -> None:
        """The value of a repeated key is built beside the data, and forgotten."""
        if top is None:
            self.data = value
        elif isinstance(top.container, list):
            top.container.append(value)
        else:
            key, top.key = top.key or "", None
            if top.dropped:
                return
            top.container[key] = value
        self.marks.values[path] = spot

    def _scalar(self, event: ScalarEvent, spot: Spot, path: Path) -> Scalar:
        text: str = event.value
        if not event.implicit[0]:
            check_escapes(text, spot)
            return text
        try:
            return resolve(text)
        except SurprisingError:
            shown = "this value" if self.secret else text
            message = f"{shown} is read differently by different YAML readers"
            remedy = "Quote it." if self.secret else f'Quote it: "{text}".'
            self._note("yaml/reads-differently", message, remedy, spot, path)
            return text

    def _note(self, rule: str, message: str, remedy: str, spot: Spot, path: Path = ()) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                severity=Severity.ERROR,
                message=message,
                remedy=remedy,
                place=Place(self.marks.file, spot.line, spot.column, spot.width),
                path=path_text(path),
            )
        )
        if len(self.findings) >= MAX_FINDINGS:
            raise _StopError

    def _stop(self, rule: str, message: str, remedy: str, spot: Spot) -> Never:
        self._note(rule, message, remedy, spot)
        raise _StopError


def _spot(mark: _Mark | None) -> Spot:
    return Spot(0, 0) if mark is None else Spot(mark.line + 1, mark.column + 1)


def _span(event: ScalarEvent | AliasEvent) -> Spot:
    """The spot with the width of what stands there."""
    start, end = cast(_Mark, event.start_mark), cast(_Mark, event.end_mark)
    width = end.column - start.column if start.line == end.line else 0
    return Spot(start.line + 1, start.column + 1, 0, width)


def _inner(event: ScalarEvent, span: Spot) -> Spot:
    """The spot of a scalar, with the column of its own text where each character stands for itself."""
    quotes = 1 if event.style in ("'", '"') else 0
    exact = event.style not in ("|", ">") and span.width - 2 * quotes == len(event.value)
    return Spot(span.line, span.column, span.column + quotes, span.width) if exact else span
