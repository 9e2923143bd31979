"""A wire between a ledger and its server that breaks on request, exactly at a commit."""

import socket
import tempfile
from contextlib import suppress
from enum import Enum
from pathlib import Path
from select import select
from shutil import rmtree
from threading import Thread
from types import TracebackType
from typing import Final, Self

_COMMIT: Final = b"COMMIT\0"


class Cut(Enum):
    """BEFORE: the server never hears of the commit. AFTER: it has answered, and nobody hears it. BLIND: it hears of it
    at the moment at which the wire breaks.
    """

    BEFORE = "before"
    BLIND = "blind"
    AFTER = "after"


class Wire:
    """Listens on a socket in a folder of its own; `cut` says what happens at the next commit. Every connection that is
    open then breaks with it.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self.folder = Path(tempfile.mkdtemp(prefix="wire-"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.cut: Cut | None = None
        self.cuts = 0
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for thread in self._threads:
            thread.join()
        rmtree(self.folder)

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.socket(socket.AF_UNIX)
            there.connect(str(self._server / ".s.PGSQL.5432"))
            self._threads.append(Thread(target=self._carry, args=(here, there), daemon=True))
            self._threads[-1].start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with here, there, suppress(ConnectionError):
            while True:
                for ready in select([here, there], [], [])[0]:
                    said = ready.recv(65536)
                    if not said:
                        return
                    if ready is here and self.cut is not None and _COMMIT in said:
                        self._break(there, said)
                        return
                    (there if ready is here else here).sendall(said)

    def _break(self, there: socket.socket, said: bytes) -> None:
        cut, self.cut = self.cut, None
        self.cuts += 1
        if cut is not Cut.BEFORE:
            there.sendall(said)
        if cut is Cut.AFTER:
            assert there.recv(65536)
