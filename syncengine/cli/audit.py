"""`syncengine audit`: whether the audit trail still proves what it says, and anchors that are kept elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.cli.progress import Progress
from syncengine.errors import UserError
from syncengine.evidence.anchor import take_up
from syncengine.evidence.mask import escape
from syncengine.evidence.verify import Verdict, verify


@click.group(name="audit")
def command() -> None:
    """Prove that the audit trail is whole."""


@command.command(name="verify")
@click.option("--anchor", "anchors", metavar="FILE", help="Anchors that were kept elsewhere (see `audit anchor`).")
@options.state
@options.form
@options.quiet
def verify_command(*, anchors: str | None, state: str, form: str, quiet: bool) -> Exit:
    """Compute everything in the trail again, and name the first place that does not hold.

    Strands and their checkpoints, the commitment of every payload, one entry for every change of state, and every row
    as its seal says. With --anchor also that the ledger goes on from where it stood then: only that shows an end that
    was cut off, or a ledger that was put back to an earlier day. Exit code 1 when something does not hold.
    """
    given, wrong = (None, ()) if anchors is None else take_up(_lines_of(anchors))
    with existing_ledger(state) as store, Progress(quiet=quiet) as progress:
        verdict = verify(store.book(), anchors=given, progress=progress.show)
    places = (*wrong, *verdict.places)
    code = Exit.FINDINGS if places else Exit.DONE
    if form == "json":
        return answer(as_json(verdict, places), code)
    return say("\n".join(_lines(verdict, places)), code)


@command.command(name="anchor")
@click.option("--out", metavar="FILE", help="Append to this file instead of printing.")
@options.state
@options.form
def anchor_command(*, out: str | None, state: str, form: str) -> Exit:
    """Write down how the ledger stands, in one line to be kept elsewhere.

    In a commit, a bucket with object lock, on paper: wherever nobody can write who can write the ledger. The line holds
    no value: a number, a hash over all strands, the project and the time. `audit verify --anchor FILE` takes it up.
    """
    from syncengine.cli.anchoring import anchor_of, append

    with existing_ledger(state) as store:
        line = anchor_of(store)
    if out is not None:
        append(Path(out), line)
    if form == "json":
        from syncengine.canonical import decode

        return answer({"anchor": decode(line), "out": out}, Exit.DONE)
    return say(line if out is None else f"appended to {escape(out)}", Exit.DONE)


def _lines_of(path: str) -> list[bytes]:
    try:
        return Path(path).read_bytes().splitlines()
    except OSError as error:
        raise UserError(
            f"the anchors {path} cannot be read: {error.strerror}",
            remedy="name the file that `syncengine audit anchor --out FILE` wrote",
            rule="audit/no-anchors",
        ) from error


def as_json(verdict: Verdict, places: tuple[str, ...]) -> dict[str, Any]:
    """The documented object, without its envelope."""
    document = asdict(verdict)
    del document["places"]
    return {"whole": not places, "broken": list(places), **document, "notes": list(verdict.notes)}


def _lines(verdict: Verdict, places: tuple[str, ...]) -> Iterator[str]:
    if not places:
        yield "the audit trail is whole"
    else:
        yield "the audit trail is broken"
        yield f"first broken place: {escape(places[0])}"
        yield from (f"also: {escape(place)}" for place in places[1:])
        if verdict.more:
            yield f"and {verdict.more} more"
    yield f"checked: {_counts(verdict)}"
    yield from (escape(note) for note in verdict.notes)
    if verdict.erased > len(verdict.notes):
        yield f"and {verdict.erased - len(verdict.notes)} more erased payloads"
    yield from (f"not proven: {unknown}" for unknown in verdict.unknown)


def _counts(verdict: Verdict) -> str:
    counted: Mapping[str, int] = {
        "entry": verdict.entries,
        "strand": verdict.strands,
        "checkpoint": verdict.checkpoints,
        "payload": verdict.payloads,
        "action": verdict.actions,
        "attempt": verdict.attempts,
        "link": verdict.links,
        "hold": verdict.holds,
        "row": verdict.rows,
        "anchor": verdict.anchors,
    }
    return ", ".join(_number(n, noun) for noun, n in counted.items())


def _number(n: int, noun: str) -> str:
    plural = "entries" if noun == "entry" else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"
