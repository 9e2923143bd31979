"""`syncengine validate`: every mistake in maps, with its place and its remedy."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.cli.uncollected import uncollected

if TYPE_CHECKING:
    from syncengine.model.finding import Finding

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Judged(NamedTuple):
    """All findings, and the ownership coverage in percent (None where a map could not be read)."""

    findings: "Sequence[Finding]"
    coverage: float | None


@click.command(name="validate")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@options.maps
@options.form_github
@options.no_color
def command(*, paths: Sequence[Path], maps: Path, form: str) -> Exit:
    """Check the maps in PATHs (default: the folder that --maps names), each with all its environments.

    A PATH is the folder of a map, or a file in it. Exit code 1 when there is an error; warnings alone leave it 0.
    """
    return validate(paths or (maps,), form)


def validate(paths: Sequence[Path], form: str) -> Exit:
    """`form` is text, json or github."""
    from syncengine.check.report import as_github, as_json, as_text, worst_severity
    from syncengine.model.finding import sort_findings
    from syncengine.vocabulary import Severity

    with uncollected():
        maps = {folder: judge(folder) for folder in dict.fromkeys(map(folder_of, paths))}
    findings = sort_findings([finding for judged in maps.values() for finding in judged.findings])
    coverage = _lowest([judged.coverage for judged in maps.values()])
    code = Exit.FINDINGS if worst_severity(findings) is Severity.ERROR else Exit.DONE
    if form == "json":
        shares = [{"path": folder.as_posix(), "coverage": judged.coverage} for folder, judged in maps.items()]
        return answer({**as_json(findings, coverage), "maps": shares}, code)
    if form == "github":
        return say(as_github(findings, coverage), code)
    return say("\n".join([as_text(findings, coverage, _lines(findings)), *_more(findings)]), code)


def folder_of(path: Path) -> Path:
    """The folder of the map that a path is, or lies in: a file leads to the map that holds it."""
    if not path.is_file():
        return path

    from syncengine.spec.folder import FOLDERS

    return path.parent.parent if path.parent.name in FOLDERS else path.parent


def judge(folder: Path) -> Judged:
    """One map."""
    from syncengine.spec.ahead import read_ahead

    ahead = read_ahead(folder)

    from syncengine.check.coverage import coverage
    from syncengine.check.run import judge_map
    from syncengine.connectors.register import descriptions
    from syncengine.model.finding import sort_findings
    from syncengine.spec.loader import load_map

    known = descriptions()
    spec, findings = load_map(folder, ahead=ahead)
    if spec is None:
        return Judged(findings, None)
    return Judged(sort_findings([*findings, *judge_map(spec, known)]), coverage(spec))


def _lowest(shares: Sequence[float | None]) -> float | None:
    """Of several maps the weakest counts; one that cannot be read has none."""
    known = [share for share in shares if share is not None]
    return min(known) if len(known) == len(shares) else None


def _more(findings: "Sequence[Finding]") -> Sequence[str]:
    """How to learn why, for the rule of the first finding."""
    return [f"why: syncengine explain {finding.rule}" for finding in findings[:1]]


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
