"""Arrivals: what lies in the drop folders and what the due scans bring, one group at a time. Each file and each scan is
taken in by one worker at a time; what another one is at is asked for again, since its worker may die over it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syncengine.engine.intake import Report, UnreadableFileError, drop_files, readable, take_file
from syncengine.engine.scan import is_due, scan
from syncengine.engine.trouble import Trouble
from syncengine.engine.world import World
from syncengine.errors import BusyError, PermanentError, TemporaryError
from syncengine.plan.plan import FlowPlan


@dataclass(frozen=True, slots=True)
class _Source:
    """`claim` names it among all workers; `size` is in bytes, 0 for a scan."""

    claim: str
    system: str
    steps: Callable[[], Iterator[int]]
    size: int = 0


class Arrivals:
    """The arrivals of one run. `report` says what became of the files, `trouble` which systems could not be read."""

    def __init__(self, world: World, folders: Mapping[str, Path], report: Report) -> None:
        self.trouble = Trouble()
        self._world = world
        self._report = report
        self._left = [*self._files(folders), *self._scans()]
        self._at: tuple[_Source, Iterator[int]] | None = None
        self.total = sum(source.size for source in self._left)

    @property
    def elsewhere(self) -> bool:
        """Whether all that is left is with other workers: what they take in may be this one's to judge."""
        return self._at is None and bool(self._left)

    def round(self) -> int:
        """One group, of whatever is next. Returns how large it was; 0 when there is none, or others are at the rest."""
        while self._at is not None or self._take_up():
            assert self._at is not None
            source, steps = self._at
            try:
                return max(next(steps), 1)  # an empty page is a step all the same
            except StopIteration:
                pass
            except (UnreadableFileError, TemporaryError, PermanentError) as error:
                self.trouble.note(source.system, error)
            self._at = None
            self._world.store.release(self._world.session, source.claim)
        return 0

    def _take_up(self) -> bool:
        for place, source in enumerate(self._left):
            if self._world.store.claim(self._world.session, source.claim):
                del self._left[place]
                self._at = source, source.steps()
                return True
        return False

    def _files(self, folders: Mapping[str, Path]) -> Iterator[_Source]:
        """What lies in the drop folders; one that cannot be read is a system that is away."""
        for system, folder in folders.items():
            try:
                files = drop_files(folder)
            except BusyError as error:
                self.trouble.note(system, error)
                continue
            for path in files:
                yield _Source(f"file:{system}:{readable(path.name)}", system, self._file(system, path), _size(path))

    def _file(self, system: str, path: Path) -> Callable[[], Iterator[int]]:
        return lambda: take_file(self._world, system, path, self._report)

    def _scans(self) -> Iterator[_Source]:
        for flow in self._world.plan.flows.values():
            if flow.schedule is not None:
                yield _Source(f"scan:{flow.id}", flow.system, self._scan(flow))

    def _scan(self, flow: FlowPlan) -> Callable[[], Iterator[int]]:
        """Whether it is due is asked once it is claimed: another worker may just have ended it."""
        return lambda: scan(self._world, flow) if is_due(self._world, flow) else iter(())


def _size(path: Path) -> int:
    """In bytes; 0 for a file that was moved away since."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
