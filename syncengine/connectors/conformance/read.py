"""What reading adapters must do. The docstring of a check is the rule."""

from typing import Final

from syncengine.connectors.conformance.expect import expect
from syncengine.connectors.conformance.rig import ReaderRig


def read_finds_each(rig: ReaderRig) -> None:
    """Every record can be read by its id, complete, under its record type."""
    for id_ in rig.known:
        snapshot = rig.reader().read(rig.record, id_, version=rig.version)
        expect(snapshot is not None and (snapshot.record, snapshot.id) == (rig.record, id_), f"{id_} is not found")
        assert snapshot is not None
        expect(snapshot.complete and not snapshot.gone, "a reading is complete, and its record not gone")
        expect(snapshot.version.at.tzinfo is not None, "the moment of a reading has no zone")


def read_of_nothing(rig: ReaderRig) -> None:
    """An id that is none gives a snapshot that is gone, or None where that cannot be known."""
    snapshot = rig.reader().read(rig.record, rig.missing, version=rig.version)
    fits = snapshot is None if rig.forgets else snapshot is not None and snapshot.gone
    expect(fits, "a missing record was found, or its being gone was not")


def scan_finds_all(rig: ReaderRig) -> None:
    """A scan without a cursor gives every record once, oldest change first."""
    found = [s.id for page in rig.reader().scan(rig.record, version=rig.version, cursor="") for s in page.snapshots]
    expect(found == list(rig.known), f"a scan found {len(found)} of {len(rig.known)} records, or in another order")


def listing_needs_no_version(rig: ReaderRig) -> None:
    """Without a version and a cursor a scan lists every record once, in whatever order."""
    found = [s.id for page in rig.reader().scan(rig.record, version="", cursor="") for s in page.snapshots]
    expect(sorted(found) == sorted(rig.known), f"a listing found {len(found)} of {len(rig.known)} records")


def scan_goes_on(rig: ReaderRig) -> None:
    """A scan from the last cursor misses no change that came after it."""
    cursor = [page.cursor for page in rig.reader().scan(rig.record, version=rig.version, cursor="")][-1]
    rig.change(rig.known[0])
    pages = rig.reader().scan(rig.record, version=rig.version, cursor=cursor)
    found = [s.id for page in pages for s in page.snapshots]
    expect(rig.known[0] in found, "a scan missed a change after its cursor")


READER_CHECKS: Final = (
    read_finds_each,
    read_of_nothing,
    scan_finds_all,
    listing_needs_no_version,
    scan_goes_on,
)
