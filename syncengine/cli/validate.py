"""`syncengine validate`: every mistake in a map, with its place and its remedy."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say

if TYPE_CHECKING:
    from syncengine.model.finding import Finding

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@click.command(name="validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@options.maps
@options.form
@options.no_color
def command(*, path: Path | None, maps: Path, form: str) -> Exit:
    """Check the map in PATH (default: the folder that --maps names), with all its environments.

    Exit code 1 when there is an error; warnings alone leave it 0.
    """
    return validate(path or maps, form)


def validate(folder: Path, form: str) -> Exit:
    """`form` is text or json."""
    from syncengine.check.report import as_json, as_text, worst_severity
    from syncengine.vocabulary import Severity

    findings, coverage = judge(folder)
    code = Exit.FINDINGS if worst_severity(findings) is Severity.ERROR else Exit.DONE
    if form == "json":
        return answer(as_json(findings, coverage), code)
    return say(as_text(findings, coverage, _lines(findings)), code)


def judge(folder: Path) -> "tuple[Sequence[Finding], float | None]":
    """All findings, and the ownership coverage in percent (None where the map could not be read)."""
    from syncengine.check.coverage import coverage
    from syncengine.check.run import check_map
    from syncengine.connectors.register import descriptions
    from syncengine.model.finding import sort_findings
    from syncengine.spec.loader import load_map

    spec, findings = load_map(folder)
    if spec is None:
        return findings, None
    _, more = check_map(spec, descriptions(), None)
    return sort_findings([*findings, *more]), coverage(spec)


def _lines(findings: "Iterable[Finding]") -> Mapping[str, Sequence[str]]:
    """The lines of the files with findings, but for environments: a credential may stand in them by mistake."""
    from syncengine.spec.text import MAX_BYTES

    files = {finding.place.file for finding in findings if finding.place.line}
    return {file: _read(Path(file), MAX_BYTES) for file in files if Path(file).parent.name != "environments"}


def _read(path: Path, limit: int) -> Sequence[str]:
    try:
        with path.open("rb") as stream:
            return _LINE_END.split(stream.read(limit).decode("utf-8-sig", "replace"))
    except OSError:
        return ()
