"""A world in memory behind the protocols of a connector: read, look, write."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from syncengine.clock import Clock, from_text, to_text
from syncengine.connectors.change import Change
from syncengine.connectors.memory.place import look
from syncengine.connectors.memory.world import Lie, MemoryWorld, Row, shows
from syncengine.connectors.protocol import Image, ImageQuery, Page
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.attempt import Outcome, Probe, Request
from syncengine.model.event import Snapshot, Version
from syncengine.model.permit import Permit
from syncengine.vocabulary import OutcomeKind, ProbeResult

PAGE = 500


class MemorySystem:
    """Reader and Inspector. Each look lets late writes happen that are due by the clock."""

    def __init__(self, world: MemoryWorld, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002, ARG002
        row = self._reached().row(record, id)
        if row is None:
            return Snapshot(record=record, id=id, version=self._now(), content={}, gone=True)
        return self._snapshot(record, row)

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:  # noqa: ARG002
        """By the moment of the last change, which is also the cursor."""
        rows = [r for r in self._reached().rows(record) if not cursor or r.changed_at >= from_text(cursor)]
        for start in range(0, len(rows), PAGE):
            part = rows[start : start + PAGE]
            snapshots = tuple(self._snapshot(record, row) for row in part)
            yield Page(snapshots=snapshots, cursor=to_text(part[-1].changed_at))

    def images(self, query: ImageQuery) -> Mapping[str, Image]:
        found = self._reached().found(query.record, query.key, query.keys)
        return {
            key: Image(remote_id=row.id, places={p: look(row.content, p) for p in query.places})
            for key, row in found.items()
        }

    def probe(self, frozen: bytes) -> Probe:
        change = Change.thaw(frozen)
        try:
            found = self._reached().found(change.table, change.key[0], [change.key[1]])
        except TemporaryError as error:
            return Probe(result=ProbeResult.FAILED, detail=str(error))
        except PermanentError as error:
            return Probe(result=ProbeResult.SEVERAL, detail=str(error))
        return _compared(change, found.get(change.key[1]))

    def _reached(self) -> MemoryWorld:
        if self._world.away:
            raise TemporaryError("the system is away")
        self._world.tick(self._clock.now())
        return self._world

    def _now(self, sequence: int | None = None) -> Version:
        shown = sequence if self._world.versioned else None
        return Version(at=self._clock.now(), resolution=timedelta(0), sequence=shown)

    def _snapshot(self, record: str, row: Row) -> Snapshot:
        content = {"id": row.id, **row.content}
        return Snapshot(record=record, id=row.id, version=self._now(row.version), content=content, gone=row.gone)


class MemoryWriter:
    def __init__(self, world: MemoryWorld, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    def prepare(self, request: Request) -> bytes:
        return Change.of(request).freeze()

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        for permit, frozen in batch:
            permit.redeem(frozen)
        self._world.tick(self._clock.now())
        return [self._one(permit, frozen) for permit, frozen in batch]

    def _one(self, permit: Permit, frozen: bytes) -> Outcome:
        attempt = permit.send.attempt
        if self._world.away:
            return Outcome(attempt=attempt, kind=OutcomeKind.NOT_SENT, detail="the system is away")
        if self._clock.now() >= permit.send.deadline:
            return Outcome(attempt=attempt, kind=OutcomeKind.NOT_SENT, detail="its deadline is over")
        lie = self._world.next_lie()
        change = Change.thaw(frozen)
        return self._honest(change, attempt) if lie is None else _LIARS[lie](self, change, attempt)

    def _honest(self, change: Change, attempt: int) -> Outcome:
        row = self._world.apply(change, attempt, self._clock.now())
        if row is None:
            return Outcome(attempt=attempt, kind=OutcomeKind.MOVED, detail="the record is not what it was")
        return Outcome(attempt=attempt, kind=OutcomeKind.CONFIRMED, remote_id=row.id)

    def _lose_answer(self, change: Change, attempt: int) -> Outcome:
        self._honest(change, attempt)
        return Outcome(attempt=attempt, kind=OutcomeKind.UNKNOWN, detail="no answer in time")

    def _late(self, change: Change, attempt: int) -> Outcome:
        self._world.defer(change, attempt, self._clock.now())
        return Outcome(attempt=attempt, kind=OutcomeKind.UNKNOWN, detail="no answer in time")

    def _time_out(self, change: Change, attempt: int) -> Outcome:  # noqa: ARG002
        return Outcome(attempt=attempt, kind=OutcomeKind.UNKNOWN, detail="no answer in time")

    def _refuse(self, change: Change, attempt: int) -> Outcome:
        return Outcome(attempt=attempt, kind=OutcomeKind.REJECTED, detail=f"{change.table} does not take this")

    def _throttle(self, change: Change, attempt: int) -> Outcome:  # noqa: ARG002
        wait = self._world.throttle
        return Outcome(attempt=attempt, kind=OutcomeKind.THROTTLED, detail="too many requests", retry_after=wait)

    def _away(self, change: Change, attempt: int) -> Outcome:  # noqa: ARG002
        return Outcome(attempt=attempt, kind=OutcomeKind.NOT_SENT, detail="no connection")


_LIARS: Mapping[Lie, Callable[[MemoryWriter, Change, int], Outcome]] = {
    Lie.LOSE_ANSWER: MemoryWriter._lose_answer,  # noqa: SLF001
    Lie.LATE: MemoryWriter._late,  # noqa: SLF001
    Lie.TIME_OUT: MemoryWriter._time_out,  # noqa: SLF001
    Lie.REFUSE: MemoryWriter._refuse,  # noqa: SLF001
    Lie.THROTTLE: MemoryWriter._throttle,  # noqa: SLF001
    Lie.AWAY: MemoryWriter._away,  # noqa: SLF001
}


def _compared(change: Change, row: Row | None) -> Probe:
    if row is None:
        absent = change.was is None
        return Probe(result=ProbeResult.ABSENT if absent else ProbeResult.DIFFERENT, detail="there is no such record")
    places = {p: look(row.content, p) for p in change.places}
    if shows(row, change.places):
        return Probe(result=ProbeResult.APPLIED, remote_id=row.id, places=places)
    untouched = change.was is not None and shows(row, change.was)
    return Probe(
        result=ProbeResult.ABSENT if untouched else ProbeResult.DIFFERENT, remote_id=row.id, places=places
    )
