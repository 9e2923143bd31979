"""Intake: what comes to a door becomes durable, or is refused with a reason that is kept. Nothing is judged here."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import IO

from syncengine.canonical import NotStrictError, decode_strict
from syncengine.connectors.protocol import Intake
from syncengine.engine import tell
from syncengine.engine.ask import ask
from syncengine.engine.capture import Line, groups, read_lines, resume
from syncengine.engine.recent import Recent
from syncengine.engine.world import World
from syncengine.errors import BusyError, PermanentError, UserError
from syncengine.model.event import Accepted, Delivery, Refused
from syncengine.store.protocol import FileProgress, IntakeGroup
from syncengine.vocabulary import Environment, Signature

GROUP = 1000
"""Deliveries per transaction: as many as one claim judges."""


@dataclass(slots=True)
class Report:
    """What became of the files that were offered; `bytes` of them have been dealt with."""

    new: int = 0
    duplicates: int = 0
    collisions: int = 0
    known_files: int = 0
    bytes: int = 0
    files: int = 0
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    unterminated: list[str] = field(default_factory=list)


class UnreadableFileError(UserError):
    """A file that was offered and cannot be opened."""


def take_file(world: World, system: str, path: Path, report: Report) -> Iterator[int]:
    """Take in what is new in one file, group by group; yields how many lines each group had."""
    name = readable(path)
    with open_file(path) as source:
        size = os.fstat(source.fileno()).st_size
        if world.store.file_finished(system, hashlib.file_digest(source, "sha256").digest()):
            report.known_files += 1
            report.bytes += size
            return
        report.files += 1
        start = resume(source, world.store.file_progress(system, name))
        source.seek(start.offset)
        lines = read_lines(
            source, system=system, file=name, now=world.clock.now(), offset=start.offset, number=start.lines,
            hasher=(hasher := start.hasher),
        )  # fmt: skip
        end = start.offset
        report.bytes += end
        for batch in groups(lines, GROUP):
            report.bytes += batch[-1].end - end
            end = batch[-1].end
            progress = FileProgress(
                system=system, path=name, offset=end, lines=batch[-1].number, digest=hasher.digest(),
                finished=end >= size,
            )  # fmt: skip
            yield _take(world, system, name, batch, report, progress)
    if end < size:
        report.unterminated.append(name)


def take_stream(world: World, system: str, source: IO[bytes], report: Report, name: str = "-") -> Iterator[int]:
    """The same for a stream that ends: its last line counts even without its end."""
    report.files += 1
    name = readable(name)
    lines = read_lines(source, system=system, file=name, now=world.clock.now(), whole=True)
    for batch in groups(lines, GROUP):
        yield _take(world, system, name, batch, report, None)


def readable(path: Path | str) -> str:
    """A file's name as text that any ledger holds: bytes that are none stand as their escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def open_file(path: Path) -> BufferedReader:
    """Raises UnreadableFileError."""
    try:
        return path.open("rb")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnreadableFileError(
            f"{path} cannot be read: {why}", remedy="check the path and its permissions"
        ) from None  # fmt: skip


def _take(
    world: World, system: str, name: str, batch: Sequence[Line], report: Report, progress: FileProgress | None
) -> int:
    now = world.clock.now()
    accepted: list[Accepted] = []
    refused: list[Refused] = []
    intake = intake_of(world, system)
    for line in batch:
        if line.delivery is None:
            if line.trouble:
                refused.append(_refuse(system, line, line.trouble, name, now))
            continue
        try:
            accepted.append(_understood(world, system, intake, line.delivery))
        except PermanentError as error:
            refused.append(_refuse(system, line, str(error), name, now))
    receipt = world.store.accept(
        world.session, IntakeGroup(accepted=accepted, refused=refused, progress=progress), now
    )  # fmt: skip
    world.boundary("intake.committed")
    tell.taken(world, system, refused, receipt)
    report.new += receipt.new
    report.duplicates += receipt.duplicates
    report.collisions += receipt.collisions
    report.refused.extend((name, r.line or 0, r.reason) for r in refused)
    return len(batch)


def _understood(world: World, system: str, intake: Intake, delivery: Delivery) -> Accepted:
    return ask(system, lambda: understand(intake, delivery, world.environments[system], world.recent))


def _refuse(system: str, line: Line, why: str, name: str, now: datetime) -> Refused:
    return Refused(system=system, body=line.raw, reason=why, file=name, line=line.number, received_at=now)


def intake_of(world: World, system: str) -> Intake:
    adapter = world.adapters.get(system)
    if adapter is None:
        raise UserError(
            f"there is no system {system!r} in the map",
            remedy=f"name one of: {', '.join(sorted(world.adapters))}",
        )
    if adapter.intake is None:
        raise UserError(
            f"{system} sends no deliveries: its connector {adapter.description.connector!r} is read by scanning",
            remedy="ingest the deliveries of a system that pushes",
        )
    return adapter.intake


def understand(
    intake: Intake, delivery: Delivery, environment: Environment, recent: Recent | None = None
) -> Accepted:  # fmt: skip
    """Check the signature over the raw bytes, then read the envelope. Raises PermanentError with the reason."""
    signature = intake.authenticate(delivery, None)
    if signature is Signature.FORGED:
        raise PermanentError("the signature does not fit the body and the secret")
    try:
        content = decode_strict(delivery.body)
    except NotStrictError as error:
        raise PermanentError(f"the body is refused: {error}") from None
    if not isinstance(content, dict):
        raise PermanentError("the body is not a JSON object")
    envelope = intake.envelope(content)
    if recent is not None:
        recent.keep(delivery.system, envelope.event_id, delivery.body, content)
    trouble = ""
    if envelope.live and environment is not Environment.PRODUCTION:
        trouble = f"a delivery of the live mode came to a {environment.value} environment"
    elif envelope.live is False and environment is Environment.PRODUCTION:
        trouble = "a delivery of the test mode came to production"
    return Accepted(delivery=delivery, envelope=envelope, signature=signature, trouble=trouble)


def drop_files(folder: Path) -> list[Path]:
    """The files of a drop folder that hold captured deliveries, in the order of their names."""
    try:
        files = [p for p in folder.iterdir() if p.suffix == ".jsonl" and not p.name.startswith(".") and p.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        raise BusyError(f"the drop folder {folder} is not there", remedy="create it, or correct drop_folder") from None
    except OSError as error:
        message = f"the drop folder {folder} cannot be read: {error.strerror}"
        raise BusyError(message, remedy="check its permissions") from None
    return sorted(files)
