"""`syncengine erase SUBJECT`: what the ledger knows of one person or company is taken out of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.ledger import existing_ledger
from syncengine.cli.reason import need
from syncengine.evidence.mask import escape

if TYPE_CHECKING:
    from syncengine.engine.erase import Report

_ELSEWHERE = "the systems and providers themselves hold their own records"
_DROPPED = "files in drop folders are not changed"
_NAMED = 10


@click.command(name="erase")
@click.argument("subject")
@options.state
@options.form
@options.no_color
@options.actor
@options.reason
def command(*, subject: str, state: str, form: str, actor: str, reason: str) -> Exit:
    """Take out of the ledger what it knows of SUBJECT: any id of a person's or company's record, as a system shows it.

    All values go, with the salts that prove them, of its records and of all that refer to them, deliveries of unknown
    types included; ids stay. What was to be written about them is cancelled. The audit trail still verifies, and says
    what was erased. Whatever comes in about them later is not kept.

    Exit code 4 while a legal hold forbids it, 75 while a write of theirs is on its way, 1 for an unknown id. A command
    that was broken off goes on when it is given again.
    """
    from syncengine.clock import SystemClock
    from syncengine.engine.erase import erase

    need(reason)
    with existing_ledger(state, damaged=False) as store:
        report = erase(store, SystemClock(), subject, actor=actor, reason=reason)
    if form == "json":
        document = {
            "subject": report.subject,
            "erased": dict(report.counts),
            "records": dict(report.objects),
            "not_reached": {"flows": report.flows, "files": report.files, "ledger": report.beyond},
        }
        return answer(document, Exit.DONE)
    return say("\n".join(_lines(report)), Exit.DONE)


def _lines(report: "Report") -> Iterator[str]:
    if report.counts:
        yield f"erased {escape(report.subject)}"
        yield from (f"  {noun}: {count:,}" for noun, count in report.counts.items())
        yield from (f"  of these records, {name}: {count:,}" for name, count in report.objects.items())
    else:
        yield f"nothing is left of {escape(report.subject)}"
    yield "not reached, and for you to see to:"
    yield f"  {_ELSEWHERE}" + (f": {', '.join(map(escape, report.flows))}" if report.flows else "")
    yield f"  {_DROPPED}" + (f": {_some(report.files)}" if report.files else "")
    yield from (f"  {each}" for each in report.beyond)


def _some(files: tuple[str, ...]) -> str:
    more = len(files) - _NAMED
    return ", ".join(map(escape, files[:_NAMED])) + (f" and {more} more" if more > 0 else "")
