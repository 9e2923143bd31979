"""`syncengine fmt`: map files laid out alike, and nothing of what they say changed."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say

if TYPE_CHECKING:
    from syncengine.model.finding import Finding
    from syncengine.spec.layout.tidy import Tidied


@dataclass(slots=True)
class _Done:
    """`sound`: the files without findings; `changed`: those of them that are (or would be) laid out anew."""

    sound: list[Path] = field(default_factory=list)
    changed: "dict[Path, Tidied]" = field(default_factory=dict)
    findings: "list[Finding]" = field(default_factory=list)


@click.command(name="fmt")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; show what would change, and exit 1 if anything would.")
@options.maps
@options.form
@options.quiet
@options.no_color
def command(*, paths: Sequence[Path], check: bool, maps: Path, form: str, quiet: bool) -> Exit:
    """Lay out the map files in PATHs (files or folders; default: the folder that --maps names).

    Indentation, blanks and empty lines are made alike; lines end as the first one does. A grant, an exception and a
    clearance come to stand on one line each, however long. Comments, order, quotes and alignment stay. A file with a
    mistake in its YAML is left as it is: exit code 1.
    """
    done = _done(paths or (maps,), write=not check)
    code = Exit.FINDINGS if done.findings or (check and done.changed) else Exit.DONE
    if form == "json":
        return answer(_document(done), code, has_changes=bool(done.changed))
    shown = "\n".join(_lines(done, check=check, quiet=quiet))
    return say(shown, code) if shown else code


def _done(paths: Sequence[Path], *, write: bool) -> _Done:
    from syncengine.spec.layout.tidy import tidy_file

    done = _Done()
    for path in dict.fromkeys(chain.from_iterable(map(_files, paths))):
        tidied = tidy_file(path)
        done.findings.extend(tidied.findings)
        if tidied.findings:
            continue
        done.sound.append(path)
        if tidied.changed:
            done.changed[path] = tidied
            if write:
                _replace(path, tidied.after)
    return done


def _files(path: Path) -> Iterator[Path]:
    """A file by itself; of a folder every file of a map in it that is not hidden."""
    from syncengine.spec.folder import is_of_a_map

    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*.yaml")):
        if is_of_a_map(file) and not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield file


def _replace(path: Path, text: str) -> None:
    """All of the new text or all of the old, whatever happens; a link stays a link, and the file's mode as it was."""
    target = path.resolve()
    handle, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, made)
        Path(made).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(made).unlink()
        raise


def _document(done: _Done) -> dict[str, Any]:
    from syncengine.check.report import as_json

    told = as_json(done.findings)
    files = [{"file": path.as_posix(), "changed": path in done.changed} for path in done.sound]
    return {"files": files, "findings": told["findings"], "worst_severity": told["worst_severity"]}


def _lines(done: _Done, *, check: bool, quiet: bool) -> Iterator[str]:
    from syncengine.check.report import as_text
    from syncengine.evidence.mask import escape

    for path, tidied in done.changed.items():
        if check:
            yield from (escape(line) for line in _difference(path, tidied))
        elif not quiet:
            yield f"laid out {escape(path.as_posix())}"
    if done.findings:
        yield as_text(done.findings)
    if not quiet:
        changed, kept = len(done.changed), len(done.sound) - len(done.changed)
        yield f"{changed} {'would change' if check else 'changed'}, {kept} left as they were"


def _difference(path: Path, tidied: "Tidied") -> Iterator[str]:
    """A unified diff; of an environment's file its name alone, for a credential may stand there by mistake."""
    from difflib import unified_diff

    name = path.as_posix()
    if path.parent.name == "environments":
        yield f"{name} would change"
        return
    before, after = (text.replace("\r\n", "\n").split("\n") for text in (tidied.before, tidied.after))
    yield from unified_diff(before, after, name, name, lineterm="")
