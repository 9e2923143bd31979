"""Answers: counts of a session, everything that an id names, and the ledger in a canonical order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from syncengine.model.action import OpenHold
from syncengine.model.dossier import Hit
from syncengine.model.tally import Tally
from syncengine.model.value import Json
from syncengine.store.dump import record_dump
from syncengine.store.memory import failures
from syncengine.store.memory.actions import GAVE_UP_ITS_KEY
from syncengine.store.memory.ledger import ActionRow, Ledger, LinkRow
from syncengine.store.memory.matching import suspected
from syncengine.vocabulary import OVER, ActionState, AttemptState, Fate, FlowResult, InputKind


def tally(ledger: Ledger, session: int) -> Tally:
    judged = [row for row in ledger.inputs.values() if row.judged_by == session]
    repeats = [row for row in ledger.repeats.values() if row.session == session]
    events = Counter(row.fate for row in judged if row.fate is not None)
    events[Fate.DUPLICATE] += sum(1 for row in repeats if not row.payload)
    moved = [row for row in ledger.actions.values() if row.moved_by == session]
    refused = [row for row in moved if row.state is not ActionState.DEAD_LETTERED]
    waiting = [row for row in moved if row.state is ActionState.PREPARED]
    return Tally(
        events={fate: n for fate, n in sorted(events.items()) if n},
        decisions=_sum(row.counts for row in ledger.tallies.values() if row.session == session),
        writes=dict(sorted(Counter(row.state for row in moved).items())),
        by_probe=_by_probe(ledger, moved),
        rejected=_tried(ledger, refused, AttemptState.REJECTED),
        throttled=_tried(ledger, waiting, AttemptState.THROTTLED),
        conflicts=sum(1 for row in ledger.conflicts.values() if row.session == session),
        reviews=sum(1 for row in ledger.reviews.values() if row.session == session),
        refused=sum(1 for row in ledger.refused.values() if row.session == session),
        collisions=sum(1 for row in repeats if row.payload),
        unmapped_types=dict(sorted(Counter(row.type for row in judged if row.fate is Fate.UNMAPPED).items())),
        unsettled=sum(1 for record in ledger.records.values() if record.unsettled),
        open=dict(sorted(Counter(row.state for row in ledger.actions.values() if row.state not in OVER).items())),
        readings=sum(1 for row in judged if row.kind is InputKind.READING),
        unpaired=dict(sorted(Counter(row.state for row in ledger.pairings.values()).items())),
        dead_letters=failures.counts(ledger),
    )


def _sum(counts: Iterable[Mapping[FlowResult, int]]) -> dict[FlowResult, int]:
    total: Counter[FlowResult] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _tried(ledger: Ledger, moved: Iterable[ActionRow], ended: AttemptState) -> int:
    """Those of these actions of which an attempt ended so."""
    attempts = (ledger.attempts[n] for row in moved for n in ledger.attempts_of.get(row.id) or ())
    return sum(1 for row in attempts if row.state is ended)


def _by_probe(ledger: Ledger, moved: Iterable[ActionRow]) -> int:
    attempts = (ledger.attempts[n] for row in moved for n in ledger.attempts_of.get(row.id) or ())
    return sum(1 for row in attempts if row.state is AttemptState.CONFIRMED and row.via == "probe")


def find(ledger: Ledger, text: str) -> list[Hit]:
    return [
        *_inputs(ledger, text),
        *_links(ledger, text),
        *_entities(ledger, text),
        *_actions(ledger, text),
        *_attempts_named(ledger, text),
        *_candidates(ledger, text),
    ]


def _inputs(ledger: Ledger, text: str) -> Iterator[Hit]:
    for seq, row in ledger.inputs.items():
        if row.event_id == text or (row.waits_for is not None and row.waits_for[1] == text):
            label = f"{row.system} {row.type} {row.event_id}"
            yield Hit(what="input", label=label, records=(row.record,) if row.record else (), inputs=(seq,))


def _links(ledger: Ledger, text: str) -> Iterator[Hit]:
    for row in _in_order(ledger):
        spelled = f"{row.flow.partition('.')[2]}:{ledger.records[row.record].object}:{row.id}"
        if text in (row.id, f"{row.flow}:{row.id}", spelled):
            yield Hit(what="link", label=f"{row.flow} {row.id}", records=(row.record,), inputs=())


def _in_order(ledger: Ledger) -> list[LinkRow]:
    return sorted(ledger.links.values(), key=lambda row: (row.flow, row.id))


def _entities(ledger: Ledger, text: str) -> Iterator[Hit]:
    if (number := ledger.by_entity.get(text)) is not None:
        yield Hit(what="entity", label=f"{ledger.records[number].object} {text}", records=(number,), inputs=())


def _actions(ledger: Ledger, text: str) -> Iterator[Hit]:
    """The action that has a key now, else those that had it and were overtaken."""
    named = [row for row in ledger.actions.values() if text in (row.key, f"action:{row.id}")]
    for row in [row for row in named if row.state not in GAVE_UP_ITS_KEY or text != row.key] or named:
        label = f"{row.kind} {row.flow} {row.key}"
        yield Hit(what="action", label=label, records=(row.record,), inputs=(row.cause,))


def _attempts_named(ledger: Ledger, text: str) -> Iterator[Hit]:
    for attempt in ledger.attempts.values():
        if text == f"attempt:{attempt.id}":
            action = ledger.actions[attempt.action]
            label = f"attempt {attempt.number} of {action.key}"
            yield Hit(what="attempt", label=label, records=(action.record,), inputs=(action.cause,))


def open_holds(ledger: Ledger, entities: frozenset[str]) -> list[OpenHold]:
    rows = (ledger.holds[number] for number in sorted(ledger.open_holds))
    named = (OpenHold(entity=ledger.records[row.record].entity, flow=row.flow, hold=row.hold) for row in rows)
    return [one for one in named if one.entity in entities or one.hold.about in entities]


def _candidates(ledger: Ledger, text: str) -> Iterator[Hit]:
    for (flow, id_), entities in suspected(ledger, text).items():
        yield Hit(what="candidate", label=f"{flow} {id_}", records=entities, inputs=())


def next_due(ledger: Ledger, now: datetime) -> datetime | None:
    deferred = [row.due_at for row in _deferred(ledger) if row.due_at is not None]
    moments = [*deferred, *(want.due_at for want in ledger.wants.values())]
    return min((moment for moment in moments if moment > now), default=None)


def _deferred(ledger: Ledger) -> Iterator[ActionRow]:
    for number in ledger.ready:
        yield ledger.actions[number]
    for number in ledger.unknown:
        yield ledger.actions[ledger.attempts[number].action]


def dump(ledger: Ledger) -> dict[str, Sequence[Mapping[str, Json]]]:
    records = sorted(ledger.records.values(), key=lambda record: record.entity)
    entities = {record.id: record.entity for record in records}
    return {
        "records": [record_dump(record) for record in records],
        "links": [{"flow": row.flow, "id": row.id, "entity": entities[row.record]} for row in _in_order(ledger)],
    }


def standing(ledger: Ledger) -> dict[str, Sequence[Mapping[str, Json]]]:
    return {
        "actions": [
            {
                "id": row.id,
                "record": row.record,
                "flow": row.flow,
                "key": row.key,
                "state": row.state.value,
                "replaced_by": row.replaced_by,
            }
            for row in ledger.actions.values()
        ],
        "attempts": [
            {"id": row.id, "action": row.action, "number": row.number, "state": row.state.value, "fence": row.fence}
            for row in ledger.attempts.values()
        ],
        "links": [{"flow": row.flow, "id": row.id, "record": row.record} for row in _in_order(ledger)],
        "holds": [
            {
                "id": row.id,
                "action": row.action,
                "record": row.record,
                "state": "released" if row.released_at else "open",
            }
            for row in ledger.holds.values()
        ],
        "switches": _switches(ledger),
        "strands": [
            {"strand": s.id, "count": s.count, "head": s.head.hex()} for s in ledger.strands.values()
        ],
        "checkpoint": [{"hash": ledger.meta.get("checkpoint") or ""}],
        "payloads": [{"count": len(ledger.payloads), "last": ledger.last.get("payload") or 0}],
    }


def _switches(ledger: Ledger) -> list[Mapping[str, Json]]:
    return [
        {"scope": scope, "phase": switch.phase.value if switch.phase else "", "paused": switch.paused}
        for scope, switch in sorted(ledger.switches.items())
        if switch.phase or switch.paused
    ]
