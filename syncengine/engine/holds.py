"""The open holds of a claim: as they were loaded, with what the fold opened and ended since."""

from collections.abc import Iterable, Sequence

from syncengine.model.action import Hold, OpenHold

Lane = tuple[str, str]
"""(entity, flow id)."""


class Holds:
    def __init__(self) -> None:
        self._open: dict[Lane, tuple[Hold, ...]] = {}
        self._named: dict[str, dict[Lane, None]] = {}

    def know(self, loaded: Iterable[OpenHold]) -> None:
        found: dict[Lane, list[Hold]] = {}
        for one in loaded:
            found.setdefault((one.entity, one.flow), []).append(one.hold)
        for lane, holds in found.items():
            self.decided(lane, holds)

    def decided(self, lane: Lane, holds: Sequence[Hold]) -> None:
        """What holds this lane now: nothing, where its action goes on."""
        self._open[lane] = tuple(holds)
        for entity in (lane[0], *(hold.about for hold in holds)):
            self._named.setdefault(entity, {})[lane] = None

    def around(self, entity: str) -> Sequence[OpenHold]:
        """The holds of this entity, and about it."""
        return [
            OpenHold(entity=lane[0], flow=lane[1], hold=hold)
            for lane in self._named.get(entity, ())
            for hold in self._open[lane]
            if entity in (lane[0], hold.about)
        ]
