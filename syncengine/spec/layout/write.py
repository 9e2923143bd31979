"""A tree written again: two blanks a level, one after a colon, at most one empty line in a row.

What the author aligned stays aligned. A comment stays at its entry, in its column where that is free, and otherwise at
the depth that its column shows.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from syncengine.spec.layout.align import Entry, blanks_before_entries, blanks_behind_colons, entries
from syncengine.spec.layout.one_line import one_line, text_line, widens
from syncengine.spec.layout.tree import Comment, Listing, Mapping, Node, Scalar, Tree, depth_of
from syncengine.spec.marks import Path

WIDTH: Final = 120
"""Brackets that were broken over lines are joined where they fit into it; what stands on one line is never broken."""

STEP: Final = 2


class _Level(NamedTuple):
    """A block that just ended: its column in the source and in what is written."""

    source: int
    written: int


class _Tail(NamedTuple):
    """The last comment behind a line: its line and column in the source, and the column where it stands now."""

    line: int
    source: int
    written: int


class _Slot(NamedTuple):
    """Where a value is put: behind `head`, in a block at `indent`, between the values `beside` it. `end` is where the
    head ends in the source.
    """

    head: str
    path: Path
    indent: int
    end: int = 0
    blanks: int = 1
    beside: tuple[Node, ...] = ()


def write(tree: Tree, file: str) -> str:
    """The text of the tree. `file` is relative to its map: it says which nodes have to stand on one line."""
    writer = _Writer(tree, file)
    writer.all()
    text = "\n".join(writer.lines)
    return (text if writer.open_end else text.rstrip("\n")) + "\n"


@dataclass(slots=True)
class _Writer:
    """`open_end`: the last lines are empty lines of a text."""

    tree: Tree
    file: str
    lines: list[str] = field(default_factory=list)
    open_end: bool = False
    _next: int = 0
    _ended: list[_Level] = field(default_factory=list)
    _tail: _Tail | None = None
    _opened: bool = True

    def all(self) -> None:
        tree, root = self.tree, self.tree.root
        if tree.marker >= 0:
            self._lead(tree.marker, 0)
            self._line("---", tree.marker + 3)
        if isinstance(root, Scalar) or root.flow:
            self._lead(root.start, 0)
            self._value(root, _Slot("", (), 0, blanks=0))
        else:
            self._block(root, (), 0)
        self._lead(len(tree.source) + 1, 0)

    def _block(self, node: Mapping | Listing, path: Path, indent: int, first: str = "") -> None:
        """`first` stands before the first entry where that shares its line with the dash of a list."""
        level = _Level(self.tree.column(node.start), indent)
        if isinstance(node, Mapping):
            self._mapping(node, path, indent, first)
        else:
            self._listing(node, path, indent, first)
        self._ended.append(level)

    def _mapping(self, node: Mapping, path: Path, indent: int, first: str) -> None:
        blanks = blanks_behind_colons(self.tree, node)
        values = [value for _, value in node.pairs]
        for number, (key, value) in enumerate(node.pairs):
            head = first if number == 0 else ""
            if not head:
                self._lead(key.start, indent)
            head = (head or " " * indent) + text_line(key) + ":"
            slot = _Slot(head, (*path, key.value), indent, key.end, blanks[number], _beside(values, number))
            self._value(value, slot)

    def _listing(self, node: Listing, path: Path, indent: int, first: str) -> None:
        for number, item in enumerate(node.items):
            head = first if number == 0 else ""
            if not head:
                self._lead(item.start, indent)
            head, below = (head or " " * indent) + "-", (*path, number)
            if isinstance(item, Scalar) or item.flow or widens(self.file, below, item):
                self._value(item, _Slot(head, below, indent, beside=_beside(node.items, number)))
            else:
                self._block(item, below, indent + STEP, first=head + " ")

    def _value(self, value: Node, slot: _Slot) -> None:
        """What follows a colon or a dash."""
        if isinstance(value, Scalar):
            self._text(value, slot)
        elif value.flow and not widens(self.file, slot.path, value):
            self._brackets(value, slot)
        elif widens(self.file, slot.path, value):
            self._above(value.end, slot.indent)
            self._line(self._head(slot) + self._joined(value, slot), value.end)
        else:
            self._line(slot.head, slot.end)
            self._opened = True
            self._block(value, slot.path, slot.indent + STEP)

    def _text(self, value: Scalar, slot: _Slot) -> None:
        head = self._head(slot)
        if value.is_block:
            self._block_text(head, value, slot.indent)
            return
        self._above(value.end, slot.indent)
        first, *rest = value.text.split("\n")
        if rest:
            lines = [_stripped(first), *(_stripped(line.lstrip(" ")) for line in rest[:-1])]
            lines = [lines[0], *(" " * (slot.indent + STEP) + line if line else "" for line in lines[1:])]
            self.lines.extend([head + lines[0], *lines[1:]])
            head, first = " " * (slot.indent + STEP), rest[-1].lstrip(" ")
        self._line(head + first, value.end)

    def _block_text(self, head: str, value: Scalar, indent: int) -> None:
        header, *body = value.text.split("\n")
        mark, _, comment = header.partition(" ")
        mark = "".join(str(STEP) if sign.isdigit() else sign for sign in mark)
        if value.value and not value.value.endswith("\n") and "-" not in mark:
            mark = mark[0] + "-" + mark[1:]  # the file ended without the last line's end
        depth = depth_of(body, value.value)
        self._line(head + " ".join(filter(None, (mark, comment.strip()))), value.start + len(header))
        self.lines.extend(" " * (indent + STEP) + line[depth:] if line[depth:] else "" for line in body)
        self.open_end = "+" in mark

    def _brackets(self, value: Mapping | Listing, slot: _Slot) -> None:
        text = self._head(slot) + self._joined(value, slot)
        commented = self._ahead(value.end) is not None
        if not self.tree.on_one_line(value) and entries(value) and (commented or len(text) > WIDTH):
            self._broken(value, slot)
        else:
            self._above(value.end, slot.indent)
            self._line(text, value.end)

    def _broken(self, value: Mapping | Listing, slot: _Slot) -> None:
        """One entry a line. The closing bracket stands behind the last one: further left it would end the block."""
        opening, closing = "{}" if isinstance(value, Mapping) else "[]"
        indent = slot.indent + STEP
        self._above(value.start, slot.indent)
        parts = entries(value)
        self._line(self._head(slot) + opening, value.start + 1, parts[0].start)
        for entry, following in pairwise(parts):
            self._above(entry.start, indent)
            self._line(" " * indent + entry.text + ",", entry.end, following.start)
        self._last(parts[-1], value, closing, indent)

    def _last(self, entry: Entry, value: Mapping | Listing, closing: str, indent: int) -> None:
        self._above(entry.start, indent)
        if self._ahead(value.end) is None:
            self._line(" " * indent + entry.text + closing, value.end)
            return
        self._line(" " * indent + entry.text, entry.end, value.end)
        self._above(value.end, indent)
        self._line(" " * indent + closing, value.end)

    def _head(self, slot: _Slot) -> str:
        return slot.head + " " * slot.blanks

    def _joined(self, value: Mapping | Listing, slot: _Slot) -> str:
        return one_line(value, blanks_before_entries(self.tree, value, slot.beside) if value.flow else {})

    def _ahead(self, bound: int) -> Comment | None:
        """The next comment, where it stands before `bound`."""
        following = self.tree.comments[self._next] if self._next < len(self.tree.comments) else None
        return following if following is not None and following.start < bound else None

    def _lead(self, bound: int, indent: int) -> None:
        """The comments and the empty line before an entry that stands at `bound`."""
        while (comment := self._ahead(bound)) is not None:
            self._next += 1
            self._own(comment, indent)
        if bound <= len(self.tree.source) and self.tree.is_blank(self.tree.line(bound) - 1):
            self._empty()
        self._ended.clear()
        self._opened = False

    def _own(self, comment: Comment, indent: int) -> None:
        """A comment on a line of its own."""
        if self.tree.is_blank(comment.line - 1):
            self._empty()
        tail = self._tail
        if comment.own and tail is not None and (comment.line, comment.column) == (tail.line + 1, tail.source):
            at = tail.written
            self._tail = _Tail(comment.line, comment.column, at)
        else:
            deep = [level.written for level in self._ended if comment.own and level.source <= comment.column]
            at = max((indent, *deep))
        self.lines.append(" " * at + comment.text)
        self._opened = False

    def _above(self, bound: int, indent: int) -> None:
        """Comments inside of what is about to be one line stand before it."""
        while (comment := self._ahead(bound)) is not None:
            self._next += 1
            self.lines.append(" " * indent + comment.text)

    def _line(self, text: str, end: int, bound: int | None = None) -> None:
        """One line, whose last word ends at `end`, with the comment behind it where there is one before `bound`."""
        comment = self._ahead(len(self.tree.source) if bound is None else bound)
        if comment is None or comment.own or comment.line != self.tree.line(end - 1):
            self.lines.append(text)
            return
        self._next += 1
        at = max(comment.column, len(text) + 1)
        self.lines.append(text.ljust(at) + comment.text)
        self._tail = _Tail(comment.line, comment.column, at)

    def _empty(self) -> None:
        """An empty line, but none at the beginning of a file or a block, and never two."""
        if self.lines and not self._opened and self.lines[-1]:
            self.lines.append("")


def _beside(nodes: list[Node], number: int) -> tuple[Node, ...]:
    return (*nodes[max(0, number - 1) : number], *nodes[number + 1 : number + 2])


def _stripped(line: str) -> str:
    """Without the blanks at its end; but a backslash there keeps what follows it."""
    short = line.rstrip(" ")
    return line if short.endswith("\\") else short
