"""Records read from a folder: RECORD/ID.json or RECORD.jsonl, each object as the system's API would return it."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from syncengine import canonical
from syncengine.clock import Clock
from syncengine.connectors.protocol import Page
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.event import Snapshot, Version
from syncengine.model.value import Json

_PLAIN: Final = re.compile(r"[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]{0,199}", re.ASCII)
"""Ids that may be a file name; no other can lead out of the folder, or be hidden in it."""
PAGE: Final = 500

Convert = Callable[[Mapping[str, Json], Version], Snapshot | None]


class SnapshotFolder:
    """A Reader over files. `convert` turns an object and the version of its reading into a snapshot."""

    def __init__(self, folder: Path, convert: Convert, clock: Clock) -> None:
        self._folder = folder
        self._convert = convert
        self._clock = clock
        self._lines: dict[Path, tuple[tuple[int, int], Mapping[str, Mapping[str, Json]]]] = {}

    def read(self, record: str, id: str, *, version: str = "") -> Snapshot | None:  # noqa: A002, ARG002
        """The record as the folder has it; None when it is not there."""
        self._check()
        if not _PLAIN.fullmatch(record) or not _PLAIN.fullmatch(id):
            return None
        file = self._folder / record / f"{id}.json"
        with _as_away():
            if file.is_file():
                content: Mapping[str, Json] | None = _object(file.read_bytes(), str(file))
            else:
                content = self._collected(record).get(id)
        found = None if content is None else self._snapshot(record, content)
        if found is not None and found.id != id:
            raise PermanentError(f"{file}: this is the snapshot of {found.id}")
        return found

    def scan(self, record: str, *, version: str, cursor: str) -> Iterator[Page]:  # noqa: ARG002
        """All records of the folder, oldest first, every time: files say nothing of when they changed."""
        self._check()
        with _as_away():
            contents = dict(self._collected(record)) if _PLAIN.fullmatch(record) else {}
            for file in sorted((self._folder / record).glob("*.json")):
                contents[file.stem] = _object(file.read_bytes(), str(file))
        found = [self._snapshot(record, contents[id_]) for id_ in sorted(contents, key=lambda i: _age(contents[i], i))]
        snapshots = [s for s in found if s is not None]
        for start in range(0, len(snapshots), PAGE):
            yield Page(snapshots=tuple(snapshots[start : start + PAGE]), cursor="")

    def _check(self) -> None:
        if not self._folder.is_dir():
            raise TemporaryError(f"the folder of snapshots {self._folder} is not there")

    def _snapshot(self, record: str, content: Mapping[str, Json]) -> Snapshot | None:
        found = self._convert(content, Version(at=self._clock.now(), resolution=timedelta(0)))
        if found is not None and found.record != record:
            raise PermanentError(f"the snapshot {found.id} in {record} is one of {found.record}")
        return found

    def _collected(self, record: str) -> Mapping[str, Mapping[str, Json]]:
        """What RECORD.jsonl holds by id; a later line replaces an earlier one. Read again when the file changes."""
        file = self._folder / f"{record}.jsonl"
        if not file.is_file():
            return {}
        stat = file.stat()
        mark = (stat.st_mtime_ns, stat.st_size)
        known = self._lines.get(file)
        if known is not None and known[0] == mark:
            return known[1]
        lines = enumerate(file.read_bytes().splitlines(), start=1)
        objects = [_object(line, f"{file}:{number}") for number, line in lines if line.strip()]
        found = {str(o.get("id")): o for o in objects}
        self._lines[file] = (mark, found)
        return found


@contextmanager
def _as_away() -> Iterator[None]:
    """A file that cannot be opened now is no answer about the record."""
    try:
        yield
    except OSError as error:
        raise TemporaryError(f"the snapshot {error.filename} cannot be read: {error.strerror}") from error


def _object(body: bytes, place: str) -> Mapping[str, Json]:
    try:
        content = canonical.decode_strict(body)
    except canonical.NotStrictError as error:
        raise PermanentError(f"{place}: {error}") from None
    if not isinstance(content, Mapping):
        raise PermanentError(f"{place}: a snapshot is one JSON object")
    return content


def _age(content: Mapping[str, Json], id_: str) -> tuple[int, str]:
    created = content.get("created")
    return created if isinstance(created, int) else 0, id_
