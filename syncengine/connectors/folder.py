"""A look at a folder of snapshots: whether it is there, and can be read."""

import os
from collections.abc import Sequence
from pathlib import Path

from syncengine.connectors.protocol import Greeting, Need
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.examined import Examined, ok, warning


class FolderExaminer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def greet(self) -> Greeting:
        if not self._folder.is_dir():
            raise TemporaryError(f"the folder of snapshots {self._folder} is not there")
        if not os.access(self._folder, os.R_OK | os.X_OK):
            raise PermanentError(f"the folder of snapshots {self._folder} cannot be read by this user")
        return Greeting(what=f"records are read back from the folder {self._folder}")

    def examine(self, need: Need) -> Sequence[Examined]:
        one_each, together = self._folder / need.record, self._folder / f"{need.record}.jsonl"
        if not one_each.exists() and not together.exists():
            missing = f"no {need.record} can be read back: there is neither {one_each.name}/ nor {together.name}"
            return [warning(need.record, missing, "put the records there; until then what is in doubt stays unsettled")]
        unreadable = next((p for p in (one_each, together) if p.exists() and not os.access(p, os.R_OK)), None)
        if unreadable is not None:
            return [warning(need.record, f"{unreadable} cannot be read by this user", "give this user the right to it")]
        return [ok(need.record, "can be read back")]
