"""The intent: SENT is in the ledger before the first byte leaves. Only here are permits made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, literal_column, update

from syncengine.clock import to_text
from syncengine.model.attempt import Send
from syncengine.model.payload import PayloadKind
from syncengine.model.permit import Permit
from syncengine.model.switch import Switches
from syncengine.model.value import Json
from syncengine.store import audit
from syncengine.store.outcomes import resumed
from syncengine.store.protocol import Intent
from syncengine.store.schema.work import actions as table
from syncengine.store.schema.work import attempts as attempt_table
from syncengine.store.sql import actions, attempts, lanes, records
from syncengine.store.sql.statement import Bulk
from syncengine.store.sql.switches import current
from syncengine.store.sql.unit import Unit
from syncengine.vocabulary import ActionState, AttemptState

_CLAIM: Final = Bulk(
    update(table)
    .where(table.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        fence=table.c.fence + literal_column("1"),
        request_id=bindparam("request"),
        due_at=literal_column("0"),
    ),
    "new_state", "request", "row",
)  # fmt: skip


def commit(unit: Unit, intents: Sequence[Intent], switches: Switches) -> Sequence[Permit]:
    """An intent is dropped when its action, its lane or a record it rests on moved, or when it is paused, whoever let
    it come so far; all are when a switch moved.
    """
    here = current(unit.connection)
    if (here.phases, here.paused) != (dict(switches.phases), switches.paused):
        return []
    standing = actions.standing(unit.connection, [i.candidate.id for i in intents])
    kept = _still_right(unit, [i for i in intents if here.paused.isdisjoint(i.scopes)], standing)
    return [Permit(send) for send in _send_out(unit, kept, standing)]


def _still_right(unit: Unit, intents: Sequence[Intent], standing: Mapping[int, Any]) -> list[Intent]:
    reads = {record: 0 for intent in intents for record, _ in intent.reads}
    revisions = records.revisions(unit.connection, list(reads))
    occupied = actions.lanes_in_flight(unit.connection, ((row.record_id, row.flow) for row in standing.values()))
    kept: list[Intent] = []
    for intent in intents:
        row = standing[intent.candidate.id]
        stands = row.state == intent.candidate.state and row.fence == intent.candidate.fence
        moved = any(revisions.get(record) != revision for record, revision in intent.reads)
        if stands and not moved and occupied.setdefault((row.record_id, row.flow), row.id) == row.id:
            kept.append(intent)
    return kept


def _send_out(unit: Unit, intents: Sequence[Intent], standing: Mapping[int, Any]) -> list[Send]:
    again = [i.candidate.id for i in intents if standing[i.candidate.id].request_id]
    frozen = lanes.frozen(unit.connection, again)
    last = {row.action_id: row for row in attempts.OF_ACTIONS.rows(unit.connection, again)}
    window = _Window(unit, len(intents))
    for intent in intents:
        number = intent.candidate.id
        window.add(intent, standing[number], frozen.get(number), last.get(number))
    _CLAIM.run(unit.connection, window.claims)
    actions.touch(unit, [(row.id, row.session_id) for i in intents for row in (standing[i.candidate.id],)])
    attempts.INSERT.run(unit.connection, window.new)
    attempts.RESUME.run(unit.connection, window.resumed)
    return window.sends


class _Window:
    """The rows of one send window, as they will be written."""

    def __init__(self, unit: Unit, room: int) -> None:
        self._unit = unit
        self._following = unit.take(attempt_table.c.id, room) if room else 0
        self._spelled: dict[datetime, str] = {}
        self.claims: list[tuple[Any, ...]] = []
        self.new: list[tuple[Any, ...]] = []
        self.resumed: list[tuple[Any, ...]] = []
        self.sends: list[Send] = []

    def add(self, intent: Intent, row: Any, frozen: bytes | None, last: Any) -> None:
        """`row` is the action as it stands, `frozen` its bytes and `last` its last attempt, if there was one."""
        request, body = self._bytes(intent, row, frozen)
        before = 0
        if intent.before is not None:
            before = self._unit.keep_json(PayloadKind.BEFORE, intent.before, row.record_id)
        elif last is not None:
            before = last.before_id
        stood = None if last is None else AttemptState(last.state)
        way = resumed(stood)
        fence, deadline = row.fence + 1, self._spelled.get(intent.deadline) or self._spell(intent.deadline)
        if last is None or way is None:
            attempt, number = self._begin(row, last, (request, before), fence, deadline)
            first = 0 if row.request_id else request
            self._note(row, attempt, number, (None, AttemptState.SENT), first, before=before, deadline=deadline)
        else:
            attempt, number = last.id, last.number
            said = (AttemptState.SENT.value, fence, self._unit.session.id, before, deadline)
            self.resumed.append((*said, self._unit.at, None, "", "", attempt))
            self._note(row, attempt, number, (stood, *way), 0, before=before, deadline=deadline)
        self.claims.append((ActionState.SENT.value, request, row.id))
        deadline_at = intent.deadline
        self.sends.append(
            Send(attempt=attempt, action=row.id, number=number, fence=fence, frozen=body, deadline=deadline_at)
        )

    def _spell(self, deadline: datetime) -> str:
        """Most of a window have one deadline."""
        return self._spelled.setdefault(deadline, to_text(deadline))

    def _bytes(self, intent: Intent, row: Any, frozen: bytes | None) -> tuple[int, bytes]:
        """The request's payload and bytes. What was frozen once is sent again, whatever a caller brings."""
        if frozen is not None:
            return row.request_id, frozen
        assert intent.frozen is not None, "the first attempt of an action brings its bytes"
        return self._unit.keep(PayloadKind.REQUEST, intent.frozen, row.record_id), intent.frozen

    def _begin(self, row: Any, last: Any, kept: tuple[int, int], fence: int, deadline: str) -> tuple[int, int]:
        """A new attempt: its id, and its number within the action."""
        attempt, number = self._following, 1 if last is None else last.number + 1
        self._following += 1
        said = (attempt, row.id, number, AttemptState.SENT.value, fence, self._unit.session.id)
        self.new.append((*said, *kept, 0, deadline, self._unit.at, None, "", "", ""))
        return attempt, number

    def _note(
        self, row: Any, attempt: int, number: int, way: Sequence[AttemptState | None], request: int, **kept: Json
    ) -> None:  # fmt: skip
        entry = audit.attempt_moved(
            at=self._unit.now,
            id=attempt,
            record=row.record_id,
            action=row.id,
            way=way,
            action_way=(ActionState.of(row.state), ActionState.SENT),
            number=number,
            fence=row.fence + 1,
            request=request,
            **kept,
        )
        self._unit.note(entry)
