"""Switches: the phases and pauses that the ledger holds, as one value that travels with every judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncengine.vocabulary import Phase


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
        for scope in (f"set:{write_set}", f"flow:{flow}", f"object:{object_name}", f"system:{system}"):
            if scope in self.paused:
                return scope
        return ""
