"""What an author aligned by hand, and the layout leaves aligned: columns that the lines above or below share."""

from collections.abc import Sequence
from typing import NamedTuple

from syncengine.spec.layout.one_line import one_line, text_line
from syncengine.spec.layout.tree import Listing, Mapping, Node, Scalar, Tree


class Entry(NamedTuple):
    """What stands between two commas, as text, and where it stands in the source."""

    start: int
    end: int
    text: str


def entries(node: Mapping | Listing) -> list[Entry]:
    if isinstance(node, Listing):
        return [Entry(item.start, item.end, one_line(item)) for item in node.items]
    return [Entry(key.start, value.end, f"{text_line(key)}: {one_line(value)}") for key, value in node.pairs]


def blanks_behind_colons(tree: Tree, node: Mapping) -> list[int]:
    """One for each, or more where the value begins below that of the line above or above that of the line below.

    Lines without a value, such as the head of a block, are passed over.
    """
    offsets = [_offset(tree, key, value) for key, value in node.pairs]
    seen = [offset for offset in offsets if offset is not None]
    beside = iter(zip([None, *seen], [*seen[1:], None], strict=False))
    return [
        1 if offset is None else _blanks(offset - len(text_line(key)) - 1, aligned=offset in next(beside))
        for offset, (key, _) in zip(offsets, node.pairs, strict=True)
    ]


def blanks_before_entries(tree: Tree, value: Mapping | Listing, beside: Sequence[Node]) -> dict[int, int]:
    """How many blanks more stand before an entry of brackets, by its number: those that align it with an entry of the
    lines `beside`, above and below.
    """
    if not tree.on_one_line(value):
        return {}
    columns = {column for node in beside for column in _columns(tree, node)}
    own = entries(value)
    more = {number: own[number].start - own[number - 1].end - 2 for number in range(1, len(own))}
    return {at: blanks for at, blanks in more.items() if blanks > 0 and tree.column(own[at].start) in columns}


def _blanks(blanks: int, *, aligned: bool) -> int:
    return blanks if aligned and blanks > 1 else 1


def _offset(tree: Tree, key: Scalar, value: Node) -> int | None:
    """Of a value from its key, where both stand on one line."""
    if not isinstance(value, Scalar) and not value.flow:
        return None
    return value.start - key.start if tree.line(key.start) == tree.line(value.end - 1) else None


def _columns(tree: Tree, node: Node) -> set[int]:
    """Where the entries of brackets begin."""
    return set() if isinstance(node, Scalar) or not node.flow else {tree.column(entry.start) for entry in entries(node)}
