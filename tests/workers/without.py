"""Workers from whom one safety is taken, so that it can be seen what it is good for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from syncengine.store.protocol import Intent
from syncengine.store.sql import inputs, intending, records
from syncengine.store.sql.claims import Shared
from syncengine.store.worker import Worker


def claims(patch: pytest.MonkeyPatch) -> None:
    """Everybody does everything, and takes in every file."""
    share = Worker.share

    def everything(self: Worker, session: int) -> Shared:
        return Shared(share=None, living=share(self, session).living)

    patch.setattr(Worker, "share", everything)
    patch.setattr(Worker, "claim", lambda *_: True)
    patch.setattr(Worker, "release", lambda *_: None)


def revisions(patch: pytest.MonkeyPatch) -> None:
    """Decisions are kept whatever became of the records that they rest on, and of the inputs."""
    patch.setattr(records, "check", lambda *_: None)
    patch.setattr(records, "_UPDATE", _Careless(records._UPDATE))
    patch.setattr(inputs, "_MARK", _Careless(inputs._MARK))


def lanes(patch: pytest.MonkeyPatch) -> None:
    """What somebody else has sent meanwhile is sent as well."""

    def all_of_them(_unit: Any, intents: Sequence[Intent], _standing: Mapping[int, Any]) -> list[Intent]:
        return list(intents)

    patch.setattr(intending, "_still_right", all_of_them)


class _Careless:
    """A statement that always says that every row was there."""

    def __init__(self, bulk: Any) -> None:
        self._bulk = bulk

    def run(self, connection: Any, rows: Sequence[Any]) -> int:
        self._bulk.run(connection, rows)
        return len(rows)


SAFETIES: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "claims": claims,
    "revisions": revisions,
    "lanes": lanes,
}
