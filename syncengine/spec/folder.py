"""Which files a map's folder holds, and which of them do not belong there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.near import near
from syncengine.spec.unbuilt import UNBUILT_FILES
from syncengine.vocabulary import Severity

REQUIRED: Final = ("project.yaml", "people.yaml", "systems.yaml", "authority.yaml")
OPTIONAL: Final = ("words.yaml", "gates.yaml", "sensitivity.yaml")
FOLDERS: Final = ("objects", "environments")
MAX_FILES: Final = 500
_BESIDE: Final = frozenset({"README.md"})


def is_of_a_map(path: Path) -> bool:
    """Whether a file is named, and stands, as one of a map does."""
    whole = path.parent.parent if path.parent.name in FOLDERS else path.parent
    known = path.suffix == ".yaml" if path.parent.name in FOLDERS else path.name in (*REQUIRED, *OPTIONAL)
    return known and (whole / REQUIRED[0]).is_file()


@dataclass(slots=True)
class Listing:
    """`files` are the top-level ones; `objects` and `environments` are names without `.yaml`; all sorted."""

    found: bool = True
    files: frozenset[str] = frozenset()
    objects: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)


def list_folder(folder: Path) -> Listing:
    """Hidden files and README.md are passed over; whatever else is not part of a map is a finding."""
    try:
        return _listed(folder)
    except OSError as error:
        return _nothing(folder, error)


def _listed(folder: Path) -> Listing:
    listing, names = Listing(), _names(folder)
    files = {name for name in names if name in (*REQUIRED, *OPTIONAL)}
    for name in names:
        if name not in files and name not in FOLDERS and name not in _BESIDE:
            listing.findings.append(_stranger(folder / name))
    listing.findings.extend(_missing(folder, name) for name in REQUIRED if name not in files)
    listing.files = frozenset(files)
    listing.objects = _inside(folder / "objects", listing)
    listing.environments = _inside(folder / "environments", listing)
    if not listing.objects:
        listing.findings.append(_missing(folder, "objects/NAME.yaml"))
    return listing


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))


def _inside(folder: Path, listing: Listing) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    names = _names(folder)
    if len(names) > MAX_FILES:
        listing.findings.append(_finding("map/too-large", folder, f"more than {MAX_FILES} files", "Split the map."))
        return ()
    found = [name.removesuffix(".yaml") for name in names if name.endswith(".yaml")]
    for name in names:
        if not name.endswith(".yaml") and name not in _BESIDE:
            listing.findings.append(_stranger(folder / name))
    return tuple(found)


def _stranger(path: Path) -> Finding:
    name = path.name
    if name in UNBUILT_FILES:
        return _finding("language/not-built", path, f"{name} is not built yet", "Remove it from the map's folder.")
    if path.suffix == ".yml":
        return _finding("map/unknown-file", path, f"{name} is not read", f"Rename it to {path.stem}.yaml.")
    known = (*REQUIRED, *OPTIONAL, *FOLDERS) if path.parent.name not in FOLDERS else ()
    match = near(name, known)
    remedy = f"Did you mean {match}?" if match else "Move it out of the map's folder."
    return _finding("map/unknown-file", path, f"{name} is not part of a map", remedy)


def _missing(folder: Path, name: str) -> Finding:
    return _finding("map/missing-file", folder, f"{name} is missing", f"Add {name}.")


def _nothing(folder: Path, error: OSError) -> Listing:
    reason = (error.strerror or "it cannot be read").lower()
    remedy = "Name the folder of the map (--maps), or create it."
    return Listing(found=False, findings=[_finding("map/missing-folder", folder, f"no map here: {reason}", remedy)])


def _finding(rule: str, path: Path, message: str, remedy: str) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, message=message, remedy=remedy, place=Place(path.as_posix()))
