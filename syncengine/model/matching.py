"""Matching: records that are older than the first sync are found again by what they say, not by an id of ours.

Values travel as keyed hashes from here on. A rule is named by its fields ("email", "name+country"); KEY is the rule
that comes before all others: their record carries the entity's birth id in its key place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from syncengine.model.record import Record
from syncengine.vocabulary import PairState

KEY: Final = ""

Keys = Mapping[str, bytes]
"""By rule: a keyed hash of what a record says. A rule is missing where one of its fields says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A record of theirs that is linked to nobody, as it was shown at a moment. Without `keys` it is no candidate: it
    is gone, is left out by the map, or says nothing that could match.
    """

    flow: str
    id: str
    at: datetime
    keys: Keys = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What hangs together in one flow through equal hashes: entities that are not linked there, and records of theirs
    that are linked to nobody, by id.
    """

    ours: Mapping[str, Keys]
    theirs: Mapping[str, Keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the comparing of some records in one flow rested on."""

    flow: str
    records: tuple[int, ...]
    around: Neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An entity that was matched with a record of theirs, which is read now: the keys of both as they were compared,
    and when theirs were shown (None: they say nothing any more).
    """

    record: Record
    ours: Keys
    theirs: Keys
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMark:
    """Where the matching of an entity in a flow stands now; None: it has come to an end. `id` is the record of theirs
    that is read (READING), `suspects` are all that might be it (REVIEW).
    """

    entity: str
    flow: str
    state: PairState | None
    id: str = ""
    suspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How far a flow has been listed: under which rules (a digest), the listing's number, and whether it is whole."""

    digest: str
    number: int
    complete: bool
