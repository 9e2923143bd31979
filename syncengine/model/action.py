"""An action: one accepted business act towards one target, with everything that names it and holds it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncengine.model.struct import Struct
from syncengine.model.value import Places
from syncengine.vocabulary import ActionKind, ActionState


class Action(Struct, frozen=True, kw_only=True):
    """What decide wants done. `content` is in their spelling, refs untranslated; `key` is the idempotency key.

    `cause` is the inbox place of the input that led to it, `plan` the digest of the plan that judged it.
    """

    key: str
    kind: ActionKind
    flow: str
    entity: str
    sequence: int
    content: Places
    write_set: str
    cause: int
    plan: str
    gates: tuple[str, ...] = ()


class Candidate(Struct, frozen=True, kw_only=True):
    """An action that delivery may take up, with the state of its record, as the store hands it out."""

    id: int
    key: str
    kind: ActionKind
    flow: str
    state: ActionState
    sequence: int
    content: Places
    write_set: str
    record_id: int
    fence: int


class Wait(Struct, frozen=True, kw_only=True):
    """A ref that is not linked yet: the record `id` of `flow`, as it is known in `target` (flow ids)."""

    flow: str
    id: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a gate stopped an action. `about` is the entity whose field did, or the name of its link where nobody
    knows it yet; `next` is what to do about it.
    """

    gate: str
    need: str
    about: str
    status: str
    next: str
    since: datetime
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """Who stopped it over what; the status itself is a value."""
        return f"the gate {self.gate} asks for {self.need}"

    @property
    def reason(self) -> str:
        return f"{self.need} {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHold:
    """A hold that goes on: `entity` is stopped in `flow`."""

    entity: str
    flow: str
    hold: Hold
