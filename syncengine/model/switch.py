"""Switches: the phases and pauses that the ledger holds, as one value that travels with every judgement."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from syncengine.vocabulary import Phase

SET: Final = "set:"
"""What the scope of a write set begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Who turned a switch last, when and why."""

    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How one scope stands in the ledger. `phase` is None where nobody ever set one; a scope that was only promoted
    was never paused.
    """

    scope: str
    phase: Phase | None = None
    phase_turn: Turned | None = None
    paused: bool = False
    pause_turn: Turned | None = None


def scopes(*, write_set: str, flow: str, object_name: str, system: str) -> Iterator[str]:
    """Every scope whose pause stops the writes of a flow, the narrowest first."""
    yield f"flow:{flow}"
    if write_set:
        yield f"{SET}{write_set}"
    yield f"object:{object_name}"
    yield f"system:{system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """`phases` by write set; a set that is missing stands at `floor`. `paused` holds scopes such as "flow:invoice.crm".

    `floor` is OBSERVE, or what an all-local environment starts at.
    """

    phases: Mapping[str, Phase] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    floor: Phase = Phase.OBSERVE

    def phase(self, write_set: str, ceiling: Phase) -> Phase:
        """The lower of the map's ceiling and the ledger's phase (B7)."""
        actual = self.phases.get(write_set, self.floor)
        return actual if actual.rank < ceiling.rank else ceiling

    def is_paused(self, *, write_set: str, flow: str, object_name: str, system: str) -> str:
        """The scope that pauses it, or an empty text."""
        if not self.paused:
            return ""
        stopping = scopes(write_set=write_set, flow=flow, object_name=object_name, system=system)
        return next((scope for scope in stopping if scope in self.paused), "")
