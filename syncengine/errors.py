"""Errors that cross floors. Each says what happened, where, and what to do next; only `cli` knows exit codes."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mistake stands. Lines and columns count from 1; 0 is "the file as a whole".

    `width` is how many characters of the line it takes, 0 where nobody knows. Places that begin alike are equal.
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class SyncengineError(Exception):
    """Base of every error that is meant to be shown. `remedy` is the next action, in the imperative."""

    def __init__(self, message: str, *, remedy: str = "", place: Place | None = None, rule: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.place = place
        self.rule = rule


class UserError(SyncengineError):
    """The command, the map or the environment is wrong; repeating it unchanged fails again."""


class RefusedError(SyncengineError):
    """A phase, lock, gate or guard forbids it."""


class BusyError(SyncengineError):
    """Something that will pass stands in the way: another process, a locked or vanished database."""

    def __init__(
        self, message: str, *, remedy: str = "", place: Place | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, remedy=remedy, place=place)
        self.retry_after = retry_after


class NotFoundError(SyncengineError):
    """The id or name that was asked for is unknown."""


class TemporaryError(Exception):
    """Raised by adapters: the same request may succeed after `delay`."""

    def __init__(self, message: str, delay: timedelta | None = None) -> None:
        super().__init__(message)
        self.delay = delay


class PermanentError(Exception):
    """Raised by adapters: the same request will fail again."""


class UnfitError(PermanentError):
    """Raised by adapters: what the map names is not there, or cannot serve. It is about no record, and nothing becomes
    of any until somebody changes the system or the map. `remedy` is the next action, in the imperative.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class FenceLostError(Exception):
    """A ledger row was moved by somebody else since it was read; nothing of the transaction was kept."""


class TamperError(Exception):
    """A permit was redeemed twice, or for other bytes than it was given for."""
