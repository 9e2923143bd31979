"""The crew: one delivery per system, each asking its target away from the thread that owns the ledger. While one target
works, the others do too; each step ends with the slowest of them, so that the same work gives the same ledger.
"""

from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from syncengine.connectors.protocol import Writer
from syncengine.engine.deliver import Delivery, Steps
from syncengine.engine.trouble import Trouble
from syncengine.engine.world import World
from syncengine.errors import PermanentError, TemporaryError


@dataclass(slots=True)
class _Way:
    """A delivery on its way: its steps, and the answer that it waits for."""

    steps: Steps
    answer: "Future[Any] | None" = None


class Crew:
    """Drives the deliveries. A system that could not be reached rests, and so does one whose adapter raised what is no
    error of its to raise before anything was sent; the others go on.
    """

    def __init__(self, world: World, writers: Mapping[str, Writer]) -> None:
        self._world = world
        self._deliveries = {system: Delivery(world, system, writer) for system, writer in writers.items()}
        self._ways: dict[str, _Way] = {}
        self._trouble = Trouble()
        self._bugs: dict[str, BaseException] = {}

    @property
    def rests(self) -> bool:
        """Whether there is nobody left to deliver to in this run."""
        return all(self._rests(system) for system in self._deliveries)

    def _rests(self, system: str) -> bool:
        return system in self._trouble or system in self._bugs

    @property
    def trouble(self) -> Trouble:
        """Why not all of every system could be reached."""
        found = Trouble()
        for delivery in self._deliveries.values():
            found.add(delivery.trouble)
        found.add(self._trouble)
        return found

    @property
    def bugs(self) -> Mapping[str, BaseException]:
        """Per system, what its adapter raised that is no error of its to raise."""
        met = {system: delivery.bug for system, delivery in self._deliveries.items() if delivery.bug is not None}
        return {**met, **self._bugs}

    def round(self) -> int:
        """Let every delivery go as far as it can without waiting twice. Returns how many actions were moved."""
        moved = 0
        for system, delivery in self._deliveries.items():
            if not self._rests(system):
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
            self._trouble.note(system, reason)
            return 0
        except Exception as bug:
            if bug is not error:  # the ledger's, or our own
                raise
            del self._ways[system]
            self._bugs[system] = bug
            return 0
        way.answer = self._world.hands.submit(ask)
        return 0
