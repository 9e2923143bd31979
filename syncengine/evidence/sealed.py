"""Payloads against the trail: every body under its commitment, every run of commitments under its entry."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncengine.canonical import commitment, root
from syncengine.evidence.damage import Damage
from syncengine.model.payload import PayloadRow, leaf
from syncengine.vocabulary import EntryKind


@dataclass(slots=True)
class _Run:
    """Payloads that one entry covers, and what was found of them."""

    first: int
    last: int
    root: str
    entry: str
    leaves: list[bytes] = field(default_factory=list)
    resealed: dict[int, bytes] = field(default_factory=dict)
    missing: bool = False


class Sealed:
    """Listens for what the trail says of payloads, then reads the payloads themselves."""

    def __init__(self, damage: Damage) -> None:
        self.payloads = 0
        self.erased = 0
        self.notes: list[str] = []
        self._damage = damage
        self._runs: list[_Run] = []
        self._erasures: dict[int, str] = {}

    def take(self, place: tuple[int, int], said: Mapping[str, Any]) -> None:
        kind, facts = said["kind"], said["facts"]
        entry = f"strand {place[0]} entry {place[1]}"
        if kind == EntryKind.PAYLOADS:
            self._runs.append(_Run(int(facts["first"]), int(facts["last"]), str(facts["root"]), entry))
        elif kind == EntryKind.ERASED:
            for first, last in facts["payloads"]:
                self._erasures.update(dict.fromkeys(range(first, last + 1), entry))

    def check(self, payloads: Iterable[PayloadRow]) -> None:
        self._runs.sort(key=lambda run: (run.first, run.last))
        self._check_overlaps()
        starts = [run.first for run in self._runs]
        place = 0
        for row in payloads:
            self.payloads += 1
            found = bisect_right(starts, row.id) - 1
            for passed in range(place, found):
                self._close(self._runs[passed])
            place = max(place, found)
            self._check(row, self._runs[found] if found >= 0 else None)
        for run in self._runs[place:]:
            self._close(run)

    def _check_overlaps(self) -> None:
        for before, run in zip(self._runs, self._runs[1:], strict=False):
            if run.first <= before.last:
                self._damage.note(f"payload {run.first}: {before.entry} and {run.entry} both say that they stored it")

    def _check(self, row: PayloadRow, run: _Run | None) -> None:
        if run is None or row.id > run.last:
            self._damage.note(f"payload {row.id}: it was added; no entry of the trail says that it was stored")
            return
        self._note_missing(run, row.id)
        run.leaves.append(leaf(kind=row.kind, record=row.record, commitment=row.commitment))
        if row.body is None or row.salt is None:
            self._check_erasure(row)
        elif (own := commitment(row.salt, row.body)) != row.commitment:
            run.resealed[row.id] = leaf(kind=row.kind, record=row.record, commitment=own)

    def _check_erasure(self, row: PayloadRow) -> None:
        entry = self._erasures.get(row.id)
        if entry is None:
            self._damage.note(f"payload {row.id}: its body is gone, and no entry says that it was erased")
        else:
            self.erased += 1
            self.notes.append(f"payload {row.id}: erased by {entry}")

    def _note_missing(self, run: _Run, reached: int) -> None:
        """Ids of one run are consecutive: the next one is known."""
        expected = run.first + len(run.leaves)
        if reached > expected:
            run.missing = True
            run.leaves.extend(b"" for _ in range(reached - expected))
            last = reached - 1
            what = f"payload {expected}: it is" if last == expected else f"payloads {expected} to {last}: they are"
            self._damage.note(f"{what} gone; {run.entry} says that it was stored")

    def _close(self, run: _Run) -> None:
        """All payloads of a run were seen: say which of them were changed, and how far that can be told."""
        self._note_missing(run, run.last + 1)
        intact = not run.missing and root(run.leaves).hex() == run.root
        repaired = [run.resealed.get(run.first + place, each) for place, each in enumerate(run.leaves)]
        only_commitments = not intact and not run.missing and root(repaired).hex() == run.root
        for number in sorted(run.resealed):
            what = "the commitment was changed" if only_commitments else "the body does not match its commitment"
            self._damage.note(f"payload {number}: {what}")
        if not intact and not run.missing and not only_commitments:
            self._damage.note(
                f"payloads {run.first} to {run.last}: they are not those that {run.entry} says were stored"
            )
