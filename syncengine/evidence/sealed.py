"""Payloads against the trail: every body under its commitment, every run of commitments under its entry."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from syncengine.canonical import commitment, root
from syncengine.evidence.damage import SHOWN, Damage
from syncengine.evidence.walk import Listener, Place
from syncengine.model.payload import PayloadRow, leaf
from syncengine.vocabulary import EntryKind


class _Run(NamedTuple):
    """Payloads with consecutive ids that one entry covers."""

    first: int
    last: int
    root: str
    strand: int
    number: int

    @property
    def entry(self) -> str:
        return f"strand {self.strand} entry {self.number}"


class Sealed:
    """Listens for what the trail says of payloads, then reads the payloads themselves."""

    def __init__(self, damage: Damage) -> None:
        self.payloads = 0
        self.erased = 0
        self.notes: list[str] = []
        self._damage = damage
        self._found = Damage()
        self._runs: list[_Run] = []
        self._erasures: dict[int, Place] = {}

    @property
    def listeners(self) -> Mapping[str, Listener]:
        return {EntryKind.PAYLOADS.value: self._stored, EntryKind.ERASED.value: self._erased}

    def _stored(self, place: Place, _said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        self._runs.append(_Run(int(facts["first"]), int(facts["last"]), str(facts["root"]), *place))

    def _erased(self, place: Place, _said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        for first, last in facts["payloads"]:
            self._erasures.update(dict.fromkeys(range(first, last + 1), place))

    def check(self, payloads: Iterable[PayloadRow]) -> None:
        """Payloads in the order of their ids, run by run. What is found counts once it is settled."""
        self._found = Damage()
        self._check(payloads)

    def check_again(self, payloads: Iterable[PayloadRow], last: int) -> None:
        """Some were stored behind the `last` one meanwhile, or erased: those are looked at, and all where any seemed
        wrong.
        """
        seen = self.payloads
        if self._found.places:
            self.notes.clear()
            self.erased = seen = last = 0
        self.payloads = 0
        before = self._found
        self._runs, runs = [run for run in self._runs if run.last > last], self._runs
        self.check(row for row in payloads if row.id > last)
        self._runs = runs
        self.payloads += seen
        if last:
            self._found.take(before)

    def settle(self) -> None:
        self._damage.take(self._found)

    def _check(self, payloads: Iterable[PayloadRow]) -> None:
        rows = self._counted(payloads)
        row = next(rows, None)
        reached = 0
        for run in sorted(self._runs):
            if run.first <= reached:
                self._found.note(f"payload {run.first}: {run.entry} says that it stored it, as an earlier entry does")
                continue
            reached = run.last
            while row is not None and row.id < run.first:
                row = self._added(row, rows)
            found = []
            while row is not None and row.id <= run.last:
                found.append(row)
                row = next(rows, None)
            self._check_run(run, found)
        while row is not None:
            row = self._added(row, rows)

    def _counted(self, payloads: Iterable[PayloadRow]) -> Iterator[PayloadRow]:
        for row in payloads:
            self.payloads += 1
            yield row

    def _added(self, row: PayloadRow, rows: Iterator[PayloadRow]) -> PayloadRow | None:
        self._found.note(f"payload {row.id}: it was added; no entry says that it was stored")
        return next(rows, None)

    def _check_run(self, run: _Run, rows: list[PayloadRow]) -> None:
        """Say which payloads of a run were changed, as exactly as it can be told."""
        resealed = {}
        for place, row in enumerate(rows):
            if row.body is None or row.salt is None:
                self._check_erasure(row)
                continue
            if row.erased_by:
                self._found.note(f"payload {row.id}: it is marked as erased, and its body is still there")
            if (own := commitment(row.salt, row.body)) != row.commitment:
                resealed[place] = leaf(kind=row.kind, record=row.record, commitment=own)
        leaves = [leaf(kind=row.kind, record=row.record, commitment=row.commitment) for row in rows]
        whole = len(rows) == run.last - run.first + 1
        if not whole:
            self._note_missing(run, {row.id for row in rows})
        intact = whole and root(leaves).hex() == run.root
        if not resealed and (intact or not whole):
            return
        repaired = [resealed.get(place, each) for place, each in enumerate(leaves)]
        only_commitments = whole and root(repaired).hex() == run.root
        what = "the commitment was changed" if only_commitments else "the body does not match its commitment"
        for place in resealed:
            self._found.note(f"payload {rows[place].id}: {what}")
        if whole and not intact and not only_commitments:
            self._note_exchanged(run, leaves)

    def _check_erasure(self, row: PayloadRow) -> None:
        place = self._erasures.get(row.id)
        if place is None:
            self._found.note(f"payload {row.id}: its body is gone, and no entry says that it was erased")
        elif row.erased_by != place[1]:
            said = f"strand {place[0]} entry {place[1]}"
            self._found.note(f"payload {row.id}: it names entry {row.erased_by} for its erasure, which is {said}")
        else:
            self.erased += 1
            if self.erased > SHOWN:
                return
            self.notes.append(f"payload {row.id}: erased by strand {place[0]} entry {place[1]}")

    def _note_missing(self, run: _Run, there: set[int]) -> None:
        for number in range(run.first, run.last + 1):
            if number not in there:
                self._found.note(f"payload {number}: it is gone; {run.entry} says that it was stored")

    def _note_exchanged(self, run: _Run, leaves: list[bytes]) -> None:
        """Each is consistent in itself, and still they are not the ones that were stored."""
        if len(leaves) == 1:
            self._found.note(f"payload {run.first}: it is not the one that {run.entry} says was stored")
        else:
            self._found.note(
                f"payloads {run.first} to {run.last}: one of them is not the one that {run.entry} says was stored"
            )
