"""Inputs in the queue: which are due, what became of one, and what wakes one that waits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from syncengine.clock import from_text
from syncengine.errors import FenceLostError
from syncengine.model.event import InboxRow
from syncengine.model.seal import INBOX_JUDGED
from syncengine.store.protocol import InputMark
from syncengine.store.schema.column import words
from syncengine.store.schema.intake import due, inbox, waiting
from syncengine.store.schema.trail import payloads
from syncengine.store.sql.share import Share, Shared
from syncengine.store.sql.statement import Bulk, Many
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import InboxState, InputKind, Trust

_DUE: Final = Shared(
    select(
        inbox.c.seq,
        inbox.c.kind,
        inbox.c.system,
        inbox.c.event_id,
        inbox.c.type,
        inbox.c.at,
        inbox.c.trust,
        payloads.c.body,
        inbox.c.trouble,
    )
    .join(payloads, payloads.c.id == inbox.c.payload_id)
    .where(due(inbox), inbox.c.kind == bindparam("kind"))
    .order_by(inbox.c.seq)
    .limit(bindparam("most")),
    partition=inbox.c.partition,
)
_PARTITIONS: Final = Many(lambda keys: select(inbox.c.seq, inbox.c.partition).where(inbox.c.seq.in_(keys)))
_MARK: Final = Bulk(
    update(inbox)
    .where(inbox.c.seq == bindparam("place"), due(inbox))
    .values(
        state=bindparam("new_state"),
        fate=bindparam("new_fate"),
        why=bindparam("new_why"),
        waits_flow=bindparam("new_flow"),
        waits_id=bindparam("new_id"),
        record_id=bindparam("record"),
        touched_by=bindparam("session"),
    ),
    "new_state", "new_fate", "new_why", "new_flow", "new_id", "record", "session", "place", told=True,
)  # fmt: skip
_ANY_UNLINKED: Final = (
    select(inbox.c.seq).where(waiting(inbox), inbox.c.state == words((InboxState.UNLINKED,))[0]).limit(1)
)
_WAITING: Final = Many(
    lambda keys: select(inbox.c.seq, inbox.c.waits_id).where(
        waiting(inbox),
        inbox.c.state == bindparam("in_state"),
        inbox.c.waits_flow == bindparam("flow"),
        inbox.c.waits_id.in_(keys),
    ),
    "in_state", "flow",
)  # fmt: skip
_WAKE: Final = Bulk(
    update(inbox)
    .where(inbox.c.seq == bindparam("place"))
    .values(
        state=words((InboxState.DUE,))[0],
        waits_flow=bindparam("new_flow"),
        waits_id=bindparam("new_id"),
        answered_by=bindparam("reading"),
    ),
    "new_flow", "new_id", "reading", "place",
)  # fmt: skip


def due_inputs(connection: Connection, share: Share, limit: int) -> Sequence[InboxRow]:
    found: list[InboxRow] = []
    for kind in (InputKind.READING, InputKind.DELIVERY):
        if len(found) < limit:
            rows = _DUE.rows(connection, share, kind=kind.value, most=limit - len(found))
            found.extend(_input(row) for row in rows)
    return found


def partitions(connection: Connection, places: Sequence[int]) -> dict[int, int]:
    return dict(_PARTITIONS.rows(connection, places))


def _input(row: Any) -> InboxRow:
    seq, kind, system, event_id, type_, at, trust, body, trouble = row
    return InboxRow(
        seq=seq,
        kind=InputKind.of(kind),
        system=system,
        event_id=event_id,
        type=type_,
        at=from_text(at),
        trust=Trust.of(trust),
        body=body,
        trouble=trouble,
    )


def mark(unit: Unit, marks: Sequence[InputMark], numbers: Mapping[str, int]) -> None:
    """`numbers` are the records by entity. Raises FenceLostError when an input is no longer due."""
    session = unit.session.id
    nowhere = ("", "")
    rows = [
        (m.state.value, m.fate.value, m.why, *(m.waits_for or nowhere), numbers.get(m.entity, 0), session, m.seq)
        for m in marks
    ]
    if _MARK.run(unit.connection, rows) != len(rows):
        raise FenceLostError("an input was judged meanwhile")
    unit.sealing.wrote(INBOX_JUDGED, [row[-1] for row in rows], [row[:-1] for row in rows])


def wake_linked(unit: Unit, links: Iterable[tuple[str, str]]) -> None:
    """These (flow, id) pairs are known now: inputs about them are due."""
    if unit.connection.execute(_ANY_UNLINKED).first() is not None:
        _wake(unit, dict.fromkeys(links, 0), InboxState.UNLINKED)


def wake_answered(unit: Unit, readings: Mapping[tuple[str, str], int]) -> None:
    """These (flow, id) pairs have been read (value: the input that is the reading) or need not be any more (0)."""
    _wake(unit, readings, InboxState.READING)


def _wake(unit: Unit, woken: Mapping[tuple[str, str], int], state: InboxState) -> None:
    by_flow: dict[str, list[str]] = {}
    for flow, external_id in woken:
        by_flow.setdefault(flow, []).append(external_id)
    rows = [
        ("", "", woken[flow, external_id], seq)
        for flow, ids in by_flow.items()
        for seq, external_id in dict.fromkeys(map(tuple, _WAITING.rows(unit.connection, ids, state.value, flow)))
    ]
    _WAKE.run(unit.connection, rows)
