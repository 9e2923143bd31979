"""What has to hold for every map, however damaged: findings or a plan, in time, each finding with a place in a file."""

import re
import signal
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from syncengine.check.pages import PAGES
from syncengine.check.report import as_github, as_json, as_text
from syncengine.check.run import check_map
from syncengine.connectors.register import descriptions, readings
from syncengine.model.finding import Finding
from syncengine.plan.compile import compile_plan
from syncengine.spec.layout.tidy import tidy
from syncengine.spec.loader import load_map
from tests.mutants.mutate import Mutant

SECONDS: Final = 1.0
"""Of the processor, for one map: read, judged and, where it is sound, compiled."""

_LINES: Final = re.compile(r"\r\n|\r|\n")


class TooLongError(Exception):
    """Raised where the time is over, so that what takes for ever is found too."""


class Verdict(NamedTuple):
    seconds: float
    findings: int
    plan: bool
    wrong: list[str]


def judge(mutant: Mutant, folder: Path) -> Verdict:
    """`folder` holds the mutant's files."""
    started = time.process_time()
    signal.signal(signal.SIGVTALRM, _over)
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * SECONDS)
    findings: list[Finding] = []
    plan, wrong = False, []
    try:
        findings, plan = _looked_at(folder)
    except BaseException:  # noqa: BLE001 - this is what is looked for
        wrong = ["raised: " + traceback.format_exc(limit=-6)]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    seconds = time.process_time() - started
    if seconds > SECONDS:
        wrong.append(f"took {seconds:.1f} s")
    if not plan and not findings and not wrong:
        wrong.append("neither findings nor a plan")
    wrong += [f"{line}: {finding}" for finding in findings for line in _wrong(finding, folder)]
    wrong += [line for name in mutant.touched for line in _untidied(name, mutant)]
    return Verdict(seconds, len(findings), plan, wrong)


def _over(_signal: int, _frame: object) -> None:
    raise TooLongError


def _looked_at(folder: Path) -> tuple[list[Finding], bool]:
    spec, findings = load_map(folder)
    if spec is None:
        return findings, False
    checked, more = check_map(spec, descriptions())
    findings = [*findings, *more]
    if checked is not None:
        compile_plan(checked, readings())
    assert as_text(findings)
    assert as_github(findings)
    assert len(as_json(findings)["findings"]) == len(findings)
    return findings, checked is not None


def _wrong(finding: Finding, folder: Path) -> Iterator[str]:
    if finding.rule not in PAGES:
        yield "no page for its rule"
    if not finding.message or not finding.remedy:
        yield "it says nothing, or what to do is missing"
    if not _is_inside(finding, folder):
        yield "it has no place in a file"


def _is_inside(finding: Finding, folder: Path) -> bool:
    """The whole file, or a character of it, or right behind the last one of a line; no line for what is not there."""
    place, path = finding.place, Path(finding.place.file)
    if not path.is_relative_to(folder):
        return False
    if not place.line:
        return not place.column
    if not path.is_file():
        return False
    lines = _LINES.split(path.read_bytes().decode("utf-8-sig", "replace"))
    return 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1


def _untidied(name: str, mutant: Mutant) -> Iterator[str]:
    """A layout raises where it would lose something; and it is settled after one time."""
    try:
        first = tidy(mutant.files.get(name, b""), file=name, place=name)
    except Exception:  # noqa: BLE001 - this is what is looked for
        yield f"the layout of {name} raised: " + traceback.format_exc(limit=-3)
        return
    if not first.findings and tidy(first.after.encode(), file=name, place=name).changed:
        yield f"the layout of {name} is not settled"
