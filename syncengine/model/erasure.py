"""Erasure: what the ledger knows of one person or company, how it is taken out, and what keeps it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Name = str
"""How an input calls somebody: "SYSTEM:ID" in a delivery, "FLOW:ID" in a reading. A flow id has a dot, a system none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """All that hangs on a subject: the names it goes by (its records' included), and what the ledger holds of them.
    `records` are not erased yet, and so are the inputs, the refusals (lines that are no deliveries) and the payloads;
    `objects` counts these records by object. `held` are the legal holds in the way, `busy` says which actions are on
    their way.
    """

    subject: str
    names: frozenset[Name] = frozenset()
    records: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    refusals: tuple[int, ...] = ()
    payloads: tuple[int, ...] = ()
    objects: Mapping[str, int] = field(default_factory=dict)
    held: "tuple[LegalHold, ...]" = ()
    busy: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to erase."""
        return not (self.records or self.inputs or self.refusals or self.payloads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one transaction took out, by kind; of payloads by what they were."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Why a subject may not be erased, who says so, and since when."""

    subject: str
    actor: str
    reason: str
    at: datetime
