"""A stored payload: bytes, the salt that hides them, and what commits to both."""

from dataclasses import dataclass
from enum import StrEnum


class PayloadKind(StrEnum):
    """What the bytes are. Everything that may hold a value of theirs is a payload, and nothing else is."""

    RAW = "raw"  # a delivery, or a reading that we wrote down
    COLLISION = "collision"  # the other body that came under a known event id
    REFUSED = "refused"  # a line that is no delivery
    CONTENT = "content"  # of an action
    REQUEST = "request"  # the frozen bytes
    BEFORE = "before"
    AFTER = "after"
    WINNER = "winner"
    LOSER = "loser"
    REVIEW = "review"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadRow:
    """One stored payload, as audit verification sees it. `salt` and `body` are None once it was erased; `erased_by` is
    the number of the entry that says so, in whatever strand (0: not erased).
    """

    id: int
    kind: str
    record: int
    salt: bytes | None
    body: bytes | None
    commitment: bytes
    erased_by: int


def leaf(*, kind: str, record: int, commitment: bytes) -> bytes:
    """What the entry over a run of payloads covers of each: also what it is, and whom it is about."""
    return b"%b%d:%b;" % (commitment, record, kind.encode())
