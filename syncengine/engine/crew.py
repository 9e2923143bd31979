"""The crew: one delivery per system, each asking its target away from the thread that owns the ledger. A target that is
slow or away holds up nobody else.
"""

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
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
    """Drives the deliveries. `away` says, per system, why it could not be reached; such a system rests."""

    def __init__(self, world: World, writers: Mapping[str, Writer]) -> None:
        self._world = world
        self._deliveries = {system: Delivery(world, system, writer) for system, writer in writers.items()}
        self._ways: dict[str, _Way] = {}
        self.away: dict[str, str] = {}

    @property
    def size(self) -> int:
        return len(self._deliveries)

    def round(self) -> int:
        """Let every delivery go as far as it can without waiting twice. Returns how many actions were moved."""
        moved = 0
        for system, delivery in self._deliveries.items():
            if system not in self._ways and system not in self.away:
                self._ways[system] = _Way(delivery.round())
                moved += self._advance(system, None)
        while self._ways:
            waiting = {way.answer: system for system, way in self._ways.items() if way.answer is not None}
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for answer in sorted(done, key=lambda a: waiting[a]):
                moved += self._advance(waiting[answer], answer)
        return moved

    def _advance(self, system: str, answer: "Future[Any] | None") -> int:
        """Hand a delivery its answer and start what it asks next."""
        way = self._ways[system]
        try:
            if answer is None:
                ask = next(way.steps)
            elif (error := answer.exception()) is not None:
                ask = way.steps.throw(error)
            else:
                ask = way.steps.send(answer.result())
        except StopIteration as end:
            del self._ways[system]
            return int(end.value)
        except (TemporaryError, PermanentError) as error:
            del self._ways[system]
            self.away[system] = str(error)
            return 0
        way.answer = self._world.hands.submit(ask)
        return 0
