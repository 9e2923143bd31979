"""Patience: how long a run waits before it ends, for what falls due by itself and for what other workers take in."""

from typing import Final

from syncengine.engine.world import World

PATIENCE: Final = 10.0
"""Seconds that a run waits for work that falls due by itself (the settle window of an unknown outcome), and for others
to take in something that is its to judge.
"""
PATIENCE_IN_ALL: Final = 60.0
"""And no more than that altogether: a target that never says yes is tried again by the next run."""
GLANCE: Final = 0.05
"""Seconds between two looks at what other workers have taken in."""


class Patience:
    """The patience of one run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waited = 0.0
        self._idle = 0.0

    def worked(self) -> None:
        """There was something to do: others are waited for anew."""
        self._idle = 0.0

    def seconds(self, *, elsewhere: bool, rests: bool) -> float:
        """How long to wait now; 0 to end. `elsewhere`: others take in what may be ours to judge. `rests`: there is
        nobody left to deliver to.
        """
        if elsewhere and self._idle < PATIENCE:
            self._idle += GLANCE
            return GLANCE
        seconds = 0.0 if rests else self._until_due()
        self._waited += seconds
        return seconds if self._waited <= PATIENCE_IN_ALL else 0.0

    def _until_due(self) -> float:
        """Seconds until something falls due by itself, soon enough to wait for it; else 0."""
        now = self._world.clock.now()
        due = self._world.store.next_due(now)
        if due is None:
            return 0.0
        seconds = (due - now).total_seconds()
        return max(seconds, 0.0) + 0.001 if seconds <= PATIENCE else 0.0
