"""Verification of the audit trail: everything in it is computed again, and compared with what the ledger says now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncengine.evidence.damage import Damage
from syncengine.evidence.replay import Replay
from syncengine.evidence.sealed import Sealed
from syncengine.evidence.walk import Walk
from syncengine.model.entry import ChainedEntry
from syncengine.model.payload import PayloadRow
from syncengine.model.value import Json

Standing = Mapping[str, Sequence[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was checked, and what of it does not hold. `places` are at most 20 broken places in words, the first one
    first; `more` is how many others there are. `notes` say which payloads are gone lawfully, at most 20 of them.

    A ledger proves itself only against what it says of itself. Whoever can write all of it can also cut off its newest
    entries, hash what is left anew, and set the counts back to fit: that is visible only to somebody who kept the hash
    of a later checkpoint outside (`checkpoint` is the one to keep).
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
    checkpoint: str
    places: tuple[str, ...]
    more: int
    notes: tuple[str, ...]

    @property
    def holds_true(self) -> bool:
        return not self.places


def as_of(standing: Standing, entries: Iterable[ChainedEntry]) -> Iterator[ChainedEntry]:
    """Without the entries that somebody wrote after the ledger stood like this."""
    counts = {row["strand"]: row["count"] for row in standing["strands"]}
    return (entry for entry in entries if entry.number <= counts.get(entry.strand, 0))


def stored_by(standing: Standing, payloads: Iterable[PayloadRow]) -> Iterator[PayloadRow]:
    """Without the payloads that somebody stored after the ledger stood like this."""
    last = standing["payloads"][0]["last"]
    return (row for row in payloads if row.id <= last)


def verify(entries: Iterable[ChainedEntry], payloads: Iterable[PayloadRow], standing: Standing) -> Verdict:
    """`entries` strand by strand, each in its order, `payloads` by id; both are read once. Never raises for what it
    finds, however mangled.
    """
    damage = Damage()
    replay = Replay(damage)
    sealed = Sealed(damage)
    walk = Walk(damage, {**replay.listeners, **sealed.listeners})
    for entry in entries:
        walk.take(entry)
    walk.finish(standing)
    sealed.check(payloads)
    replay.compare(standing)
    return Verdict(
        entries=walk.entries,
        strands=walk.strands,
        checkpoints=walk.checkpoints,
        payloads=sealed.payloads,
        erased=sealed.erased,
        actions=len(replay.actions),
        attempts=len(replay.attempts),
        links=len(replay.links),
        holds=len(replay.holds),
        checkpoint=walk.newest,
        places=tuple(damage.places),
        more=damage.more,
        notes=tuple(sealed.notes),
    )
