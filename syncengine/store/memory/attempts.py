"""Attempts: where they stand, how they are noted in the audit trail, and how they look on their way out."""

from collections.abc import Sequence

from syncengine.model.attempt import Send
from syncengine.model.decision import Link
from syncengine.model.value import Json
from syncengine.store import audit
from syncengine.store.memory.ledger import ActionRow, AttemptRow, Ledger
from syncengine.store.memory.transaction import Transaction
from syncengine.vocabulary import AttemptState

_ON_THE_WAY = frozenset({AttemptState.SENT, AttemptState.PROBING})
_UNKNOWN = frozenset({AttemptState.UNKNOWN})


def last(ledger: Ledger, action: int) -> AttemptRow | None:
    numbers = ledger.attempts_of.get(action)
    return ledger.attempts[numbers[-1]] if numbers else None


def put(ledger: Ledger, row: AttemptRow) -> None:
    """Write an attempt's row and keep the indexes over its state."""
    ledger.attempts.put(row.id, row)
    for index, states in ((ledger.on_the_way, _ON_THE_WAY), (ledger.unknown, _UNKNOWN)):
        if row.state in states:
            index.put(row.id, None)
        else:
            index.drop(row.id)


def note(
    t: Transaction,
    attempt: AttemptRow,
    before: ActionRow,
    after: ActionRow,
    way: Sequence[AttemptState | None],
    link: Link | None = None,
    /,
    **kept: Json,
) -> None:
    entry = audit.attempt_moved(
        at=t.now,
        id=attempt.id,
        record=after.record,
        action=after.id,
        way=way,
        action_way=(before.state, after.state),
        number=attempt.number,
        fence=attempt.fence,
        via=attempt.via,
        request=after.frozen if after.frozen != before.frozen else 0,
        link=link,
        **kept,
    )
    t.entries.append(entry)


def send(ledger: Ledger, attempt: AttemptRow) -> Send:
    frozen = ledger.payloads[ledger.actions[attempt.action].frozen].body
    assert frozen is not None, "an attempt that is not over keeps its bytes"
    return Send(
        attempt=attempt.id,
        action=attempt.action,
        number=attempt.number,
        fence=attempt.fence,
        frozen=frozen,
        deadline=attempt.deadline,
    )
