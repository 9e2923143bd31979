"""What every adapter must do, as checks that run against a real one: ours, and those of other packages.

Each check is a function of a rig that returns when the adapter conforms, and raises NonconformingError when it does
not; its docstring is the rule. A rig is an opened adapter on an empty record type, with a second way to look at it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from syncengine.clock import Clock
from syncengine.connectors.protocol import Adapter, Image, ImageQuery, Inspector, Intake, Reader, Writer
from syncengine.errors import PermanentError, TamperError, TemporaryError
from syncengine.model.attempt import Outcome, Request, Send
from syncengine.model.event import Delivery
from syncengine.model.permit import Permit
from syncengine.model.value import Json, Places
from syncengine.vocabulary import OutcomeKind, ProbeResult, Signature, Trust


class NonconformingError(AssertionError):
    """An adapter breaks a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterRig:
    """An adapter that can be written, with one record type that is empty.

    `key` is the place of the birth id, `text` and `number` two more places; `bad` are places and values that the system
    refuses, None where it takes everything. `edit` changes one record behind the adapter's back, `count` counts the
    records with a key. `away` makes the system unreachable, `back` ends that. `permit` is the store's way to make one.
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
    bad: Places | None = None
    _counter: list[int] = field(default_factory=lambda: [0])

    def writer(self) -> Writer:
        _expect(self.adapter.open_writer is not None, "the adapter offers no writer")
        assert self.adapter.open_writer is not None
        return self.adapter.open_writer()

    def inspector(self) -> Inspector:
        _expect(self.adapter.inspector is not None, "a system that is written needs an inspector")
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
        _expect(not missing, f"no outcome for {len(missing)} of {len(batch)} records")
        return [outcomes[permit.send.attempt] for permit, _ in batch]

    def permitted(self, frozen: bytes, *, lasts: timedelta = timedelta(seconds=30)) -> tuple[Permit, bytes]:
        self._counter[0] += 1
        number = self._counter[0]
        send = Send(
            attempt=number, action=number, number=1, fence=1, frozen=frozen, deadline=self.clock.now() + lasts
        )
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
        _expect(self.adapter.reader is not None, "the adapter offers no reader")
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
        _expect(self.adapter.intake is not None, "the adapter offers no intake")
        assert self.adapter.intake is not None
        return self.adapter.intake

    def delivery(self) -> Delivery:
        return Delivery(system="system", body=self.body, headers=self.headers, received_at=self.at, trust=Trust.CAPTURED)


# --- writers and inspectors


def prepare_is_pure(rig: WriterRig) -> None:
    """prepare gives the same bytes for the same request, and touches nothing."""
    first, second = rig.writer().prepare(rig.create("k-1")), rig.writer().prepare(rig.create("k-1"))
    _expect(first == second, "prepare gave two different byte strings for one request")
    _expect(rig.count("k-1") == 0, "prepare made a record")


def prepare_refuses_untranslated(rig: WriterRig) -> None:
    """prepare raises PermanentError for a reference that nobody has translated."""
    places: Places = {rig.text: {"flow": "account.a", "id": "1", "in": "account.b"}}
    _raises(PermanentError, lambda: rig.writer().prepare(replace(rig.create("k-1"), places=places)))


def permit_is_redeemed(rig: WriterRig) -> None:
    """write redeems every permit before it sends anything: a used one stops the whole batch."""
    writer = rig.writer()
    used = rig.permitted(writer.prepare(rig.create("k-1")))
    used[0].redeem(used[1])
    fresh = rig.permitted(writer.prepare(rig.create("k-2")))
    _raises(TamperError, lambda: writer.write([fresh, used]))
    _expect(rig.count("k-2") == 0, "a record was written beside a permit that had been used")


def other_bytes_are_refused(rig: WriterRig) -> None:
    """write refuses other bytes than those of the permit."""
    writer = rig.writer()
    permit, _ = rig.permitted(writer.prepare(rig.create("k-1")))
    _raises(TamperError, lambda: writer.write([(permit, writer.prepare(rig.create("k-2")))]))
    _expect(rig.count("k-2") == 0, "a record was written without a permit of its own")


def create_makes_one_record(rig: WriterRig) -> None:
    """A create makes one record and reports its own id; images then show it."""
    outcome = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    image = _there(rig.image("k-1"))
    _expect(outcome.remote_id == image.remote_id != "", "the outcome and the image name different ids")
    _expect(str(image.places[rig.text]) == "first", "the image does not show what was written")
    _expect(int(image.places[rig.number]) == 1, "the image does not show the number that was written")


def same_create_twice_is_one_record(rig: WriterRig) -> None:
    """The same create, sent twice, is one record, confirmed twice under one id."""
    first = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    second = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    _expect(rig.count("k-1") == 1, "there are two records of one create")
    _expect(first.remote_id == second.remote_id, "one record was reported under two ids")


def other_create_moves(rig: WriterRig) -> None:
    """A create that meets a record with other content leaves it alone: MOVED."""
    rig.send(rig.create("k-1", text="theirs"))
    _only(rig.send(rig.create("k-1", text="ours")), OutcomeKind.MOVED)
    _expect(_there(rig.image("k-1")).places[rig.text] == "theirs", "a create overwrote a record")


def update_changes_the_record(rig: WriterRig) -> None:
    """An update whose before-image still holds is written, under the same id."""
    first = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    second = _only(rig.send(rig.update("k-1", _there(rig.image("k-1")).places)), OutcomeKind.CONFIRMED)
    _expect(_there(rig.image("k-1")).places[rig.text] == "second", "the update is not there")
    _expect(first.remote_id == second.remote_id, "an update changed the record's id")


def foreign_edit_moves(rig: WriterRig) -> None:
    """An edit by somebody else after the before-image is never overwritten: MOVED."""
    rig.send(rig.create("k-1"))
    before = _there(rig.image("k-1")).places
    rig.edit("k-1", {rig.text: "edited"})
    _only(rig.send(rig.update("k-1", before)), OutcomeKind.MOVED)
    _expect(_there(rig.image("k-1")).places[rig.text] == "edited", "the edit was overwritten")


def update_of_nothing_moves(rig: WriterRig) -> None:
    """An update whose record is gone makes none: MOVED."""
    _only(rig.send(rig.update("k-1", {rig.text: "first", rig.number: 1})), OutcomeKind.MOVED)
    _expect(rig.count("k-1") == 0, "an update made a record")


def outcomes_are_per_record(rig: WriterRig) -> None:
    """In a mixed batch every record has its own outcome."""
    rig.send(rig.create("k-1"), rig.create("k-2"))
    before = _there(rig.image("k-1")).places
    rig.edit("k-2", {rig.text: "edited"})
    kinds = [
        outcome.kind
        for outcome in rig.send(rig.update("k-1", before), rig.update("k-2", before), rig.create("k-3"))
    ]
    expected = [OutcomeKind.CONFIRMED, OutcomeKind.MOVED, OutcomeKind.CONFIRMED]
    _expect(kinds == expected, f"a mixed batch gave {', '.join(kinds)}")


def refused_record_stays_alone(rig: WriterRig) -> None:
    """A record that the system refuses is REJECTED without harm to its batch; the reason shows no value."""
    if rig.bad is None:
        return
    bad = replace(rig.create("k-2"), places={**rig.create("k-2").places, **rig.bad})
    first, refused, third = rig.send(rig.create("k-1"), bad, rig.create("k-3"))
    _expect(refused.kind is OutcomeKind.REJECTED, f"the refused record is {refused.kind}, not rejected")
    _expect(bool(refused.detail), "a rejection needs a reason")
    _expect(all(str(v) not in refused.detail for v in rig.bad.values()), "the reason shows a value")
    _expect({first.kind, third.kind} == {OutcomeKind.CONFIRMED}, "a refused record spoiled its batch")
    _expect([rig.count(k) for k in ("k-1", "k-2", "k-3")] == [1, 0, 1], "the records do not fit the outcomes")


def over_is_not_sent(rig: WriterRig) -> None:
    """A send whose deadline is over is not sent."""
    _only(rig.send(rig.create("k-1"), lasts=timedelta(0)), OutcomeKind.NOT_SENT)
    _expect(rig.count("k-1") == 0, "a record was written after its deadline")


def away_is_not_sent(rig: WriterRig) -> None:
    """While the system is away nothing is sent; looks raise TemporaryError, probes fail; afterwards all is well."""
    frozen = rig.writer().prepare(rig.create("k-1"))
    rig.away()
    try:
        kinds = {outcome.kind for outcome in rig.send(rig.create("k-1"), rig.create("k-2"))}
        _expect(kinds == {OutcomeKind.NOT_SENT}, "an unreachable system is NOT_SENT")
        _raises(TemporaryError, lambda: rig.image("k-1"))
        result = rig.inspector().probe(frozen).result
        _expect(result is ProbeResult.FAILED, f"the probe of an unreachable system is {result}")
    finally:
        rig.back()
    _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)


def probe_tells_before_from_after(rig: WriterRig) -> None:
    """A probe says ABSENT before the write and APPLIED after it, for a create and for an update."""
    create = rig.create("k-1")
    _probed(rig, create, ProbeResult.ABSENT)
    outcome = _only(rig.send(create), OutcomeKind.CONFIRMED)
    _expect(_probed(rig, create, ProbeResult.APPLIED) == outcome.remote_id, "the probe names another id")
    update = rig.update("k-1", _there(rig.image("k-1")).places)
    _probed(rig, update, ProbeResult.ABSENT)
    rig.send(update)
    _probed(rig, update, ProbeResult.APPLIED)


def probe_sees_foreign_content(rig: WriterRig) -> None:
    """A probe says DIFFERENT when the record holds neither the before-image nor our write."""
    create = rig.create("k-1")
    rig.send(create)
    rig.edit("k-1", {rig.text: "edited"})
    _probed(rig, create, ProbeResult.DIFFERENT)


def images_find_many(rig: WriterRig) -> None:
    """images finds many records with one call, by key, and leaves out those that are not there."""
    keys = [f"k-{number}" for number in range(620)]
    rig.send(*(rig.create(key, number=number) for number, key in enumerate(keys)))
    query = ImageQuery(record=rig.record, key=rig.key, keys=(*keys, "nobody"), places=(rig.number,))
    images = rig.inspector().images(query)
    _expect(sorted(images) == sorted(keys), f"{len(images)} of {len(keys)} records were found")
    _expect([int(images[k].places[rig.number]) for k in keys] == list(range(620)), "images were mixed up")


def read_sees_writes(rig: WriterRig) -> None:
    """What was written can be read back under the id that was reported."""
    if rig.adapter.reader is None:
        return
    outcome = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    snapshot = rig.adapter.reader.read(rig.record, outcome.remote_id)
    _expect(snapshot is not None and not snapshot.gone, "what was written cannot be read back")
    assert snapshot is not None
    _expect(snapshot.content.get(rig.text) == "first", "what is read is not what was written")


# --- readers


def read_finds_each(rig: ReaderRig) -> None:
    """Every record can be read by its id, complete, under its record type."""
    for id_ in rig.known:
        snapshot = rig.reader().read(rig.record, id_, version=rig.version)
        _expect(snapshot is not None and (snapshot.record, snapshot.id) == (rig.record, id_), f"{id_} is not found")
        assert snapshot is not None
        _expect(snapshot.complete and not snapshot.gone, "a reading is complete, and its record not gone")
        _expect(snapshot.version.at.tzinfo is not None, "the moment of a reading has no zone")


def read_of_nothing(rig: ReaderRig) -> None:
    """An id that is none gives a snapshot that is gone, or None where that cannot be known."""
    snapshot = rig.reader().read(rig.record, rig.missing, version=rig.version)
    _expect((snapshot is None) if rig.forgets else (snapshot is not None and snapshot.gone), "a missing record was found")


def scan_finds_all(rig: ReaderRig) -> None:
    """A scan without a cursor gives every record once, oldest change first."""
    found = [s.id for page in rig.reader().scan(rig.record, version=rig.version, cursor="") for s in page.snapshots]
    _expect(found == list(rig.known), f"a scan found {len(found)} of {len(rig.known)} records, or in another order")


def scan_goes_on(rig: ReaderRig) -> None:
    """A scan from the last cursor misses no change that came after it."""
    cursor = [page.cursor for page in rig.reader().scan(rig.record, version=rig.version, cursor="")][-1]
    rig.change(rig.known[0])
    pages = rig.reader().scan(rig.record, version=rig.version, cursor=cursor)
    found = [s.id for page in pages for s in page.snapshots]
    _expect(rig.known[0] in found, "a scan missed a change after its cursor")


# --- intakes


def signature_is_checked(rig: IntakeRig) -> None:
    """A signed delivery is verified, any altered byte of it forged, within the window and without it."""
    delivery = rig.delivery()
    for now in (None, rig.at):
        _expect(rig.intake().authenticate(delivery, now) is Signature.VERIFIED, "a signed delivery was not verified")
    for place in range(len(rig.body)):
        altered = bytearray(rig.body)
        altered[place] ^= 1
        verdict = rig.intake().authenticate(replace(delivery, body=bytes(altered)), rig.at)
        _expect(verdict is Signature.FORGED, f"a delivery with byte {place} altered is {verdict}")


def captured_may_be_unsigned(rig: IntakeRig) -> None:
    """A captured delivery without its headers is unsigned, not forged."""
    verdict = rig.intake().authenticate(replace(rig.delivery(), headers={}), None)
    _expect(verdict is Signature.UNSIGNED, f"a captured delivery without headers is {verdict}")


def delivery_is_understood(rig: IntakeRig) -> None:
    """A delivery has an id, a type and a moment with a zone, and shows the record it is about."""
    envelope = rig.intake().envelope(rig.content)
    _expect(bool(envelope.event_id and envelope.type), "a delivery has no id or no type")
    _expect(envelope.at.tzinfo is not None, "the moment of a delivery has no zone")
    snapshot = rig.intake().parse(rig.content)
    _expect(snapshot is not None, "a delivery about a known record shows none")
    assert snapshot is not None
    _expect((snapshot.record, snapshot.id) == (rig.record, rig.id), "a delivery shows another record")


def garbage_is_permanent(rig: IntakeRig) -> None:
    """A body that is no delivery raises PermanentError, and nothing else."""
    for content in ({}, {"id": 5}, {"id": "x", "type": "y"}, {**rig.content, "id": None}, {**rig.content, "type": []}):
        _raises(PermanentError, lambda content=content: rig.intake().envelope(content))  # type: ignore[misc]


WRITER_CHECKS: Final = (
    prepare_is_pure,
    prepare_refuses_untranslated,
    permit_is_redeemed,
    other_bytes_are_refused,
    create_makes_one_record,
    same_create_twice_is_one_record,
    other_create_moves,
    update_changes_the_record,
    foreign_edit_moves,
    update_of_nothing_moves,
    outcomes_are_per_record,
    refused_record_stays_alone,
    over_is_not_sent,
    away_is_not_sent,
    probe_tells_before_from_after,
    probe_sees_foreign_content,
    images_find_many,
    read_sees_writes,
)
READER_CHECKS: Final = (read_finds_each, read_of_nothing, scan_finds_all, scan_goes_on)
INTAKE_CHECKS: Final = (signature_is_checked, captured_may_be_unsigned, delivery_is_understood, garbage_is_permanent)


def _expect(condition: bool, message: str) -> None:
    if not condition:
        raise NonconformingError(message)


def _raises(kind: type[Exception], act: Callable[[], object]) -> None:
    try:
        act()
    except kind:
        return
    except Exception as error:  # whatever else comes out is the finding
        raise NonconformingError(f"{type(error).__name__} was raised instead of {kind.__name__}") from error
    raise NonconformingError(f"{kind.__name__} was not raised")


def _only(outcomes: Sequence[Outcome], kind: OutcomeKind) -> Outcome:
    found = ", ".join(f"{outcome.kind} ({outcome.detail})" for outcome in outcomes)
    _expect(len(outcomes) == 1 and outcomes[0].kind is kind, f"expected {kind}, got {found}")
    return outcomes[0]


def _there(image: Image | None) -> Image:
    _expect(image is not None, "images does not find a record that was written")
    assert image is not None
    return image


def _probed(rig: WriterRig, request: Request, result: ProbeResult) -> str:
    probe = rig.inspector().probe(rig.writer().prepare(request))
    _expect(probe.result is result, f"a probe said {probe.result} instead of {result}")
    return probe.remote_id
