"""A mistake in a map, as a value: whole when it is made, shown with all the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncengine.errors import Place
from syncengine.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`rule` is a stable id ("authority/unknown-field"), `path` the keys that lead there ("fields.total.type")."""

    rule: str
    severity: Severity
    message: str
    remedy: str
    place: Place
    path: str = ""


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """By file, line and column."""
    return sorted(findings, key=lambda f: (f.place.file, f.place.line, f.place.column, f.rule, f.message))
