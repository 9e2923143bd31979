"""Verification of the audit trail: everything in it is computed again, and compared with what the ledger says now.

The ledger may be written to meanwhile. Entries are read as far as they went at the beginning, then the rows, each as
it stands; what seems wrong then is looked at again at the end, at one moment, with the entries that were added.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from syncengine.errors import UserError
from syncengine.evidence.anchor import Anchor, Anchored, of_another
from syncengine.evidence.damage import SHOWN, Damage
from syncengine.evidence.order import in_turn
from syncengine.evidence.replay import Replay
from syncengine.evidence.rows import Rows
from syncengine.evidence.sealed import Sealed
from syncengine.evidence.walk import Walk
from syncengine.model.book import Book, Heads, Shape

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much (0: nobody knows)."""

_STEP: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was checked, and what of it does not hold. `places` are at most 20 broken places in words, the first one
    first; `more` is how many others there are. `notes` say what is lawfully gone, and `unknown` what a ledger cannot
    prove of itself. `anchors` are those that held; `checkpoint` is the newest one's hash.
    """

    entries: int
    strands: int
    checkpoints: int
    payloads: int
    erased: int
    actions: int
    attempts: int
    links: int
    holds: int
    rows: int
    transactions: int
    anchors: int
    checkpoint: str
    places: tuple[str, ...]
    more: int
    notes: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def holds_true(self) -> bool:
        return not self.places


def verify(
    book: Book, *, anchors: Sequence[Anchor] | None = None, progress: Progress = lambda *_: None
) -> Verdict:
    """Never raises for what it finds, however mangled. `anchors` are those of a file (None: there is no file)."""
    check = _Check(book, anchors, progress)
    check.run()
    return check.verdict()


class _Check:
    def __init__(self, book: Book, anchors: Sequence[Anchor] | None, progress: Progress) -> None:
        self.damage = Damage()
        self.book = book
        self.progress = progress
        self.replay = Replay(self.damage)
        self.sealed = Sealed(self.damage)
        self.walk = Walk(self.damage, {**self.replay.listeners, **self.sealed.listeners})
        self.given = anchors
        self.anchored = Anchored(())
        self.heads = Heads()
        self.rows = 0

    def run(self) -> None:
        with self._readable("the ledger"):
            self.heads = self.book.heads()
            self._take_anchors()
            self._fold(self.book, self.heads)
        suspects = {table: self._suspects(table, shape) for table, shape in self.book.tables().items()}
        with self._readable("the payloads"):
            self.sealed.check(row for row in self._counted(self.book.payloads()) if row.id <= self.heads.payload)
        with self._readable("the ledger"), self.book.still() as still:
            self._finish(still, suspects)
        with self._readable("the schema"):
            for flaw in self.book.flaws():
                self.damage.note(flaw)

    @contextmanager
    def _readable(self, what: str) -> Iterator[None]:
        """What the database itself cannot read any more is a broken place too."""
        try:
            yield
        except UserError as error:
            self.damage.note(f"{what} cannot be read to the end: {error.message}")

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for number, row in enumerate(rows):
            if not number % _STEP:
                self.progress("payloads", number, self.heads.payload)
            yield row

    def _take_anchors(self) -> None:
        own, others = of_another(self.given or (), self.heads)
        self.anchored = Anchored(own)
        for place in others:
            self.damage.note(place)

    def _fold(self, book: Book, heads: Heads) -> None:
        total = sum(head.count for head in heads.strands.values())
        until = {strand: head.count for strand, head in heads.strands.items()}
        reached = 0
        for turn, told in in_turn(book, self.walk.reached, until):
            if turn > self.anchored.next >= 0:
                self.anchored.pass_by(turn, self._standing())
            for entry, said in told:
                self.walk.take(entry, said)
            reached += len(told)
            if reached > _STEP:
                reached = 0
                self.progress("entries", self.walk.entries, total)

    def _standing(self) -> Mapping[int, tuple[int, bytes]]:
        return {n: (count, self.walk.hash(n, count)) for n, count in self.walk.reached.items()}

    def _rows_of(self, table: str, shape: Shape) -> Rows:
        sealed = shape.sealed and not self._is_older()
        return Rows(self.replay, table, shape, self.heads.secret, sealed=sealed)

    def _is_older(self) -> bool:
        """Whether the last session knew another schema, whose rows had other columns."""
        known, here = self.replay.schema.partition(":")[0], self.heads.schema.partition(":")[0]
        return self.replay.turn == 0 or (known != here and bool(here))

    def _suspects(self, table: str, shape: Shape) -> dict[Any, list[str]]:
        rows, found = self._rows_of(table, shape), dict[Any, list[str]]()
        with self._readable(f"table {table}"):
            for page in self.book.rows(table):
                found.update(rows.check(page))
                self.rows += len(page)
                self.progress(f"rows of {table}", self.rows, 0)
            found.update(rows.gone())
        return found

    def _finish(self, still: Book, suspects: Mapping[str, dict[Any, list[str]]]) -> None:
        now = still.heads()
        if now != self.heads:
            self.replay.moved = set()
            self._fold(still, now)
            suspects = self._again(still, suspects)
            self.sealed.check_again(still.payloads(), self.heads.payload)
            self.heads = now
        self._check_ends(still)
        self.walk.finish(self.heads)
        self.sealed.settle()
        for found in suspects.values():
            for places in found.values():
                for place in places:
                    self.damage.note(place)
        self.anchored.pass_by(self.replay.turn + 1, self._standing())
        self._check_ledger()
        for place in self.anchored.places(self.heads):
            self.damage.note(place)

    def _again(self, still: Book, suspects: Mapping[str, dict[Any, list[str]]]) -> dict[str, dict[Any, list[str]]]:
        """What seemed wrong, and what was written meanwhile, as it stands now."""
        written: dict[str, set[Any]] = {table: set(found) for table, found in suspects.items()}
        for table, key in self.replay.moved or ():
            written.setdefault(table, set()).add(key)
        left: dict[str, dict[Any, list[str]]] = {}
        for table, shape in still.tables().items():
            rows, keys = self._rows_of(table, shape), written.get(table, set())
            found = still.some(table, keys)
            left[table] = dict(rows.check(list(found.values())))
            left[table].update((key, wrong) for key, wrong in rows.gone_among(keys - found.keys()))
        return left

    def _check_ends(self, still: Book) -> None:
        for strand, head in sorted(self.heads.strands.items()):
            behind = next(still.entries(strand, head.count), None)
            if behind is not None:
                self.damage.note(f"strand {strand} entry {behind.number}: it was added; the ledger counts {head.count}")

    def _check_ledger(self) -> None:
        heads, replay = self.heads, self.replay
        if heads.turn != replay.turn:
            self.damage.note(f"the ledger counts {heads.turn} transactions, its entries {replay.turn}")
        for place in (place for said, place in replay.identities.items() if said != heads.identity):
            named = f"strand {place[0]} entry {place[1]}"
            self.damage.note(f"table ledger: project, beginning or key is not what {named} says")
        revision = heads.schema.partition(":")[0]
        for said, place in replay.schemas.items():
            if said and said != heads.schema and said.partition(":")[0] == revision:
                named = f"strand {place[0]} entry {place[1]}"
                self.damage.note(f"the schema is not what {named} says: an index, a rule or a trigger was changed")
        for strand, session in replay.sessions.items():
            if strand in heads.strands and heads.strands[strand].session != session:
                kept = heads.strands[strand].session
                self.damage.note(f"strand {strand}: the ledger says session {kept}, its first entry {session}")

    def verdict(self) -> Verdict:
        return Verdict(
            entries=self.walk.entries,
            strands=self.walk.strands,
            checkpoints=self.walk.checkpoints,
            payloads=self.sealed.payloads,
            erased=self.sealed.erased,
            actions=len(self.replay.actions),
            attempts=len(self.replay.attempts),
            links=len(self.replay.links),
            holds=len(self.replay.holds),
            rows=self.rows,
            transactions=self.replay.turn,
            anchors=self.anchored.held,
            checkpoint=self.walk.newest,
            places=tuple(self.damage.places),
            more=self.damage.more,
            notes=tuple(self.sealed.notes[:SHOWN]),
            unknown=tuple(self._unknown()),
        )

    def _unknown(self) -> Iterator[str]:
        if self.given is None:
            yield (
                "nothing proves that the end was not cut off, or that all of it was not put back to an earlier day: "
                "keep anchors elsewhere (audit anchor), and verify with --anchor"
            )
        elif self.anchored.held:
            yield "what was written after the newest anchor is proven by the ledger alone"
        if self.walk.entries and self._is_older():
            yield "an older version wrote this ledger: its rows are sealed when the next session begins"
