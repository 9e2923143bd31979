"""What intake read a moment ago. The judgement that comes right after it need not read the same bytes again.

A shortcut and nothing more: whatever is not here any more, or has other bytes, is read from what the ledger kept.
"""

from typing import Final

from syncengine.canonical import decode
from syncengine.model.value import Json

ROOM: Final = 4 * 1024 * 1024
"""Bytes of bodies whose content is kept."""


class Recent:
    __slots__ = ("_kept", "_size")

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[bytes, Json]] = {}
        self._size = 0

    def keep(self, system: str, event_id: str, body: bytes, content: Json) -> None:
        self._size += len(body)
        if self._size > ROOM:
            self._kept.clear()
            self._size = len(body)
        self._kept[system, event_id] = (body, content)

    def content(self, system: str, event_id: str, body: bytes) -> Json:
        """What a body says. Raises ValueError. Asked for once: it is not kept any longer."""
        kept = self._kept.pop((system, event_id), None)
        if kept is None:
            return decode(body)
        self._size -= len(kept[0])
        return kept[1] if kept[0] == body else decode(body)
