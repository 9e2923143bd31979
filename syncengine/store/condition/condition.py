"""What a look at a ledger shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`due` inputs, the `oldest` of them, records whose reading is awaited, actions that are not over by where they
    stand, and dead letters of each kind. `closed_at`: when a session last ended as it should, with a checkpoint over
    all strands.
    """

    due: int
    oldest: datetime | None
    readings: int
    open: Mapping[str, int]
    dead_letters: Mapping[str, int]
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`server` is what keeps it, in which version; `place` where, without credentials. `durability`: how a commit is
    made to last, in words; `unsafe` is why it may not last, "" where it does. `size` and `free` are bytes, None where
    nobody tells. `revision` is its schema's ("" before its first session), `newest` the one of this version. `at_work`
    names who works on it now. `readable_only`: why nothing can be written to it, "" where it can. `queue` is None where
    there is no ledger yet, or one of another schema.
    """

    server: str
    place: str
    exists: bool = True
    durability: str = ""
    unsafe: str = ""
    next: str = ""
    size: int | None = None
    free: int | None = None
    revision: str = ""
    newest: str = ""
    at_work: tuple[str, ...] = field(default=())
    read_only: str = ""
    queue: Queue | None = None
