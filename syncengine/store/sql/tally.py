"""What one session did, counted from the ledger's rows and from the entries that sum up its batches."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, select, true

from syncengine.canonical import decode
from syncengine.model.tally import Tally
from syncengine.store.protocol import Session
from syncengine.store.schema.intake import inbox, refusals, repeats, touched
from syncengine.store.schema.knowledge import conflicts, records, reviews, unsettled
from syncengine.store.schema.matching import pairings
from syncengine.store.schema.trail import audit, per_batch
from syncengine.store.schema.work import actions, attempts, in_flight, replaceable
from syncengine.store.sql import failures
from syncengine.vocabulary import (
    ActionState,
    AttemptState,
    EntryKind,
    Fate,
    FlowResult,
    InputKind,
    PairState,
)

_PROBE: Final = "probe"
_DEAD: Final = ActionState.DEAD_LETTERED.value
_PREPARED: Final = ActionState.PREPARED.value


def tally(connection: Connection, session: Session) -> Tally:
    judged = and_(touched(inbox), inbox.c.touched_by == session.id)
    moved = actions.c.session_id == session.id
    again = _counts(connection, repeats.c.collision, repeats.c.session_id == session.id)
    events = Counter({Fate(fate): n for fate, n in _counts(connection, inbox.c.fate, judged).items() if fate})
    events[Fate.DUPLICATE] += again.get(0, 0)
    unmapped = _counts(connection, inbox.c.type, and_(judged, inbox.c.fate == Fate.UNMAPPED.value))
    states = _counts(connection, actions.c.state, moved)
    unfinished = {
        **_counts(connection, actions.c.state, replaceable(actions)),
        **_counts(connection, actions.c.state, in_flight(actions)),
    }  # each by an index of its own: what is over is not walked through
    return Tally(
        events={fate: n for fate, n in sorted(events.items()) if n},
        decisions=_decisions(connection, session),
        writes=dict(sorted((ActionState(state), n) for state, n in states.items())),
        by_probe=_by_probe(connection, moved),
        rejected=_tried(connection, AttemptState.REJECTED, and_(moved, actions.c.state != _DEAD)),
        throttled=_tried(connection, AttemptState.THROTTLED, and_(moved, actions.c.state == _PREPARED)),
        conflicts=_count(connection, conflicts, conflicts.c.session_id == session.id),
        reviews=_count(connection, reviews, reviews.c.session_id == session.id),
        refused=_count(connection, refusals, refusals.c.session_id == session.id),
        collisions=again.get(1, 0),
        unmapped_types=dict(sorted(unmapped.items())),
        unsettled=_count(connection, records, unsettled(records)),
        open=dict(sorted((ActionState(state), n) for state, n in unfinished.items())),
        readings=_count(connection, inbox, and_(judged, inbox.c.kind == InputKind.READING.value)),
        unpaired=dict(sorted((PairState(s), n) for s, n in _counts(connection, pairings.c.state, true()).items())),
        dead_letters=failures.counts(connection),
    )


def _counts(connection: Connection, column: ColumnElement[Any], where: ColumnElement[bool]) -> Mapping[Any, int]:
    """How many rows there are of each value."""
    found: Select[Any] = select(column, func.count()).where(where).group_by(column)
    return dict(map(tuple, connection.execute(found)))


def _count(connection: Connection, table: FromClause, where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())


def _tried(connection: Connection, ended: AttemptState, moved: ColumnElement[bool]) -> int:
    """Those of these actions of which an attempt ended so."""
    joined = attempts.join(actions, and_(actions.c.id == attempts.c.action_id, attempts.c.state == ended.value))
    return _count(connection, joined, moved)


def _by_probe(connection: Connection, moved: ColumnElement[bool]) -> int:
    confirmed = and_(moved, actions.c.state == ActionState.CONFIRMED.value)
    probed = and_(attempts.c.state == AttemptState.CONFIRMED.value, attempts.c.via == _PROBE)
    joined = attempts.join(actions, and_(actions.c.id == attempts.c.action_id, probed))
    return _count(connection, joined, confirmed)


def _decisions(connection: Connection, session: Session) -> Mapping[FlowResult, int]:
    batches = select(audit.c.body).where(
        per_batch(audit), audit.c.strand == session.strand, audit.c.kind == EntryKind.DECIDED.value
    )
    total: Counter[str] = Counter()
    for body in connection.execute(batches).scalars():
        total.update(decode(body)["facts"]["flows"])
    return dict(sorted((FlowResult(result), n) for result, n in total.items()))
