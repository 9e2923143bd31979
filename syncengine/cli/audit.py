"""`syncengine audit verify`: whether the audit trail still proves what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.evidence.mask import escape
from syncengine.evidence.verify import Verdict, as_of, stored_by, verify
from syncengine.store.protocol import Store


@click.group(name="audit")
def command() -> None:
    """Prove that the audit trail is whole."""


@command.command(name="verify")
@options.state
@options.form
def verify_command(*, state: str, form: str) -> Exit:
    """Compute everything in the trail again, and name the first place that does not hold.

    Strands and their checkpoints, the commitment of every payload, and one entry for every change of state. Exit code 1
    when something does not hold.
    """
    with existing_ledger(state) as store:
        verdict = judged(store)
    code = Exit.DONE if verdict.holds_true else Exit.FINDINGS
    if form == "json":
        return answer(as_json(verdict), code)
    return say("\n".join(_lines(verdict)), code)


def judged(store: Store) -> Verdict:
    """The ledger may be written to meanwhile: what seems broken then is looked at again as of one moment."""
    standing = store.standing()
    verdict = verify(store.entries(), store.payloads(), standing)
    now = store.standing()
    if verdict.holds_true or now == standing:
        return verdict
    return verify(as_of(now, store.entries()), stored_by(now, store.payloads()), now)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The documented object, without its envelope."""
    document = asdict(verdict)
    places = document.pop("places")
    return {"whole": verdict.holds_true, "broken": list(places), **document, "notes": list(verdict.notes)}


def _lines(verdict: Verdict) -> Iterator[str]:
    if verdict.holds_true:
        yield "the audit trail is whole"
    else:
        yield "the audit trail is broken"
        yield f"first broken place: {escape(verdict.places[0])}"
        yield from (f"also: {escape(place)}" for place in verdict.places[1:])
        if verdict.more:
            yield f"and {verdict.more} more"
    yield f"checked: {_counts(verdict)}"
    yield from (escape(note) for note in verdict.notes)
    if verdict.erased > len(verdict.notes):
        yield f"and {verdict.erased - len(verdict.notes)} more erased payloads"
    if verdict.holds_true and verdict.checkpoint:
        yield f"newest checkpoint: {verdict.checkpoint} (kept elsewhere, it proves that no newer entry was cut off)"


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
    }
    return ", ".join(_number(n, noun) for noun, n in counted.items())


def _number(n: int, noun: str) -> str:
    plural = "entries" if noun == "entry" else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"
