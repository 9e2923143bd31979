"""What one worker may call its own: a share of the partitions, and names that it claims."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from syncengine.store.protocol import Leaving
from syncengine.store.sql.share import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The partitions of a worker, and the sessions that are known to live (None: its own alone). `owed`: others have
    more than their part.
    """

    share: Share
    living: Collection[int] | None
    owed: bool = False


class Claims(Protocol):
    """Of the session that asked last. Raises BusyError once the proof that it lives is lost."""

    def share(self, session: int) -> Shared: ...

    def leave(self) -> Leaving: ...

    def claim(self, session: int, name: str) -> bool: ...

    def release(self, name: str) -> None: ...

    def prove(self, session: int, connection: Connection) -> None:
        """In a transaction that sends something: that others still know of this session."""
        ...

    def close(self) -> None: ...


class Alone:
    """Where a lock outside of the database keeps every other worker away."""

    def share(self, session: int) -> Shared:  # noqa: ARG002 - whoever it is
        return Shared(share=None, living=None)

    def leave(self) -> Leaving:
        return Leaving.LAST

    def claim(self, session: int, name: str) -> bool:  # noqa: ARG002 - nobody else asks
        return True

    def release(self, name: str) -> None:
        """Nobody else asks."""

    def prove(self, session: int, connection: Connection) -> None:
        """The lock outside proves it."""

    def close(self) -> None:
        """Nothing was taken."""
