"""A map file laid out anew, if it is sound and if that changes nothing of what it says."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.folder import FOLDERS, is_of_a_map
from syncengine.spec.layout.tree import grow
from syncengine.spec.layout.write import write
from syncengine.spec.reader import read
from syncengine.spec.sound import LOADER
from syncengine.spec.text import decode, read_bytes
from syncengine.vocabulary import Severity

_ROUNDS: Final = 4
"""One is enough nearly always; a second lets what was aligned to something that moved fall into place."""


class ChangedError(Exception):
    """The new layout would say something else, or lack a comment: a bug in syncengine. Nothing is written then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """`before` and `after` are the text as it is and as it should be; with findings they are equal."""

    before: str
    after: str
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after


def tidy_file(path: Path) -> Tidied:
    """What cannot be read, and what would say something else, is a finding."""
    name = f"{path.parent.name}/{path.name}" if path.parent.name in FOLDERS else path.name
    if not is_of_a_map(path):
        remedy = "Name a file or the folder of a map; nothing else is laid out anew."
        return _refused(path, "map/unknown-file", f"{path.name} is not a file of a map", remedy)
    try:
        return tidy(read_bytes(path), file=name, place=path.as_posix(), secret=name.startswith("environments/"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return _refused(path, "map/unreadable", f"{name} cannot be read: {reason}", "Make it a readable file.")
    except ChangedError as error:
        return _refused(path, "fmt/refused", str(error), "Leave it as it is, and report it: this is a bug.")


def _refused(path: Path, rule: str, message: str, remedy: str) -> Tidied:
    place = Place(path.as_posix())
    found = Finding(rule=rule, severity=Severity.ERROR, message=message, remedy=remedy, place=place)
    return Tidied(before="", after="", findings=(found,))


def tidy(raw: bytes, *, file: str, place: str, secret: bool = False) -> Tidied:
    """`file` is the name relative to the map ("objects/invoice.yaml"), `place` what findings say.

    Lines end as the first one does. Raises ChangedError.
    """
    document = read(raw, file=place, secret=secret)
    before = raw.decode("utf-8", "replace")
    if document.findings:
        return Tidied(before=before, after=before, findings=tuple(document.findings))
    text = decode(raw)
    end = "\r\n" if re.match(r"[^\r\n]*\r\n", text) else "\n"
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    laid = plain
    for _ in range(_ROUNDS):
        laid, last = _laid_out(laid, file), laid
        if laid == last:
            break
    _compare(plain, laid, file)
    return Tidied(before=before, after=laid.replace("\n", end))


def _laid_out(text: str, file: str) -> str:
    try:
        return write(grow(text, LOADER), file)
    except yaml.YAMLError:
        raise ChangedError(f"{file}: it would be no YAML any more") from None


def _compare(before: str, after: str, file: str) -> None:
    """Raises ChangedError unless both say the same, with the same comments, and the layout is settled."""
    said, says = (read(text.encode(), file=file) for text in (before, after))
    if says.findings or json.dumps(said.data) != json.dumps(says.data):
        raise ChangedError(f"{file}: it would say something else")
    if comments(before) != comments(after):
        raise ChangedError(f"{file}: a comment would be lost")
    if _laid_out(after, file) != after:
        raise ChangedError(f"{file}: it would change again")


def comments(text: str) -> list[str]:
    """Every comment, sorted; in a sound file."""
    return sorted(comment.text for comment in grow(text, LOADER).comments)
