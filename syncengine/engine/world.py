"""Everything the engine acts on, passed in from one composition root: nothing else reads a clock or a variable."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from random import Random

from syncengine.clock import Clock
from syncengine.connectors.protocol import Adapter
from syncengine.engine.recent import Recent
from syncengine.model.news import News
from syncengine.model.switch import Switches
from syncengine.plan.plan import Plan
from syncengine.store.protocol import Session, Store
from syncengine.vocabulary import Environment, Phase


def no_boundary(_name: str) -> None:
    """What happens between two steps of a run that nobody interrupts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`boundary` is called by name between steps: each is a place where a process may die. `hands` runs what waits for
    a target. `floor` is the phase a write set stands at before anybody promoted it. `news` hears what happened once it
    is in the ledger.
    """

    clock: Clock
    randomness: Random
    store: Store
    plan: Plan
    adapters: Mapping[str, Adapter]
    environments: Mapping[str, Environment]
    hands: Executor
    session: Session
    floor: Phase = Phase.OBSERVE
    boundary: Callable[[str], None] = field(default=no_boundary)
    news: Callable[[News], None] | None = None
    recent: Recent = field(default_factory=Recent)

    def switches(self) -> Switches:
        """The ledger's switches, on this environment's floor."""
        kept = self.store.switches()
        return Switches(phases=kept.phases, paused=kept.paused, floor=self.floor)
