"""Taking in: deliveries, repeats of known ones, lines that are none, and how far a file or a scan has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from syncengine.canonical import digest
from syncengine.clock import from_text, to_text
from syncengine.model.decision import ReviewItem
from syncengine.model.entry import Entry
from syncengine.model.event import Accepted, Envelope, Refused
from syncengine.model.payload import PayloadKind
from syncengine.store import audit
from syncengine.store.protocol import FileProgress, IntakeGroup, IntakeReceipt
from syncengine.store.schema.intake import cursors, files, inbox, refusals, repeats
from syncengine.store.schema.knowledge import links, records
from syncengine.store.sql import erasing, readings, subjects
from syncengine.store.sql.decisions import open_reviews
from syncengine.store.sql.share import partition_of
from syncengine.store.sql.statement import Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.store.subject import FORGOTTEN
from syncengine.vocabulary import InboxState, InputKind

_KNOWN: Final = Many(
    lambda keys: select(inbox.c.event_id, inbox.c.seq, inbox.c.body_hash, inbox.c.record_id).where(
        inbox.c.system == bindparam("of_system"), inbox.c.event_id.in_(keys)
    ),
    "of_system",
)
_PARTITIONS: Final = Many(
    lambda keys: select(links.c.external_id, records.c.partition)
    .join(records, records.c.id == links.c.record_id)
    .where(links.c.external_id.in_(keys))
)
_INSERT_INPUTS: Final = insert(inbox)
_INSERT_REPEATS: Final = insert(repeats)
_INSERT_REFUSALS: Final = insert(refusals)


@dataclass(slots=True)
class _Sorted:
    """A group, told apart: new inputs by their place, repeats as (input, record, accepted, hash, is it a collision)."""

    new: list[tuple[int, Accepted, bytes]] = field(default_factory=list)
    repeated: list[tuple[int, int, Accepted, bool]] = field(default_factory=list)
    readings: list[int] = field(default_factory=list)


def accept(unit: Unit, group: IntakeGroup) -> IntakeReceipt:
    kept, gone = subjects.sift(unit, group.accepted)
    if late := subjects.hanging_on(unit, gone):
        erasing.forget_inputs(unit, dict.fromkeys(late, ()))
    told = _sort(unit, kept)
    _take(unit, told.new)
    subjects.name(unit, [(seq, one) for seq, one, _ in told.new])
    _repeat(unit, told.repeated)
    _refuse(unit, group.refused)
    if group.progress is not None:
        _progress(unit, group.progress)
    if group.cursor is not None:
        _advance(unit, *group.cursor)
    _answer(unit, group.answers, told.readings)
    collisions = sum(1 for *_, collision in told.repeated if collision)
    receipt = IntakeReceipt(
        new=len(told.new),
        duplicates=len(told.repeated) - collisions,
        collisions=collisions,
        refused=len(group.refused),
    )
    if group.accepted or group.refused or group.progress is not None:
        unit.note(_entry(unit, group, told, receipt))
    return receipt


def _sort(unit: Unit, accepted: Sequence[Accepted]) -> _Sorted:
    known = _known(unit.connection, accepted)
    told = _Sorted()
    following = unit.take(inbox.c.seq, len(accepted)) if accepted else 0
    for one in accepted:
        name = (one.delivery.system, one.envelope.event_id)
        hash_ = digest(one.delivery.body) if one.delivery.body else b""
        before = known.get(name)
        if before is None:
            known[name] = (following, hash_, 0)
            told.new.append((following, one, hash_))
            following += 1
        else:
            kept = before[1] and hash_  # of what was erased, nothing is there to compare
            other = bool(kept) and before[1] != hash_ and not one.reading  # a reading is named by what it shows
            told.repeated.append((before[0], before[2], one, other))
        if one.reading:
            told.readings.append(known[name][0])
    return told


def _known(connection: Connection, accepted: Sequence[Accepted]) -> dict[tuple[str, str], tuple[int, bytes, int]]:
    by_system: dict[str, list[str]] = {}
    for one in accepted:
        by_system.setdefault(one.delivery.system, []).append(one.envelope.event_id)
    return {
        (system, event_id): (seq, bytes(hash_), record)
        for system, ids in by_system.items()
        for event_id, seq, hash_, record in _KNOWN.rows(connection, ids, system)
    }


def _take(unit: Unit, new: Sequence[tuple[int, Accepted, bytes]]) -> None:
    session = unit.session.id
    owners = [_owner(accepted.envelope) for _, accepted, _ in new]
    known = dict(_PARTITIONS.rows(unit.connection, list(dict.fromkeys(owners))))
    parts = [known[owner] if owner in known else partition_of(owner) for owner in owners]
    rows = [_row(unit, session, *one, part) for one, part in zip(new, parts, strict=True)]
    _INSERT_INPUTS.run(unit.connection, rows)
    unit.sealing.touched(inbox, [seq for seq, one, _ in new if not one.delivery.body])  # these are done already


def _owner(envelope: Envelope) -> str:
    """The id by which a delivery is shared out: what is about one customer is for one worker."""
    return envelope.subjects[0] if envelope.subjects else envelope.record or envelope.event_id


def _row(unit: Unit, session: int, seq: int, accepted: Accepted, hash_: bytes, part: int) -> tuple[Any, ...]:
    delivery, envelope = accepted.delivery, accepted.envelope
    kind = InputKind.READING if accepted.reading else InputKind.DELIVERY
    live = None if envelope.live is None else int(envelope.live)
    payload = unit.keep(PayloadKind.RAW, delivery.body) if delivery.body else 0
    state, why = (InboxState.DUE, "") if delivery.body else (InboxState.DONE, FORGOTTEN)
    return (
        seq, delivery.system, envelope.event_id, hash_, kind.value, envelope.type, live, delivery.trust.value,
        accepted.signature.value, accepted.trouble, to_text(envelope.at), to_text(delivery.received_at), delivery.file,
        delivery.line, payload, session, state.value, "", why, "", "", 0, 0, 0, part,
    )  # fmt: skip


def _repeat(unit: Unit, repeated: Sequence[tuple[int, int, Accepted, bool]]) -> None:
    """Record that known deliveries came again. Another body is kept as well, and a person looks at it."""
    if not repeated:
        return
    first = unit.take(repeats.c.id, len(repeated))
    rows = []
    for number, (seq, _, one, collision) in enumerate(repeated, first):
        delivery = one.delivery
        payload = unit.keep(PayloadKind.COLLISION, delivery.body) if collision else 0
        at = to_text(delivery.received_at)
        rows.append((number, seq, delivery.file, delivery.line, at, int(collision), payload, unit.session.id))
    _INSERT_REPEATS.run(unit.connection, rows)
    subjects.name_again(unit, [(seq, one) for seq, _, one, collision in repeated if collision])
    odd = ReviewItem(flow="", field="", why="an event id came again with another body")
    open_reviews(unit, [(record, seq, odd) for seq, record, _, collision in repeated if collision])


def _refuse(unit: Unit, refused: Sequence[Refused]) -> None:
    if not refused:
        return
    first = unit.take(refusals.c.id, len(refused))
    rows = [
        (
            number, one.system, one.file, one.line, one.reason, b"" if gone else digest(one.body),
            to_text(one.received_at), 0 if gone else unit.keep(PayloadKind.REFUSED, one.body), unit.session.id,
        )
        for number, one in enumerate(refused, first)
        for gone in (subjects.names_erased(unit, one),)
    ]  # fmt: skip
    _INSERT_REFUSALS.run(unit.connection, rows)


def _answer(unit: Unit, answers: Sequence[tuple[str, str]], found: Sequence[int]) -> None:
    """Readings stand in the group in the order of the answers that they are."""
    if answers:
        padded = (*found, *(0 for _ in answers))
        readings.answer(unit, dict(zip(answers, padded, strict=False)))


def _entry(unit: Unit, group: IntakeGroup, told: _Sorted, receipt: IntakeReceipt) -> Entry:
    return audit.accepted(
        at=unit.now,
        first=told.new[0][0] if told.new else 0,
        new=receipt.new,
        readings=sum(1 for _, one, _ in told.new if one.reading),
        duplicates=receipt.duplicates,
        collisions=receipt.collisions,
        refused=receipt.refused,
        file=b"" if group.progress is None else group.progress.digest,
    )


def _progress(unit: Unit, progress: FileProgress) -> None:
    connection = unit.connection
    unit.sealing.touched(files, [(progress.system, progress.path)])
    connection.execute(files.delete().where(files.c.system == progress.system, files.c.path == progress.path))
    connection.execute(
        files.insert().values(
            system=progress.system,
            path=progress.path,
            offset=progress.offset,
            lines=progress.lines,
            digest=progress.digest,
            finished=int(progress.finished),
        )
    )


def _advance(unit: Unit, flow: str, cursor: str, at: datetime) -> None:
    unit.sealing.touched(cursors, [flow])
    unit.connection.execute(cursors.delete().where(cursors.c.flow == flow))
    unit.connection.execute(cursors.insert().values(flow=flow, cursor=cursor, at=to_text(at)))


def file_progress(connection: Connection, system: str, path: str) -> FileProgress | None:
    row = connection.execute(select(files).where(files.c.system == system, files.c.path == path)).first()
    if row is None:
        return None
    return FileProgress(
        system=row.system,
        path=row.path,
        offset=row.offset,
        lines=row.lines,
        digest=bytes(row.digest),
        finished=bool(row.finished),
    )


def file_finished(connection: Connection, system: str, content: bytes) -> bool:
    same = select(files.c.path).where(files.c.digest == content, files.c.system == system, files.c.finished == 1)
    return connection.execute(same.limit(1)).first() is not None


def cursor(connection: Connection, flow: str) -> tuple[str, datetime] | None:
    row = connection.execute(select(cursors.c.cursor, cursors.c.at).where(cursors.c.flow == flow)).first()
    return None if row is None else (row.cursor, from_text(row.at))
