"""Anchors: how a ledger stood, in a line small enough to be kept elsewhere.

A ledger proves itself only against what it says of itself: whoever can write all of it can cut off its end and hash
what is left anew, or put all of it back to yesterday. A line that was kept where he cannot write (a commit, a bucket
with object lock, paper) shows it. An anchor holds the number of the newest transaction and one hash over the head of
every strand after it, no value and no id; `digest` is the line's own check. Lines are appended, oldest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syncengine.canonical import decode, digest, encode
from syncengine.clock import from_text, to_text
from syncengine.model.book import Heads

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """`ledger` is the seal of the ledger's identity, `heads` the hash over all strands after transaction `turn`.
    `line` is its place in its file, from 1.
    """

    project: str
    ledger: str
    turn: int
    heads: str
    at: datetime
    line: int = 0

    @property
    def name(self) -> str:
        return f"the anchor of {to_text(self.at)} (line {self.line})"


def folded(strands: Mapping[int, tuple[int, bytes]]) -> str:
    """One hash over the (count, head) of every strand that has entries."""
    return digest(encode({str(n): [count, head.hex()] for n, (count, head) in strands.items() if count})).hex()


def drop(heads: Heads, at: datetime) -> str:
    """The line, without its end, that says how the ledger stands."""
    strands = {number: (head.count, head.head) for number, head in heads.strands.items()}
    said = {
        "anchor": VERSION,
        "at": to_text(at),
        "heads": folded(strands),
        "ledger": heads.identity,
        "project": heads.project,
        "turn": heads.turn,
    }
    return encode({**said, "digest": digest(encode(said)).hex()}).decode()


def take_up(lines: Iterable[bytes]) -> tuple[Sequence[Anchor], Sequence[str]]:
    """The anchors of a file, and what is wrong with its other lines."""
    found: list[Anchor] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_read(line, number))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                what = str(error) if isinstance(error, _UnfitError) else "it is no anchor"
                wrong.append(f"line {number} of the anchors: {what}")
    if not found and not wrong:
        wrong.append("the anchors: there is none in their file")
    return found, wrong


class _UnfitError(ValueError):
    """Says in words what is wrong with a line."""


def _read(line: bytes, number: int) -> Anchor:
    said = dict(decode(line))
    own = said.pop("digest")
    if digest(encode(said)).hex() != own:
        raise _UnfitError("it was damaged: it does not match its own digest")
    if said["anchor"] != VERSION:
        raise _UnfitError("a newer version of syncengine wrote it")
    return Anchor(
        project=str(said["project"]),
        ledger=str(said["ledger"]),
        turn=int(said["turn"]),
        heads=str(said["heads"]),
        at=from_text(said["at"]),
        line=number,
    )


class Anchored:
    """Compares anchors with the ledger while it is walked, in the order of its transactions."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self.held = 0
        self._left = sorted(anchors, key=lambda anchor: (anchor.turn, anchor.line), reverse=True)
        self._places: list[str] = []
        self._last: Anchor | None = None

    def pass_by(self, turn: int, strands: Mapping[int, tuple[int, bytes]]) -> None:
        """The ledger stands like this, and the next transaction is `turn`."""
        while self._left and self._left[-1].turn < turn:
            anchor = self._left.pop()
            if folded(strands) == anchor.heads:
                self.held += 1
                self._last = anchor
            else:
                self._places.append(f"{anchor.name}: the ledger was another one then: {self._since()}")

    @property
    def next(self) -> int:
        """The transaction behind which the next anchor is; -1 for none."""
        return self._left[-1].turn if self._left else -1

    def _since(self) -> str:
        if self._last is None:
            return "it was rewritten, or forked, before that"
        return f"it was rewritten, or forked, after {self._last.name}"

    def places(self, heads: Heads) -> Sequence[str]:
        """What is wrong, once all was walked."""
        for anchor in reversed(self._left):
            self._places.append(
                f"{anchor.name}: it counts {anchor.turn} transactions, the ledger has {heads.turn}: "
                "its end was cut off, or all of it was put back to an earlier day"
            )
        return self._places


def of_another(anchors: Sequence[Anchor], heads: Heads) -> tuple[Sequence[Anchor], Sequence[str]]:
    """The anchors of this ledger, and of the others that they are not."""
    own = [anchor for anchor in anchors if anchor.ledger == heads.identity]
    others = [f"{a.name}: it is of another ledger (project {a.project})" for a in anchors if a.ledger != heads.identity]
    return own, others
