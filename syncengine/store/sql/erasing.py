"""Erasing: first it is said who is erased and why, and from then on nothing about them is kept; then what is there is
taken out, step by step, each in a bounded transaction with an entry of its own. Whoever finds it half done goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, null, select, update

from syncengine.errors import BusyError
from syncengine.model.erasure import Erased, Name, Reach, counted
from syncengine.model.matching import Theirs
from syncengine.model.record import Record, from_document, to_document
from syncengine.store import audit
from syncengine.store.erased import BUSY, OPEN, WHY, emptied, name_of
from syncengine.store.schema.column import words
from syncengine.store.schema.erasure import erasing
from syncengine.store.schema.intake import inbox, refusals, repeats
from syncengine.store.schema.knowledge import links, rechecks, records, reviews, sandbox, wants
from syncengine.store.schema.matching import ours, pairings, suspects, theirs
from syncengine.store.schema.trail import payloads
from syncengine.store.schema.work import actions, holds
from syncengine.store.sql import actions as moves
from syncengine.store.sql import legal_holds, matching, subjects
from syncengine.store.sql.reach import NONE
from syncengine.store.sql.statement import Bulk, Many, insert
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, InboxState

RECORDS, INPUTS, PAYLOADS = 1, 2, 3
_PLAN: Final = insert(erasing)
_PLANNED: Final = select(erasing.c.kind, erasing.c.number)
_DONE: Final = Bulk(
    erasing.delete().where(
        erasing.c.step == bindparam("at_step"),
        erasing.c.kind == bindparam("of_kind"),
        erasing.c.number == bindparam("of"),
    ),
    "at_step", "of_kind", "of",
)  # fmt: skip
_BUSY: Final = Many(
    lambda keys: select(actions.c.id).where(actions.c.state.in_(words(BUSY)), actions.c.record_id.in_(keys))
)
_CANCELLED: Final = Many(
    lambda keys: select(
        actions.c.id, actions.c.record_id, actions.c.flow, actions.c.state, actions.c.fence, actions.c.request_id,
        actions.c.session_id,
    ).where(actions.c.state.in_(words(OPEN)), actions.c.record_id.in_(keys))
)  # fmt: skip
_RECORDS: Final = Many(lambda keys: select(records).where(records.c.id.in_(keys)))
_EMPTY_RECORD: Final = Bulk(
    update(records)
    .where(records.c.id == bindparam("row"))
    .values(
        revision=records.c.revision + literal_column("1"), state=bindparam("new_state"), unsettled=literal_column("0")
    ),
    "new_state", "row",
)  # fmt: skip
_EMPTY_HOLDS: Final = Bulk(
    update(holds)
    .where(holds.c.record_id == bindparam("of"))
    .values(status=bindparam("nothing"), facts=bindparam("no_facts")),
    "nothing", "no_facts", "of",
)  # fmt: skip
_DROPS: Final = tuple(
    Bulk(table.delete().where(table.c.record_id == bindparam("of")), "of")
    for table in (sandbox, rechecks, ours, pairings, suspects)
)
_LINKED: Final = Many(lambda keys: select(links.c.flow, links.c.external_id).where(links.c.record_id.in_(keys)))
_DROPS_OF_LINKS: Final = tuple(
    Bulk(
        table.delete().where(table.c.flow == bindparam("of_flow"), table.c.external_id == bindparam("of_id")),
        "of_flow", "of_id",
    )
    for table in (wants, theirs, suspects)
)  # fmt: skip
_INPUT: Final = Many(
    lambda keys: select(inbox.c.seq, inbox.c.kind, inbox.c.event_id, inbox.c.state, inbox.c.payload_id).where(
        inbox.c.seq.in_(keys)
    )
)
_EMPTY_INPUT: Final = Bulk(
    update(inbox)
    .where(inbox.c.seq == bindparam("place"))
    .values(
        event_id=bindparam("new_name"),
        body_hash=bindparam("nothing"),
        state=words((InboxState.DONE,))[0],
        waits_flow=bindparam("no_flow"),
        waits_id=bindparam("no_id"),
    ),
    "new_name", "nothing", "no_flow", "no_id", "place",
)  # fmt: skip
_SAY_WHY: Final = Bulk(
    update(inbox).where(inbox.c.seq == bindparam("place")).values(why=bindparam("new_why")), "new_why", "place"
)
_COLLIDED: Final = Many(
    lambda keys: select(repeats.c.payload_id).where(repeats.c.payload_id > NONE, repeats.c.input.in_(keys))
)
_ASKED: Final = Many(
    lambda keys: select(reviews.c.payload_id).where(reviews.c.payload_id > NONE, reviews.c.input.in_(keys))
)
_REFUSED: Final = Many(lambda keys: select(refusals.c.payload_id).where(refusals.c.id.in_(keys)))
_EMPTY_REFUSAL: Final = Bulk(
    update(refusals).where(refusals.c.id == bindparam("row")).values(body_hash=bindparam("nothing")), "nothing", "row"
)
_KINDS: Final = Many(
    lambda keys: select(payloads.c.id, payloads.c.kind).where(payloads.c.erased_by == NONE, payloads.c.id.in_(keys))
)
_EMPTY: Final = Bulk(
    update(payloads)
    .where(payloads.c.id == bindparam("row"))
    .values(salt=null(), body=null(), erased_by=bindparam("entry")),
    "entry", "row",
)  # fmt: skip


def begin(unit: Unit, reach: Reach, reason: str) -> None:
    """Raises BusyError where something of it is on its way, or a legal hold came in between."""
    if {hold.subject for hold in legal_holds.all_of(unit.connection)} != reach.holds:
        raise BusyError("a legal hold was set or lifted just now", remedy="look at it, then run the command again")
    _refuse_busy(unit, reach.records)
    subjects.forget(unit, reach.names)
    _cancel(unit, reach.records)
    matching.keep_listed(unit, 1, [Theirs(flow=flow, id=id_, at=unit.now) for flow, id_ in reach.candidates])
    unit.note(audit.erasure_begun(at=unit.now, reach=reach, reason=reason, actor=unit.session.actor))
    wanted = [(RECORDS, "record", number) for number in reach.records]
    wanted += [(INPUTS, "input", number) for number in reach.inputs]
    wanted += [(INPUTS, "refusal", number) for number in reach.refusals]
    wanted += [(PAYLOADS, "payload", number) for number in reach.payloads]
    known = set(map(tuple, unit.connection.execute(_PLANNED)))
    _PLAN.run(unit.connection, [row for row in wanted if row[1:] not in known])


def go_on(unit: Unit, limit: int) -> Erased | None:
    """Take out at most so many things; None where nothing is left to do."""
    step = unit.connection.execute(select(func.min(erasing.c.step))).scalar()
    if step is None:
        return None
    chosen = select(erasing.c.kind, erasing.c.number).where(erasing.c.step == step)
    rows = unit.connection.execute(chosen.order_by(erasing.c.kind, erasing.c.number).limit(limit)).all()
    done = _take_out(
        unit,
        numbers=[number for kind, number in rows if kind == "record"],
        places=[number for kind, number in rows if kind == "input"],
        lines=[number for kind, number in rows if kind == "refusal"],
        bodies=[number for kind, number in rows if kind == "payload"],
    )
    _DONE.run(unit.connection, [(step, kind, number) for kind, number in rows])
    return done


def forget_inputs(unit: Unit, inputs: Mapping[int, Sequence[Name]]) -> None:
    """Inputs that turned out to be about somebody who was erased: what they showed is forgotten under these names."""
    subjects.forget(unit, {name for names in inputs.values() for name in names})
    _take_out(unit, places=sorted(inputs))


def _take_out(
    unit: Unit, *, numbers: Sequence[int] = (), places: Sequence[int] = (), lines: Sequence[int] = (),
    bodies: Sequence[int] = (),
) -> Erased:  # fmt: skip
    """Of records, inputs, refusals and payloads."""
    _refuse_busy(unit, numbers)
    _cancel(unit, numbers)
    entry = unit.next_number()
    _empty_records(unit, numbers, f"strand {unit.session.strand} entry {entry}")
    kept = {*bodies, *_empty_inputs(unit, places), *_empty_refusals(unit, lines)}
    found = dict(map(tuple, _KINDS.rows(unit.connection, sorted(kept))))
    unit.note(audit.erased(at=unit.now, payloads=sorted(found), records=numbers, inputs=places, refusals=lines))
    _EMPTY.run(unit.connection, [(entry, payload) for payload in sorted(found)])
    return counted(len(numbers), len(places), len(lines), found.values())


def _refuse_busy(unit: Unit, numbers: Sequence[int]) -> None:
    busy = [f"action:{number}" for (number,) in _BUSY.rows(unit.connection, list(numbers))]
    if busy:
        raise BusyError(
            f"something of it is on its way, and nobody knows yet whether it arrived: {', '.join(sorted(busy)[:5])}",
            remedy="let `syncengine run` settle it, then run the command again",
        )


def _cancel(unit: Unit, numbers: Sequence[int]) -> None:
    rows = {row.id: row for row in _CANCELLED.rows(unit.connection, list(numbers))}
    moves.move(unit, [moves.Step(row=row, to=ActionState.CANCELLED, why=WHY) for _, row in sorted(rows.items())])


def _empty_records(unit: Unit, numbers: Sequence[int], entry: str) -> None:
    if not numbers:
        return
    rows = [
        (to_document(emptied(_record(row), entry)).decode(), row.id)
        for row in _RECORDS.rows(unit.connection, list(numbers))
    ]
    _EMPTY_RECORD.run(unit.connection, list(dict.fromkeys(rows)))
    _EMPTY_HOLDS.run(unit.connection, [("", "{}", number) for number in numbers])
    for drop in _DROPS:
        drop.run(unit.connection, [(number,) for number in numbers])
    linked = sorted({(flow, id_) for flow, id_ in _LINKED.rows(unit.connection, list(numbers))})
    for drop in _DROPS_OF_LINKS:
        drop.run(unit.connection, linked)


def _record(row: Any) -> Record:
    return from_document(row.state, object=row.object, entity=row.entity, id=row.id, revision=row.revision)


def _empty_inputs(unit: Unit, places: Sequence[int]) -> set[int]:
    """Gives the payloads that they kept."""
    if not places:
        return set()
    rows = {row.seq: row for row in _INPUT.rows(unit.connection, list(places))}.values()
    names = {row.seq: name_of(row.seq, row.kind, row.event_id) for row in rows}
    _EMPTY_INPUT.run(unit.connection, [(name, b"", "", "", seq) for seq, name in names.items()])
    _SAY_WHY.run(unit.connection, [(WHY, row.seq) for row in rows if row.state != InboxState.DONE])
    kept = {row.payload_id for row in rows}
    for question in (_COLLIDED, _ASKED):
        kept |= {payload for (payload,) in question.rows(unit.connection, list(places))}
    return kept - {0}


def _empty_refusals(unit: Unit, numbers: Sequence[int]) -> set[int]:
    kept = {payload for (payload,) in _REFUSED.rows(unit.connection, list(numbers))} if numbers else set()
    _EMPTY_REFUSAL.run(unit.connection, [(b"", number) for number in numbers])
    return kept - {0}
