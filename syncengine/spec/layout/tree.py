"""A sound file as a tree of nodes with their spans, and its comments: all that a layout has to keep."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_COMMENT: Final = re.compile(r"#[^\n]*")
_BLANK: Final = re.compile(r" *")


@dataclass(slots=True, kw_only=True)
class Scalar:
    """`text` is the source between `start` and `end`; `style` one of "", ', ", | and >."""

    start: int
    end: int
    text: str
    style: str
    value: str

    @property
    def is_block(self) -> bool:
        return self.style in ("|", ">")


@dataclass(slots=True, kw_only=True)
class Listing:
    """A list; `flow` when it stands in brackets."""

    start: int
    end: int
    flow: bool
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Mapping:
    start: int
    end: int
    flow: bool
    pairs: list[tuple[Scalar, "Node"]] = field(default_factory=list)


Node: TypeAlias = Scalar | Listing | Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """`own`: nothing but the comment stands on its line."""

    start: int
    line: int
    column: int
    text: str
    own: bool


@dataclass(slots=True)
class Tree:
    """`marker` is where `---` stands, -1 without one. Lines and columns count from 0."""

    source: str
    root: Node
    comments: list[Comment]
    marker: int
    starts: list[int]

    def line(self, at: int) -> int:
        return bisect_right(self.starts, at) - 1

    def column(self, at: int) -> int:
        return at - self.starts[self.line(at)]

    def on_one_line(self, node: "Node") -> bool:
        return self.line(node.start) == self.line(node.end - 1)

    def is_blank(self, line: int) -> bool:
        """Whether the line says nothing; there is none before the first."""
        if not 0 <= line < len(self.starts):
            return False
        after = _BLANK.match(self.source, self.starts[line])
        return after is not None and self.source[after.end() : after.end() + 1] in ("", "\n")


def grow(source: str, loader: Any) -> Tree:
    """The tree of a file in which the reader found nothing; its lines end with a line feed alone."""
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    growing = _Growing(source, starts, loader(source))
    root = growing.root()
    tree = Tree(source, root, [], growing.marker, starts)
    tree.comments = list(_comments(tree, growing.scalars))
    return tree


@dataclass(slots=True)
class _Growing:
    source: str
    starts: list[int]
    events: Any
    marker: int = -1
    scalars: list[Scalar] = field(default_factory=list)

    def root(self) -> Node:
        while True:
            event = self.events.get_event()
            if isinstance(event, DocumentStartEvent) and event.explicit:
                self.marker = self.at(event.start_mark)
            if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
                return self.node(event)

    def node(self, event: Any) -> Node:
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        found: Listing | Mapping
        found = self.mapping(event) if isinstance(event, MappingStartEvent) else self.listing(event)
        if not found.flow:
            found.start, found.end = _span(found)
        return found

    def mapping(self, event: MappingStartEvent) -> Mapping:
        found = Mapping(start=self.at(event.start_mark), end=0, flow=bool(event.flow_style))
        while not isinstance(event := self.events.get_event(), MappingEndEvent):
            key = self.scalar(event)
            found.pairs.append((key, self.node(self.events.get_event())))
        found.end = self.at(event.end_mark)
        return found

    def listing(self, event: SequenceStartEvent) -> Listing:
        found = Listing(start=self.at(event.start_mark), end=0, flow=bool(event.flow_style))
        while not isinstance(event := self.events.get_event(), SequenceEndEvent):
            found.items.append(self.node(event))
        found.end = self.at(event.end_mark)
        return found

    def scalar(self, event: ScalarEvent) -> Scalar:
        start, end = self.at(event.start_mark), self.at(event.end_mark)
        style = event.style or ""
        if style in ("|", ">"):
            end = self.block_end(start, end, event.value)
        found = Scalar(start=start, end=end, text=self.source[start:end], style=style, value=event.value)
        self.scalars.append(found)
        return found

    def block_end(self, start: int, end: int, value: str) -> int:
        """Behind its last line: what the parser calls the end lies behind the empty lines that follow."""
        header, *body = self.source[start:end].split("\n")
        if body and not body[-1].strip():
            body.pop()
        if "+" not in header.partition("#")[0]:  # otherwise the empty lines are part of it
            depth = depth_of(body, value)
            while body and not body[-1].strip() and len(body[-1]) <= depth:
                body.pop()
        return start + len("\n".join([header, *body]))

    def at(self, mark: Any) -> int:
        return int(self.starts[mark.line] + mark.column) if mark.line < len(self.starts) else len(self.source)


def depth_of(body: list[str], value: str) -> int:
    """How many blanks before the lines of a block text do not belong to it."""
    seen = next((line for line in body if line.strip()), "")
    said = next((line for line in value.split("\n") if line.strip()), "")
    return _indent(seen) - _indent(said)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _span(node: Listing | Mapping) -> tuple[int, int]:
    """From the first word of a block to the end of its last: what parsers call its end lies anywhere behind it."""
    if isinstance(node, Mapping):
        return node.pairs[0][0].start, node.pairs[-1][1].end
    return node.items[0].start, node.items[-1].end


def _comments(tree: Tree, scalars: list[Scalar]) -> "list[Comment]":
    """Outside of texts, every # begins a comment."""
    found: list[Comment] = []
    at = 0
    for scalar in [*sorted(scalars, key=lambda one: one.start), None]:
        end = len(tree.source) if scalar is None else scalar.start
        while (match := _COMMENT.search(tree.source, at, end)) is not None:
            start = match.start()
            line = tree.line(start)
            own = not tree.source[tree.starts[line] : start].strip()
            text = match.group().rstrip()
            found.append(Comment(start=start, line=line, column=tree.column(start), text=text, own=own))
            at = match.end()
        if scalar is not None:
            at = max(at, scalar.end)
    return found
