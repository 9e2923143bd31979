"""What a rule is: a module with an id, a severity, a page (its docstring), examples, and one generator.

Examples are parts of a map, laid over a small good one: a line `# FILE` names the file, what follows is merged into it
(a key without a value is taken out); behind a line `## FILE` stands the whole file as it is.
"""

from collections.abc import Iterator
from typing import Protocol

from syncengine.check.context import Context
from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.marks import Path, path_text
from syncengine.vocabulary import Severity


class Page(Protocol):
    """A module of `check.rules` or of `check.refusals`. PASSES has no finding at all, FAILS one with this ID; both are
    empty where no text can show it.
    """

    @property
    def __doc__(self) -> str | None: ...  # type: ignore[override]
    @property
    def ID(self) -> str: ...  # noqa: N802 - constants of a module
    @property
    def SEVERITY(self) -> Severity: ...  # noqa: N802
    @property
    def PASSES(self) -> str: ...  # noqa: N802
    @property
    def FAILS(self) -> str: ...  # noqa: N802


class Rule(Page, Protocol):
    """A module of `check.rules`: a page that judges."""

    def check(self, context: Context) -> Iterator[Finding]: ...


def found(
    rule: str, message: str, remedy: str, place: Place, path: Path = (), *, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        remedy=remedy,
        place=place,
        path=path_text(path),
    )


def by_shape(context: Context) -> Iterator[Finding]:
    """For rules that the reader and the shapes of the files keep already: a map that breaks them is never read."""
    del context
    yield from ()
