"""Findings for people, with the line and what is meant underlined; for machines; and for GitHub's annotations."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

WIDTH: Final = 160
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SEVERITIES: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def worst_severity(findings: Sequence[Finding]) -> Severity | None:
    """None where there is no finding."""
    found = {finding.severity for finding in findings}
    return next((severity for severity in _SEVERITIES if severity in found), None)


def as_json(findings: Sequence[Finding], coverage: float | None = None) -> dict[str, Any]:
    """`coverage` is None where the map could not be read."""
    worst = worst_severity(findings)
    return {
        "findings": [_entry(finding) for finding in findings],
        "coverage": coverage,
        "worst_severity": None if worst is None else worst.value,
    }


def as_text(
    findings: Sequence[Finding], coverage: float | None = None, lines: Mapping[str, Sequence[str]] | None = None
) -> str:
    """`lines` are the lines of the files that may be shown; a place in another file is shown without its line.

    What would act on a terminal is shown as a question mark.
    """
    shown = lines or {}
    blocks = [_block(finding, shown.get(finding.place.file, ())) for finding in findings]
    text = "\n\n".join([*blocks, _summary(findings, coverage)])
    return _printable(text)


def as_github(findings: Sequence[Finding], coverage: float | None = None) -> str:
    """Workflow commands, one line each, and the summary. What would act on a terminal is shown as a question mark."""
    return "\n".join(_printable(line) for line in (*map(_command, findings), _summary(findings, coverage)))


def _command(finding: Finding) -> str:
    place = finding.place
    said = {"file": place.file, "line": place.line, "col": place.column, "title": finding.rule}
    if place.width:
        said["endColumn"] = place.column + place.width - 1
    properties = ",".join(f"{name}={_property(f'{value}')}" for name, value in said.items() if value)
    text = "\n".join(part for part in (finding.message, finding.remedy) if part)
    return f"::{_LEVELS[finding.severity]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _printable(text: str) -> str:
    return "".join(mark if mark == "\n" or mark.isprintable() else "?" for mark in text)


def _entry(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": finding.path,
    }


def _block(finding: Finding, lines: Sequence[str]) -> str:
    head = f"{finding.place}: {finding.severity.value}: {finding.message} [{finding.rule}]"
    excerpt = _excerpt(finding, lines)
    remedy = f"  {finding.remedy}" if finding.remedy else ""
    return "\n".join(part for part in (head, *excerpt, remedy) if part)


def _excerpt(finding: Finding, lines: Sequence[str]) -> tuple[str, ...]:
    """The line with what is meant underlined; a long line is cut to a window around it."""
    line, column = finding.place.line, finding.place.column
    if not 0 < line <= len(lines):
        return ()
    text = lines[line - 1].replace("\t", " ")
    if not column:
        return (f"  {line} | {text[:WIDTH]}",)
    start = max(0, column - WIDTH // 2) if len(text) > WIDTH else 0
    shown = text[start : start + WIDTH]
    margin = " " * len(f"{line}")
    under = "^" * max(1, min(finding.place.width, len(shown) - (column - 1 - start)))
    return (f"  {line} | {shown}", f"  {margin} | {' ' * (column - 1 - start)}{under}")


def _summary(findings: Sequence[Finding], coverage: float | None) -> str:
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in _SEVERITIES]
    said = [f"{count} {severity.value}{'s' if count > 1 else ''}" for severity, count in counts if count]
    found = ", ".join(said) if said else "no findings"
    return found if coverage is None else f"{found}; {coverage:g}% of the fields have an owner and a rule"
