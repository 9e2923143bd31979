"""Bytes of a map file to text that looks like what it is."""

import os
import re
import stat
from errno import ENOENT
from pathlib import Path
from typing import Final

from syncengine.spec.marks import Spot

MAX_BYTES: Final = 256 * 1024
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, line breaks that only some readers see, marks that turn the direction of text, surrogates."""

_DIRECTIVE: Final = re.compile(r"(?: *(?:#[^\r\n]*)?(?:\r\n|\r|\n))*%")


def read_bytes(path: Path) -> bytes:
    """What a file holds, up to one byte more than it may. Raises OSError, for anything but a file too."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe that nobody writes is not waited for
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileNotFoundError(ENOENT, "it is not a file")
        return stream.read(MAX_BYTES + 1)


class TextError(Exception):
    """`rule`, `message`, `remedy` and `spot` of the finding."""

    def __init__(self, rule: str, message: str, remedy: str, spot: Spot) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.remedy = remedy
        self.spot = spot


def decode(raw: bytes) -> str:
    """Raises TextError for what is too large, not UTF-8, or holds invisible characters, tabs or directives.

    A leading byte order mark is dropped.
    """
    if len(raw) > MAX_BYTES:
        message = f"the file has {len(raw)} bytes; the limit is {MAX_BYTES}"
        raise TextError("yaml/too-large", message, "Split it.", Spot(0, 0))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A decoder that skips the mark counts its bytes from behind it.
        start = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        spot = _spot_behind(raw[:start].decode("utf-8-sig", "replace"))
        raise TextError("yaml/not-utf-8", "this byte is not UTF-8", "Save the file as UTF-8.", spot) from None
    found = invisible(text)
    if found is not None:
        raise TextError("yaml/invisible", _named(text[found]), "Remove it.", _spot_behind(text[:found]))
    _refuse_what_readers_differ_in(text)
    return text


def _refuse_what_readers_differ_in(text: str) -> None:
    """Libraries accept tabs in different places, and pass over different directives. Raises TextError."""
    tab, directive = text.find("\t"), _DIRECTIVE.match(text)
    if directive is not None:
        spot = _spot_behind(text[: directive.end() - 1])
        raise TextError("yaml/directive", "directives are not in the language", "Remove it.", spot)
    if tab >= 0:
        message, remedy = "a tab stands here", 'Write blanks; inside of a text in double quotes, "\\t".'
        raise TextError("yaml/invisible", message, remedy, _spot_behind(text[:tab]))


def invisible(text: str) -> int | None:
    """Where the first character stands that nobody sees, from 0."""
    found = _INVISIBLE.search(text)
    return None if found is None else found.start()


def check_escapes(text: str, spot: Spot) -> None:
    """Raises TextError when a quoted text brought an invisible character in by an escape."""
    found = invisible(text)
    if found is not None:
        raise TextError("yaml/invisible", _named(text[found]), "Remove the escape.", spot)


def _named(character: str) -> str:
    return f"the invisible character U+{ord(character):04X} stands here"


def end_of(text: str) -> Spot:
    """Behind the last character that is no line's end: where a mistake stands that is found only there."""
    return _spot_behind(text.rstrip("\r\n"))


def _spot_behind(before: str) -> Spot:
    lines = re.split(r"\r\n|\r|\n", before)
    return Spot(len(lines), len(lines[-1]) + 1)
