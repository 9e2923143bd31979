"""What an error says to whoever typed the command: the code, what is wrong, where, and what to do next."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import click

from syncengine.cli.exits import Exit
from syncengine.errors import (
    BusyError,
    NotFoundError,
    PermanentError,
    Place,
    RefusedError,
    SyncengineError,
    TemporaryError,
    UserError,
)

_KINDS: Final[tuple[tuple[type[SyncengineError], Exit, str], ...]] = (
    (NotFoundError, Exit.FINDINGS, "not_found"),
    (RefusedError, Exit.REFUSED, "refused"),
    (BusyError, Exit.TEMPORARY, "temporary"),
    (UserError, Exit.USAGE, "usage"),
)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`code` is a stable word for programs; `report` the file that describes a bug."""

    exit: Exit
    code: str
    message: str
    remedy: str = ""
    rule: str = ""
    place: Place | None = None
    retry_after: timedelta | None = None
    report: str = ""

    def to_json(self) -> dict[str, Any]:
        optional = {
            "place": self.place and {"file": self.place.file, "line": self.place.line, "column": self.place.column},
            "retry_after": self.retry_after and self.retry_after.total_seconds(),
            "report": self.report,
        }
        said = {"code": self.code, "rule": self.rule, "message": self.message, "remedy": self.remedy}
        return said | {name: value for name, value in optional.items() if value}


def of(error: BaseException, argv: Sequence[str]) -> Failure:
    """Tell a mistake, an obstacle and a bug apart. A bug leaves a report behind."""
    match error:
        case SyncengineError():
            return _known(error)
        case click.Abort() | KeyboardInterrupt():
            return Failure(exit=Exit.INTERRUPTED, code="interrupted", message="interrupted")
        case click.ClickException():
            return _misuse(error)
        case TemporaryError() | PermanentError():
            return _adapters(error)
        case OSError(errno=number) if number in (*_FORBIDDEN, *_FULL):
            return _obstacle(error)
        case _:
            return _bug(error, argv)


def _known(error: SyncengineError) -> Failure:
    code, word = next(((c, w) for kind, c, w in _KINDS if isinstance(error, kind)), (Exit.USAGE, "usage"))
    return Failure(
        exit=code,
        code=word,
        message=error.message,
        remedy=error.remedy,
        rule=error.rule,
        place=error.place,
        retry_after=error.retry_after if isinstance(error, BusyError) else None,
    )


def _adapters(error: TemporaryError | PermanentError) -> Failure:
    if isinstance(error, TemporaryError):
        code, word, delay = Exit.TEMPORARY, "temporary", error.delay
        remedy = "Try again; what was done is kept."
    else:
        code, word, delay = Exit.FINDINGS, "failed", None
        remedy = "Check the system's settings in the environment file, and the system itself."
    return Failure(exit=code, code=word, message=str(error), remedy=remedy, retry_after=delay)


def _misuse(error: click.ClickException) -> Failure:
    message = " ".join(error.format_message().split())
    if message.startswith("Usage:"):  # a group called without a command: click's message is then its whole help
        message = "Missing command."
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx else "syncengine"
    return Failure(exit=Exit.USAGE, code="usage", message=message, remedy=f"Run `{path} --help`.", rule="usage/click")


def _obstacle(error: OSError) -> Failure:
    full = error.errno in _FULL
    return Failure(
        exit=Exit.TEMPORARY if full else Exit.USAGE,
        code="temporary" if full else "usage",
        message=error.strerror or str(error),
        remedy="Make room, and run it again." if full else "Give this user the right to it, or name another place.",
        place=Place(str(error.filename)) if error.filename else None,
        rule="usage/machine",
    )


def _bug(error: BaseException, argv: Sequence[str]) -> Failure:
    from syncengine.cli import report

    path = report.write(error, argv)
    return Failure(
        exit=Exit.BUG,
        code="bug",
        message=f"a bug in syncengine: {type(error).__name__} {report.spot(error)}".rstrip(),
        remedy="Nothing that was committed is lost. Look through the report, and send it to the authors with a word on"
        " what you did.",
        report=path,
    )
