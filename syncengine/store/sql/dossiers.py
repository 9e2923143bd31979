"""Everything that is known around some records and inputs: rows turned into the facts that a trace is told from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from syncengine.canonical import decode
from syncengine.clock import from_text
from syncengine.model.dossier import (
    ActionFacts,
    AttemptFacts,
    ConflictFacts,
    Dossier,
    HoldFacts,
    InputFacts,
    LinkFacts,
    ReviewFacts,
)
from syncengine.model.value import Json
from syncengine.store.schema.intake import about_record, inbox, repeats
from syncengine.store.schema.knowledge import conflicts, links, reviews
from syncengine.store.schema.trail import payloads
from syncengine.store.schema.work import actions, attempts, holds
from syncengine.store.sql.records import by_id
from syncengine.store.sql.statement import Many
from syncengine.store.sql.switches import switchboard
from syncengine.vocabulary import ActionKind, ActionState, AttemptState, Fate, InboxState, InputKind, Trust

_BODIES: Final = Many(lambda keys: select(payloads.c.id, payloads.c.body).where(payloads.c.id.in_(keys)))
_ERASED: Final = Many(lambda keys: select(payloads.c.id, payloads.c.erased_by).where(payloads.c.id.in_(keys)))
_INPUTS: Final = Many(lambda keys: select(inbox).where(inbox.c.seq.in_(keys)))
_INPUTS_ABOUT: Final = Many(lambda keys: select(inbox.c.seq).where(about_record(inbox), inbox.c.record_id.in_(keys)))
_REPEATS: Final = Many(
    lambda keys: select(repeats.c.input, func.count()).where(repeats.c.input.in_(keys)).group_by(repeats.c.input)
)
_LINKS: Final = Many(lambda keys: select(links).where(links.c.record_id.in_(keys)))
_ACTIONS: Final = Many(lambda keys: select(actions).where(actions.c.record_id.in_(keys)))
_ATTEMPTS: Final = Many(lambda keys: select(attempts).where(attempts.c.action_id.in_(keys)))
_HOLDS: Final = Many(lambda keys: select(holds).where(holds.c.record_id.in_(keys)))
_CONFLICTS: Final = Many(lambda keys: select(conflicts).where(conflicts.c.record_id.in_(keys)))
_REVIEWS: Final = Many(lambda keys: select(reviews).where(reviews.c.record_id.in_(keys)))
_REVIEWS_OF: Final = Many(lambda keys: select(reviews).where(reviews.c.input.in_(keys)))


class _Rows:
    """Rows of several questions, once each and in the order of the ledger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, question: Many, keys: Sequence[int]) -> list[Any]:
        found = {tuple(row): row for row in question.rows(self._connection, keys)}
        return sorted(found.values(), key=lambda row: row[0])


def dossier(connection: Connection, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
    rows = _Rows(connection)
    about = sorted(set(records))
    done = rows.of(_ACTIONS, about)
    tried = rows.of(_ATTEMPTS, [row.id for row in done])
    lost = rows.of(_CONFLICTS, about)
    taken = _taken(rows, {*inputs, *(row.cause for row in done), *(r.seq for r in rows.of(_INPUTS_ABOUT, about))})
    places = [row.seq for row in taken]
    asked = {row.id: row for row in (*rows.of(_REVIEWS, about), *rows.of(_REVIEWS_OF, places))}
    bodies = _bodies(connection, done, tried, lost, (*taken, *asked.values()))
    erased = dict(map(tuple, _ERASED.rows(connection, [row.payload_id for row in taken])))
    times_repeated = dict(map(tuple, _REPEATS.rows(connection, places)))
    known = by_id(connection, about)
    return Dossier(
        records=tuple(known[number] for number in about if number in known),
        links=_links(rows.of(_LINKS, about)),
        inputs=tuple(_input(row, times_repeated.get(row.seq, 0), bodies, erased) for row in taken),
        actions=tuple(_action(row, [t for t in tried if t.action_id == row.id], bodies) for row in done),
        holds=tuple(_hold(row) for row in rows.of(_HOLDS, about)),
        conflicts=tuple(_conflict(row, bodies) for row in lost),
        reviews=tuple(_review(row, bodies) for _, row in sorted(asked.items())),
        switches=tuple(switchboard(connection)),
    )


def _taken(rows: _Rows, places: set[int]) -> list[Any]:
    """The inputs at these places, with the readings that answered them."""
    first = rows.of(_INPUTS, sorted(places))
    answers = {row.answered_by for row in first} - places - {0}
    return sorted((*first, *rows.of(_INPUTS, sorted(answers))), key=lambda row: row.seq)


def _bodies(
    connection: Connection, done: Sequence[Any], tried: Sequence[Any], lost: Sequence[Any], kept: Sequence[Any]
) -> dict[int, bytes]:
    numbers = {row.content_id for row in done} | {row.payload_id for row in kept}
    for row in tried:
        numbers |= {row.request_id, row.before_id, row.after_id}
    for row in lost:
        numbers |= {row.winner_id, row.loser_id}
    rows = _BODIES.rows(connection, sorted(numbers - {0}))
    return {number: bytes(body) for number, body in rows if body is not None}


def _document(bodies: dict[int, bytes], number: int) -> Json:
    """What a payload says; None where there is none, or none any more."""
    body = bodies.get(number)
    return None if body is None else decode(body)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def _links(rows: Sequence[Any]) -> tuple[LinkFacts, ...]:
    facts = (
        LinkFacts(flow=row.flow, id=row.external_id, record=row.record_id, since=from_text(row.since)) for row in rows
    )
    return tuple(sorted(facts, key=lambda link: (link.record, link.flow, link.id)))


def _input(row: Any, times_repeated: int, bodies: dict[int, bytes], erased: dict[int, int]) -> InputFacts:
    return InputFacts(
        seq=row.seq,
        kind=InputKind(row.kind),
        system=row.system,
        event_id=row.event_id,
        type=row.type,
        at=from_text(row.at),
        received_at=from_text(row.received_at),
        trust=Trust(row.trust),
        state=InboxState(row.state),
        fate=Fate(row.fate) if row.fate else None,
        why=row.why,
        record=row.record_id,
        file=row.file,
        line=row.line,
        repeats=times_repeated,
        body=bodies.get(row.payload_id),
        answered_by=row.answered_by,
        erased_by=erased.get(row.payload_id, 0),
    )


def _action(row: Any, tried: Sequence[Any], bodies: dict[int, bytes]) -> ActionFacts:
    return ActionFacts(
        id=row.id,
        key=row.key,
        kind=ActionKind(row.kind),
        flow=row.flow,
        record=row.record_id,
        sequence=row.sequence,
        state=ActionState(row.state),
        why=row.why,
        cause=row.cause,
        write_set=row.write_set,
        plan=row.plan,
        content=_document(bodies, row.content_id),
        replaced_by=row.replaced_by,
        decided_at=from_text(row.decided_at),
        attempts=tuple(_attempt(attempt, bodies) for attempt in tried),
    )


def _attempt(row: Any, bodies: dict[int, bytes]) -> AttemptFacts:
    return AttemptFacts(
        id=row.id,
        action=row.action_id,
        number=row.number,
        state=AttemptState(row.state),
        sent_at=_moment(row.sent_at),
        settled_at=_moment(row.settled_at),
        via=row.via,
        detail=row.detail,
        request=_document(bodies, row.request_id),
        before=_document(bodies, row.before_id),
        after=_document(bodies, row.after_id),
    )


def _hold(row: Any) -> HoldFacts:
    return HoldFacts(
        action=row.action_id,
        record=row.record_id,
        flow=row.flow,
        gate=row.gate,
        need=row.need,
        status=row.status,
        next=row.next,
        since=from_text(row.since),
        released_at=_moment(row.released_at),
        released_by=row.released_by,
        said_by=decode(row.facts.encode()).get("said_by", ""),
    )


def _conflict(row: Any, bodies: dict[int, bytes]) -> ConflictFacts:
    return ConflictFacts(
        record=row.record_id,
        flow=row.flow,
        field=row.field,
        rule=row.rule,
        at=from_text(row.at),
        winner=_document(bodies, row.winner_id),
        loser=_document(bodies, row.loser_id),
    )


def _review(row: Any, bodies: dict[int, bytes]) -> ReviewFacts:
    return ReviewFacts(
        record=row.record_id,
        flow=row.flow,
        field=row.field,
        why=row.why,
        at=from_text(row.at),
        value=_document(bodies, row.payload_id),
    )
