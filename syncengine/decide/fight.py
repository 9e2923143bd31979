"""When putting an edit back has become a fight: after so many rounds on one field within an hour a person looks at it,
until an hour goes by in which nobody edits it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from syncengine.plan.plan import FieldPlan
from syncengine.vocabulary import IfEdited

MAX_ROUNDS: Final = 3
"""Edits of one field that are put back within one `SPAN`."""
SPAN: Final = timedelta(hours=1)
FIGHT: Final = "restore_fight"
"""How a review begins that a fight asks for."""

Rounds = Mapping[str, tuple[datetime, ...]]
"""By field, as `TargetState` keeps them: one moment more than MAX_ROUNDS says that the last one began a fight."""


def is_fight(rounds: Rounds, field: str, now: datetime) -> bool:
    """Whether edits of the field are not put back at this moment."""
    moments = rounds.get(field, ())
    return len(moments) > MAX_ROUNDS and now - moments[-1] < SPAN


def edited_again(rounds: Rounds, field: str, now: datetime) -> Rounds:
    """The rounds after one more edit at `now`. All that one look finds changed of a field is one edit."""
    moments = rounds.get(field, ())
    if moments and moments[-1] == now:
        return rounds
    if is_fight(rounds, field, now):
        moments = (*moments[:MAX_ROUNDS], now)
    else:
        recent = () if len(moments) > MAX_ROUNDS else tuple(m for m in moments if now - m < SPAN)
        moments = (*recent, now)
    return {**rounds, field: moments}


def rule_of(field: FieldPlan, rounds: Rounds, now: datetime) -> IfEdited:
    """What a change of the field leads to now, in the target with these rounds."""
    if field.if_edited is IfEdited.RESTORE and is_fight(rounds, field.name, now):
        return IfEdited.REVIEW
    return field.if_edited
