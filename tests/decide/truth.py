"""What really happened to one record of theirs, and how its deliveries tell of it: times in whole seconds, old values
sometimes, sequence numbers sometimes. The oracle that every order of arrival is measured against.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from syncengine.model.event import Snapshot, Version
from syncengine.model.value import Json
from tests.decide.plans import MOVES, SECOND, T0

FAR = 1000.0
"""A moment after everything."""


@dataclass(frozen=True, slots=True)
class Step:
    """The record from one moment on. `moment` in seconds, exact; deliveries show only its whole part."""

    moment: float
    content: Mapping[str, Json]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """`names_previous`: each event names the old values of what it changed. `numbered`: the provider counts versions.
    `sparse`: an event shows only what it changed. `twice`: steps of which a second event tells, without old values.
    """

    record: str
    id: str
    steps: tuple[Step, ...]
    names_previous: bool = False
    numbered: bool = False
    twice: frozenset[int] = field(default_factory=frozenset)
    sparse: bool = False

    def events(self) -> list[tuple[str, Snapshot]]:
        found = []
        for index, step in enumerate(self.steps):
            found.append((f"{self.id}-{index}", self._snapshot(index, step, self._previous(index))))
            if index in self.twice:
                found.append((f"{self.id}-{index}b", self._snapshot(index, step, {})))
        return found

    def reading(self, moment: float = FAR) -> Snapshot:
        """What their system shows at that moment."""
        known = [(i, s) for i, s in enumerate(self.steps) if s.moment <= moment]
        index, step = known[-1]
        return Snapshot(
            record=self.record,
            id=self.id,
            version=Version(
                at=T0 + timedelta(seconds=moment), resolution=timedelta(0), sequence=index if self.numbered else None
            ),
            content=step.content,
            gone=step.gone,
        )

    def _changed(self, index: int) -> dict[str, Json]:
        before, after = self.steps[index - 1].content, self.steps[index].content
        return {key: value for key, value in after.items() if before.get(key) != value}

    def _previous(self, index: int) -> dict[str, Json]:
        if not self.names_previous or index == 0 or self.steps[index - 1].gone or self.steps[index].gone:
            return {}
        before, after = self.steps[index - 1].content, self.steps[index].content
        return {key: before.get(key) for key in {*before, *after} if before.get(key) != after.get(key)}

    def _snapshot(self, index: int, step: Step, previous: Mapping[str, Json]) -> Snapshot:
        return Snapshot(
            record=self.record,
            id=self.id,
            version=Version(
                at=T0 + timedelta(seconds=int(step.moment)),
                resolution=SECOND,
                sequence=index if self.numbered else None,
            ),
            content=self._changed(index) if self.sparse and index else step.content,
            previous=previous,
            complete=not (self.sparse and index),
            gone=step.gone,
        )


@st.composite
def stories(
    draw: st.DrawFn, *, record: str = "invoices", id: str = "in_1", longest: int = 6, may_go: bool = False,  # noqa: A002
    always: Mapping[str, Json] | None = None,
) -> Story:  # fmt: skip
    """An invoice's life: its status moves as declared, everything else as it likes, many changes in one second."""
    content: dict[str, Json] = {
        "status": "draft",
        "total": 0,
        "note": None,
        "items": [{"quantity": 1}],
        **(always or {}),
    }
    moment, gone = 0.0, False
    steps = [Step(moment, dict(content))]
    for _ in range(draw(st.integers(0, longest - 1))):
        moment = _next(draw, moment)
        if may_go and draw(st.integers(0, 4)) == 0:
            gone = not gone
            steps.append(Step(moment, {} if gone else dict(content), gone))
            continue
        content = {**content, **draw(_changes(content["status"]))}
        steps.append(Step(moment, {} if gone else dict(content), gone))
    twice = draw(st.frozensets(st.integers(0, longest), max_size=2))
    kind = draw(st.sampled_from(("plain", "previous", "numbered")))
    sparse = not may_go and draw(st.booleans())
    return Story(record, id, tuple(steps), kind == "previous", kind == "numbered", twice, sparse)


def _next(draw: st.DrawFn, moment: float) -> float:
    """A hundredth later, or at the start of one of the next seconds."""
    seconds = draw(st.sampled_from((0, 0, 0, 1, 2)))
    return round(moment + 0.01, 2) if seconds == 0 else float(int(moment) + seconds)


def _changes(status: str) -> st.SearchStrategy[dict[str, Any]]:
    moves = st.sampled_from((status, *MOVES.get(status, ())))
    return st.fixed_dictionaries(
        {},
        optional={
            "status": moves,
            "total": st.integers(0, 2),
            "note": st.sampled_from((None, "a", "b")),
            "items": st.sampled_from(([{"quantity": 1}], [{"quantity": 2}], [])),
        },
    )
