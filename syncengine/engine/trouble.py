"""What keeps a run from some of its work, by system: who is away comes back by itself, and a fault stays until somebody
mends it.
"""

from dataclasses import dataclass, field

from syncengine.errors import PermanentError, UnfitError


@dataclass(frozen=True, slots=True)
class Fault:
    """`remedy` is the next action, in the imperative; empty where only the system's people can tell."""

    why: str
    remedy: str = ""


@dataclass(slots=True)
class Trouble:
    """The first of each kind is kept: the others are mostly the same again."""

    away: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def note(self, system: str, error: Exception) -> None:
        if isinstance(error, PermanentError):
            self.faults.setdefault(system, fault_of(error))
        else:
            self.away.setdefault(system, str(error))

    def __contains__(self, system: str) -> bool:
        return system in self.away or system in self.faults

    def add(self, other: "Trouble") -> None:
        self.away.update(other.away)
        for system, fault in other.faults.items():
            self.faults.setdefault(system, fault)


def fault_of(error: PermanentError) -> Fault:
    return Fault(str(error), error.remedy if isinstance(error, UnfitError) else "")
