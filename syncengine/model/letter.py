"""Dead letters: messages that failed so often, or so definitely, that a person has to look at them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Message(StrEnum):
    """What can fail: an action towards a target, or an input that cannot be understood or applied."""

    ACTION = "action"
    INPUT = "input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """`receives`: the failed attempts of this message. `alone`: its next attempt shares its request with nobody, since
    the last one failed as a whole and nobody knows through whom.
    """

    receives: int = 0
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter. `name` is an action's key or an input's event id, `what` an action's kind or an input's type.

    `record`, `object`, `entity` and `birth` say whom it is about (0 and empty where nobody knows). `flow` is an
    action's, `system` an input's. `behind`: newer actions of its lane that cannot go. `waiting`: actions of other
    records that wait for what it would have made.
    """

    message: Message
    number: int
    name: str
    what: str
    since: datetime
    receives: int
    error: str
    flow: str = ""
    system: str = ""
    record: int = 0
    object: str = ""
    entity: str = ""
    birth: str = ""
    behind: int = 0
    waiting: int = 0

    @property
    def id(self) -> str:
        """As `dlq show` takes it."""
        return f"{self.message}:{self.number}"
