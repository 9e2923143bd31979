"""What a check runs against: an opened adapter, and a second way to look at and change what it shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from syncengine.clock import Clock
from syncengine.connectors.conformance.expect import expect
from syncengine.connectors.protocol import Adapter, Image, ImageQuery, Inspector, Intake, Reader, Writer
from syncengine.model.attempt import Outcome, Request, Send
from syncengine.model.event import Delivery
from syncengine.model.permit import Permit
from syncengine.model.value import Json, Places
from syncengine.vocabulary import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterRig:
    """An adapter that can be written, with one record type that is empty.

    `key` is the place of the birth id, `text` and `number` two more places. `refuse` arranges that the second of the
    next three creates is refused, and gives the places and values that it must carry for that. `edit` changes one
    record behind the adapter's back, `count` counts the records with a key. `away` makes the system unreachable,
    `back` ends that. `permit` is the store's way to make one.
    """

    adapter: Adapter
    clock: Clock
    record: str
    key: str
    text: str
    number: str
    edit: Callable[[str, Places], None]
    count: Callable[[str], int]
    away: Callable[[], None]
    back: Callable[[], None]
    permit: Callable[[Send], Permit]
    refuse: Callable[[], Places]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def writer(self) -> Writer:
        expect(self.adapter.open_writer is not None, "the adapter offers no writer")
        assert self.adapter.open_writer is not None
        return self.adapter.open_writer()

    def inspector(self) -> Inspector:
        expect(self.adapter.inspector is not None, "a system that is written needs an inspector")
        assert self.adapter.inspector is not None
        return self.adapter.inspector

    def create(self, key: str, *, text: str = "first", number: int = 1) -> Request:
        places: Places = {self.text: text, self.number: number}
        return Request(record=self.record, key=(self.key, key), create=True, places=places, before=None)

    def update(self, key: str, before: Places, *, text: str = "second", number: int = 2) -> Request:
        places: Places = {self.text: text, self.number: number}
        return Request(record=self.record, key=(self.key, key), create=False, places=places, before=before)

    def image(self, key: str) -> Image | None:
        query = ImageQuery(record=self.record, key=self.key, keys=(key,), places=(self.text, self.number))
        return self.inspector().images(query).get(key)

    def send(self, *requests: Request, lasts: timedelta = timedelta(seconds=30)) -> Sequence[Outcome]:
        """Prepare and write, in the order of the requests."""
        writer = self.writer()
        batch = [self.permitted(writer.prepare(request), lasts=lasts) for request in requests]
        outcomes = {outcome.attempt: outcome for outcome in writer.write(batch)}
        missing = [permit.send.attempt for permit, _ in batch if permit.send.attempt not in outcomes]
        expect(not missing, f"no outcome for {len(missing)} of {len(batch)} records")
        return [outcomes[permit.send.attempt] for permit, _ in batch]

    def permitted(self, frozen: bytes, *, lasts: timedelta = timedelta(seconds=30)) -> tuple[Permit, bytes]:
        number = next(self._numbers)
        deadline = self.clock.now() + lasts
        send = Send(attempt=number, action=number, number=1, fence=1, frozen=frozen, deadline=deadline)
        return self.permit(send), frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRig:
    """An adapter that can be read. `known` are the ids of all records of a record type, oldest change first;
    `missing` is an id that is none. `change` changes one known record. `version` is the place of the version, for
    record types that are the user's own. `forgets`: a missing record cannot be told from one that is not here.
    """

    adapter: Adapter
    record: str
    known: Sequence[str]
    missing: str
    change: Callable[[str], None]
    version: str = ""
    forgets: bool = False

    def reader(self) -> Reader:
        expect(self.adapter.reader is not None, "the adapter offers no reader")
        assert self.adapter.reader is not None
        return self.adapter.reader


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRig:
    """An adapter that takes deliveries. `body` is a good one about `record` with `id`, `headers` sign it at `at`."""

    adapter: Adapter
    body: bytes
    content: Mapping[str, Json]
    headers: Mapping[str, str]
    at: datetime
    record: str
    id: str

    def intake(self) -> Intake:
        expect(self.adapter.intake is not None, "the adapter offers no intake")
        assert self.adapter.intake is not None
        return self.adapter.intake

    def delivery(self) -> Delivery:
        return Delivery(
            system="system", body=self.body, headers=self.headers, received_at=self.at, trust=Trust.CAPTURED
        )
