"""`syncengine ingest`: take in captured deliveries from files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.findings import guarded
from syncengine.cli.lines import lines
from syncengine.cli.progress import Progress
from syncengine.engine.intake import Report, intake_of, open_file, take_file, take_stream
from syncengine.engine.root import Door, open_intake
from syncengine.engine.world import World


@click.command(name="ingest")
@click.argument("system")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.environment
@options.maps
@options.state
@options.form
@options.quiet
@options.no_color
@options.log_format
@options.actor
def command(
    *, system: str, files: tuple[str, ...], environment: str, maps: Path, state: str, form: str, quiet: bool,
    log_format: str | None, actor: str,
) -> Exit:  # fmt: skip
    """Take in captured deliveries of SYSTEM from FILEs of JSON lines; `-` is standard input.

    Each line is {"headers": {...}, "body": "the exact bytes", "received_at": "..."}. A line that is no delivery is
    kept and named; the others go in. Files may be given again: what is known is already processed.
    """
    door = Door(maps=maps, environment=environment, state=state, actor=actor, kind="ingest", lines=lines(log_format))
    return guarded(maps, form, lambda: _ingest(door, system, files, form, quiet=quiet))


def _ingest(door: Door, system: str, files: tuple[str, ...], form: str, *, quiet: bool) -> Exit:
    report = Report()
    with open_intake(door) as world, Progress(quiet=quiet or door.lines is not None) as progress:
        intake_of(world, system)
        taken = 0
        for name in files:
            for count in _taken(world, system, name, report):
                taken += count
                progress.show(f"taking in {name}", taken)
    code = Exit.FINDINGS if report.refused or report.collisions else Exit.DONE
    if form == "json":
        return answer(_document(report), code, has_changes=report.new > 0)
    return code if quiet and code is Exit.DONE else say(_text(report), code)


def _taken(world: World, system: str, name: str, report: Report) -> Iterator[int]:
    """What can be read only once, as `<(zcat FILE)` can, is taken in as it comes."""
    path = Path(name)
    if name == "-":
        yield from take_stream(world, system, sys.stdin.buffer, report)
    elif path.is_fifo():
        with open_file(path) as source:
            yield from take_stream(world, system, source, report, name)
    else:
        yield from take_file(world, system, path, report)


def _document(report: Report) -> dict[str, Any]:
    return {
        "new": report.new,
        "already_processed": report.duplicates,
        "collisions": report.collisions,
        "files": report.files,
        "files_already_processed": report.known_files,
        "refused": [{"file": f, "line": n, "reason": why} for f, n, why in report.refused],
        "unterminated": report.unterminated,
    }


def _text(report: Report) -> str:
    lines = [f"{report.new} new, {report.duplicates} already processed"]
    if report.known_files:
        lines.append(f"{report.known_files} of the files already processed")
    if report.collisions:
        lines.append(f"{report.collisions} with a known id and another body: kept, and listed for review")
    lines += [f"{name}:{line}: refused: {why}" for name, line, why in report.refused]
    if report.refused:
        lines.append("  next: correct the lines and ingest the file again; what is known is not taken in twice")
    lines += [f"{name}: its last line has no end yet; it is read the next time" for name in report.unterminated]
    return "\n".join(lines)
