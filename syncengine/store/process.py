"""The proof that a process has ended: its mark is kept with its session, and whoever takes over asks the kernel.

A lock that was lost tells only that a connection has ended. A process that goes on may still be sending what it had
begun; one that is gone sends nothing any more, and nobody has to wait for what it might have done.
"""

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_ENDED: Final = ("Z", "X")
"""States of a process that runs no code any more, though nobody has asked yet how it ended."""


def mark() -> str:
    """A text for the running process that no other has, on any machine; "" where the kernel does not tell."""
    room, (state, started) = _room(), _stat(os.getpid())
    return f"{room}:{os.getpid()}:{started}" if room and state else ""


def is_gone(of: str) -> bool:
    """Whether the process with this mark has certainly ended. Nobody can see it of another machine or container."""
    room, number, started = (*of.rsplit(":", 2), "", "")[:3]
    if not (room and started) or room != _room():
        return False
    try:
        os.kill(int(number), 0)  # asks only: no signal is sent
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    state, began = _stat(int(number))
    return bool(state) and (state in _ENDED or began != started)


def _room() -> str:
    """The boot of this machine, and the space in which numbers of processes mean something; "" where there is none."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _stat(number: int) -> tuple[str, str]:
    """A process's state, and when it began in ticks of the kernel; empty where nothing is shown."""
    try:
        said = (_PROC / str(number) / "stat").read_text()
    except OSError:
        return "", ""
    state, *fields = said.rpartition(")")[2].split()
    return state, fields[18]
