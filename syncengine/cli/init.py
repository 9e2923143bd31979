"""`syncengine init`: a map to start from, that validates, and a company on this machine to run it on."""

import os
import shlex
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import click

from syncengine.cli import options
from syncengine.cli.exits import Exit, answer, say
from syncengine.errors import Place, RefusedError, UserError
from syncengine.evidence.mask import escape

START: Final = Path(__file__).parent / "start"
"""What is written, as it is written, but for the schemas and the database."""
FOLDERS: Final = ("mappings", "local")
SCHEMAS: Final = "mappings/.schemas"
"""Beside the files that point there, so that a map that moves takes them along; hidden files are no part of a map."""
_AFTER: Final = (
    "syncengine validate",
    "syncengine run --environment local",
    "syncengine trace in_startAlder1",
)


@click.command(name="init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@options.form
def command(*, folder: Path, form: str) -> Exit:
    """Write a small map to start from into DIR (default: here), with the schemas that its first lines name.

    DIR/mappings is the map: accounts and invoices of Stripe, shown in a CRM. DIR/local is what its environment `local`
    runs on: eight captured deliveries, and the CRM, one SQLite file. Nothing is overwritten: exit code 4 where one of
    the two is there already.
    """
    files = write(folder)
    after = [*([] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]), *_AFTER]
    if form == "json":
        return answer({"folder": folder, "files": files, "next": after}, Exit.DONE, has_changes=True)
    return say("\n".join(escape(line) for line in _lines(folder, files, after)), Exit.DONE)


def write(folder: Path) -> list[str]:
    """Everything or nothing: made under another name, then moved into place. Gives the files, relative to the folder.

    Raises RefusedError where something is in the way, UserError for what cannot be a folder.
    """
    _refuse_to_overwrite(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        message = f"{folder} cannot be a folder: a file is in the way"
        raise UserError(message, remedy="Name another folder.", rule="init/folder") from None
    with tempfile.TemporaryDirectory(prefix=".syncengine-init-", dir=folder) as made:
        files = _make(Path(made))
        _move(Path(made), folder)
    return files


def _refuse_to_overwrite(folder: Path) -> None:
    for name in FOLDERS:
        there = folder / name
        if there.is_symlink() or (there.exists() and not _is_empty(there)):
            raise RefusedError(
                f"{there} is there already, and init overwrites nothing",
                remedy="Name another folder: syncengine init DIR.",
                rule="init/exists",
                place=Place(there.as_posix()),
            )


def _is_empty(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None


def _make(folder: Path) -> list[str]:
    """Contents only: what is installed may be read-only, and what is written here may not."""
    from syncengine.spec.schema import write_schemas

    for source in sorted(path for name in FOLDERS for path in (START / name).rglob("*") if path.is_file()):
        target = folder / source.relative_to(START)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    write_schemas(folder / SCHEMAS)
    local = folder / "local"
    with closing(sqlite3.connect(local / "crm.db")) as connection:
        connection.executescript((local / "crm.sql").read_text("utf-8"))
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _move(made: Path, folder: Path) -> None:
    """A rename takes the place of an empty folder and of nothing else."""
    moved: list[str] = []
    try:
        for name in FOLDERS:
            os.rename(made / name, folder / name)  # noqa: PTH104 - Path.rename says no more
            moved.append(name)
    except OSError:
        for name in moved:
            with suppress(OSError):
                os.rename(folder / name, made / name)  # noqa: PTH104
        _refuse_to_overwrite(folder)
        raise


def _lines(folder: Path, files: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    yield f"wrote into {folder}:"
    yield from (f"  {file}" for file in files if not file.startswith(SCHEMAS))
    yield f"  {SCHEMAS}/ ({sum(file.startswith(SCHEMAS) for file in files)} files, for editors)"
    yield ""
    yield "next:"
    yield from (f"  {command}" for command in after)
