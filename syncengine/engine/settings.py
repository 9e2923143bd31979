"""Connection settings with their secrets resolved. A secret is a reference in the file, and a value only in memory."""

import stat
from collections.abc import Mapping
from pathlib import Path

from syncengine.errors import UserError


def resolve(
    settings: Mapping[str, str], *, system: str, folder: Path, environ: Mapping[str, str]
) -> dict[str, str]:  # fmt: skip
    """`env:NAME` and `file:/path` replaced by what they name; everything else as it is. Never shows a value."""
    found = {}
    for name, value in settings.items():
        if value.startswith("env:"):
            found[name] = _variable(value.removeprefix("env:"), f"{system}.{name}", environ)
        elif value.startswith("file:"):
            found[name] = _file(folder / value.removeprefix("file:"), f"{system}.{name}")
        else:
            found[name] = value
    return found


def _variable(name: str, setting: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise UserError(f"{setting} is in the environment variable {name}, which is not set", remedy=f"set {name}")
    return value


def _file(path: Path, setting: str) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UserError(f"{setting} is in the file {path}, which cannot be read: {why}", remedy="check it") from None
    except UnicodeDecodeError:  # what it says quotes the secret
        raise UserError(f"{setting} is in the file {path}, which is not UTF-8 text", remedy="check it") from None
    if stat.S_IMODE(mode) & 0o077:
        raise UserError(
            f"{setting} is in the file {path}, which others than its owner may read or write",
            remedy=f"chmod 600 {path}",
        )
    if not text:
        raise UserError(f"{setting} is in the file {path}, which is empty", remedy="put the secret into it")
    return text
