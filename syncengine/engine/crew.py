"""The crew: one delivery per system, each asking its target away from the thread that owns the ledger. While one target
works, the others do too; each step ends with the slowest of them, so that the same work gives the same ledger.
"""

from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from syncengine.connectors.protocol import Writer
from syncengine.engine.deliver import Delivery, Steps
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError


@dataclass(slots=True)
class _Way:
    """A delivery on its way: its steps, and the answer that it waits for."""

    steps: Steps
    answer: "Future[Any] | None" = None


class Crew:
    """Drives the deliveries. `away` says, per system, why it could not be reached; such a system rests. `bugs` are what
    adapters raised that is no error of theirs to raise; such a system rests too, and the others go on.
    """

    def __init__(self, world: World, writers: Mapping[str, Writer]) -> None:
        self._world = world
        self._deliveries = {system: Delivery(world, system, writer) for system, writer in writers.items()}
        self._ways: dict[str, _Way] = {}
        self.away: dict[str, str] = {}
        self.bugs: dict[str, BaseException] = {}

    @property
    def rests(self) -> bool:
        """Whether there is nobody left to deliver to in this run."""
        return self._deliveries.keys() <= self.away.keys() | self.bugs.keys()

    @property
    def troubles(self) -> Mapping[str, str]:
        """Per system, why not all of it could be reached."""
        parts = {system: delivery.trouble for system, delivery in self._deliveries.items() if delivery.trouble}
        return {**parts, **self.away}

    def round(self) -> int:
        """Let every delivery go as far as it can without waiting twice. Returns how many actions were moved."""
        moved = 0
        for system, delivery in self._deliveries.items():
            if system not in self.away and system not in self.bugs:
                self._ways[system] = _Way(delivery.round())
                moved += self._advance(system, None)
        while self._ways:
            waiting = {way.answer: system for system, way in self._ways.items() if way.answer is not None}
            wait(waiting)  # all of them: which target answers first must not decide what the ledger says
            for answer, system in waiting.items():
                moved += self._advance(system, answer)
        return moved

    def _advance(self, system: str, answer: "Future[Any] | None") -> int:
        """Hand a delivery its answer and start what it asks next."""
        way = self._ways[system]
        error = None if answer is None else answer.exception()
        try:
            if answer is None:
                ask = next(way.steps)
            elif error is not None:
                ask = way.steps.throw(error)
            else:
                ask = way.steps.send(answer.result())
        except StopIteration as end:
            del self._ways[system]
            return int(end.value)
        except (TemporaryError, PermanentError) as reason:
            del self._ways[system]
            self.away[system] = str(reason)
            return 0
        except Exception as bug:
            if bug is not error:  # the ledger's, or our own
                raise
            del self._ways[system]
            self.bugs[system] = bug
            return 0
        way.answer = self._world.hands.submit(ask)
        return 0
