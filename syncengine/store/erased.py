"""What is left of what was erased; the same for every store."""

from typing import Final

from syncengine.model.record import Record
from syncengine.vocabulary import OVER, ActionState, InputKind

WHY: Final = "its subject was erased"

BUSY: Final = (ActionState.SENT, ActionState.UNKNOWN, ActionState.PROBING)
"""States of an action that may be taking effect at this moment: it is settled first."""

OPEN: Final = tuple(state for state in ActionState if state not in (*OVER, *BUSY))
"""States in which it would still be done, or looked at by a person."""


def emptied(record: Record, entry: str) -> Record:
    """That there was a record, and where it was born. `entry` says where the trail tells of the erasure."""
    return Record(
        object=record.object, entity=record.entity, birth=record.birth, id=record.id, revision=record.revision,
        tombstone=True, erased=entry,
    )  # fmt: skip


def name_of(place: int, kind: str, event_id: str) -> str:
    """The name of a reading tells what was read; that of a delivery is its sender's, and stays."""
    return f"reading:erased:{place}" if kind == InputKind.READING else event_id
