"""Everything that is known around some records and inputs: rows turned into the facts that a trace is told from."""

from collections.abc import Iterable, Sequence

from syncengine.canonical import decode
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
from syncengine.store.memory.ledger import ActionRow, AttemptRow, InputRow, Ledger
from syncengine.store.memory.sessions import switchboard


def dossier(ledger: Ledger, records: Sequence[int], inputs: Sequence[int]) -> Dossier:
    about = set(records)
    actions = [row for row in ledger.actions.values() if row.record in about]
    places = {
        *inputs,
        *(row.cause for row in actions),
        *(row.seq for row in ledger.inputs.values() if row.record in about),
    }
    places |= {ledger.inputs[seq].answered_by for seq in places if seq in ledger.inputs}
    return Dossier(
        records=tuple(ledger.records[number] for number in sorted(about) if number in ledger.records),
        links=tuple(
            LinkFacts(flow=row.flow, id=row.id, record=row.record, since=row.since)
            for row in sorted(ledger.links.values(), key=lambda row: (row.record, row.flow, row.id))
            if row.record in about
        ),
        inputs=tuple(_input(ledger, ledger.inputs[seq]) for seq in sorted(places) if seq in ledger.inputs),
        actions=tuple(_action(ledger, row) for row in actions),
        holds=tuple(_holds(ledger, about)),
        conflicts=tuple(_conflicts(ledger, about)),
        reviews=tuple(_reviews(ledger, about, places)),
        switches=tuple(switchboard(ledger)),
    )


def _input(ledger: Ledger, row: InputRow) -> InputFacts:
    return InputFacts(
        seq=row.seq,
        kind=row.kind,
        system=row.system,
        event_id=row.event_id,
        type=row.type,
        at=row.at,
        received_at=row.received_at,
        trust=row.trust,
        state=row.state,
        fate=row.fate,
        why=row.why,
        record=row.record,
        file=row.file,
        line=row.line,
        repeats=row.repeats,
        body=ledger.payloads[row.payload].body if row.payload else None,
        answered_by=row.answered_by,
        erased_by=ledger.payloads[row.payload].erased_by if row.payload else 0,
    )


def _action(ledger: Ledger, row: ActionRow) -> ActionFacts:
    attempts = [ledger.attempts[number] for number in ledger.attempts_of.get(row.id) or ()]
    return ActionFacts(
        id=row.id,
        key=row.key,
        kind=row.kind,
        flow=row.flow,
        record=row.record,
        sequence=row.sequence,
        state=row.state,
        why=row.why,
        cause=row.cause,
        write_set=row.write_set,
        plan=row.plan,
        content=_document(ledger, row.content),
        replaced_by=row.replaced_by,
        decided_at=row.decided_at,
        attempts=tuple(_attempt(ledger, attempt) for attempt in attempts),
    )


def _attempt(ledger: Ledger, row: AttemptRow) -> AttemptFacts:
    return AttemptFacts(
        id=row.id,
        action=row.action,
        number=row.number,
        state=row.state,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
        via=row.via,
        detail=row.detail,
        request=_document(ledger, row.request),
        before=_document(ledger, row.before),
        after=_document(ledger, row.after),
    )


def _document(ledger: Ledger, payload: int) -> Json:
    """What a payload says; None where there is none, or none any more."""
    body = ledger.payloads[payload].body if payload else None
    return None if body is None else decode(body)


def _holds(ledger: Ledger, about: set[int]) -> Iterable[HoldFacts]:
    for row in ledger.holds.values():
        if row.record in about:
            yield HoldFacts(
                action=row.action,
                record=row.record,
                flow=row.flow,
                gate=row.hold.gate,
                need=row.hold.need,
                status=row.hold.status,
                next=row.hold.next,
                since=row.hold.since,
                released_at=row.released_at,
                released_by=row.released_by,
                said_by=row.hold.facts.get("said_by", ""),
            )


def _conflicts(ledger: Ledger, about: set[int]) -> Iterable[ConflictFacts]:
    for row in ledger.conflicts.values():
        if row.record in about:
            yield ConflictFacts(
                record=row.record,
                flow=row.conflict.flow,
                field=row.conflict.field,
                rule=row.conflict.rule,
                at=row.at,
                winner=_document(ledger, row.winner),
                loser=_document(ledger, row.loser),
            )


def _reviews(ledger: Ledger, about: set[int], places: set[int]) -> Iterable[ReviewFacts]:
    for row in ledger.reviews.values():
        if row.record in about or row.input in places:
            yield ReviewFacts(
                record=row.record,
                flow=row.item.flow,
                field=row.item.field,
                why=row.item.why,
                at=row.at,
                value=_document(ledger, row.payload),
            )
