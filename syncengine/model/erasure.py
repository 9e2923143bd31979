"""Erasure: what the ledger knows of one person or company, how it is taken out, and what keeps it in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Name = str
"""How an input calls somebody: "SYSTEM:ID" in a delivery, "FLOW:ID" in a reading. A flow has a dot, a system none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """All that hangs on a subject: the names it goes by (its records' included), and what the ledger holds of them.

    `records` are not erased yet, nor are the inputs, the refusals (lines that are no deliveries) and the payloads;
    `candidates` are (flow, id) of records of theirs that the matching knows by what they say. `objects` counts the
    records by object, `files` are those that its deliveries came from. `begun`: an erasure was broken off, of whomever.
    `held` are the legal holds in the way, of all `holds` that there are, `busy` says which actions are on their way.
    """

    subject: str
    names: frozenset[Name] = frozenset()
    records: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    refusals: tuple[int, ...] = ()
    payloads: tuple[int, ...] = ()
    candidates: tuple[tuple[str, str], ...] = ()
    objects: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    begun: bool = False
    held: "tuple[LegalHold, ...]" = ()
    holds: frozenset[str] = frozenset()
    busy: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to erase."""
        return not (self.records or self.inputs or self.refusals or self.payloads or self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one transaction took out, by kind; of payloads by what they were."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def counted(records: int, inputs: int, refusals: int, payloads: Iterable[str]) -> Erased:
    """`payloads` are the kinds of those that were taken out."""
    counts = Counter({"records": records, "inputs": inputs, "refusals": refusals})
    counts.update(f"payloads: {kind}" for kind in payloads)
    return Erased(counts={noun: count for noun, count in counts.items() if count})


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Why a subject may not be erased, who says so, and since when."""

    subject: str
    actor: str
    reason: str
    at: datetime
