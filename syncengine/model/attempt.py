"""One attempt to make an action take effect: frozen bytes, a fence, and the legal moves between its states."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from syncengine.model.struct import Struct
from syncengine.model.value import Json, Places
from syncengine.vocabulary import AttemptState as S
from syncengine.vocabulary import OutcomeKind, ProbeResult

MOVES: Final[Mapping[S | None, frozenset[S]]] = {
    None: frozenset({S.PREPARED, S.SENT}),  # claim, prepare and intent may share one transaction
    S.PREPARED: frozenset({S.SENT}),
    S.SENT: frozenset({S.CONFIRMED, S.REJECTED, S.THROTTLED, S.UNKNOWN, S.PREPARED, S.OVERTAKEN}),
    S.UNKNOWN: frozenset({S.PROBING, S.PARKED}),
    S.PROBING: frozenset({S.CONFIRMED, S.ABSENT, S.UNKNOWN, S.PARKED, S.OVERTAKEN}),
    S.THROTTLED: frozenset({S.PREPARED}),
    S.PARKED: frozenset(),
    S.CONFIRMED: frozenset(),
    S.REJECTED: frozenset(),
    S.ABSENT: frozenset(),
    S.OVERTAKEN: frozenset(),
}
"""There is no edge back to READY: what was sent once is never forgotten, whatever time passes. SENT goes back to
PREPARED only by its own worker, and only when nothing of it took effect ("not sent").
"""


class Request(Struct, frozen=True, kw_only=True):
    """What a writer is asked to prepare: one record in one flow, refs translated, values in normal spelling.

    `record` is their record type, `key` the place and value that identify the record there (no place: its own id),
    `before` the places that the before-image showed (None: there was no such record).
    """

    record: str
    key: tuple[str, str]
    create: bool
    places: Places
    before: Places | None


class Send(Struct, frozen=True, kw_only=True):
    """An attempt on its way out: the same bytes for every attempt of one action."""

    attempt: int
    action: int
    number: int
    fence: int
    frozen: bytes
    deadline: datetime


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one attempt. `remote_id` is the record's own id in the target; `after` its places where they
    differ from what was sent. `detail` is a reason for people, without payload values.
    """

    attempt: int
    kind: OutcomeKind
    remote_id: str = ""
    after: Mapping[str, Json] | None = None
    detail: str = ""
    retry_after: timedelta | None = None


class Probe(Struct, frozen=True, kw_only=True):
    """What a read-only look at the target says about an attempt of unknown outcome."""

    result: ProbeResult
    remote_id: str = ""
    places: Places | None = None
    detail: str = ""
