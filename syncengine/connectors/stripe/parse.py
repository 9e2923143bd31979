"""An event of Stripe -> what intake needs of it, and the record it carries. Objects pass through untouched."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from syncengine.clock import from_text
from syncengine.connectors.stripe.records import DELETED_FOR_GOOD, OBJECTS
from syncengine.connectors.stripe.subjects import named
from syncengine.errors import PermanentError
from syncengine.model.event import Envelope, Snapshot, Version
from syncengine.model.struct import replace
from syncengine.model.value import Json

RESOLUTION: Final = timedelta(seconds=1)
_PREVIEWS: Final = ("invoice.upcoming",)
"""Types that show what does not exist yet, whatever id it is shown under."""

_LATEST: Final = 253402300799  # the last second of the year 9999


def envelope(event: Mapping[str, Json]) -> Envelope:
    """Raises PermanentError for what is no event."""
    subjects, record, mentions = named(event)
    return replace(_head(event), subjects=subjects, record=record, mentions=mentions)


def _head(event: Mapping[str, Json]) -> Envelope:
    if event.get("object") not in ("event", "v2.core.event"):
        raise PermanentError("not a Stripe event: its 'object' is not 'event'")
    live = event.get("livemode")
    if not isinstance(live, bool | None):
        raise PermanentError("the event's livemode is neither true nor false")
    return Envelope(event_id=_text(event, "id"), type=_text(event, "type"), at=_created(event), live=live)


def parse(event: Mapping[str, Json]) -> Snapshot | None:
    """The record as the event shows it; None for an object that has no id (a preview) or that nobody maps."""
    head = _head(event)
    if event["object"] != "event":
        return None  # a thin event names a record and shows nothing of it
    data = event.get("data")
    shown = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(shown, Mapping):
        raise PermanentError(f"the event {head.event_id} shows no object in data.object")
    previous = data.get("previous_attributes") or {}
    if not isinstance(previous, Mapping):
        raise PermanentError(f"the event {head.event_id} has previous_attributes that are no object")
    if head.type in _PREVIEWS:
        return None
    kind = shown.get("object")
    gone = head.type.endswith(".deleted") and kind in DELETED_FOR_GOOD
    version = Version(at=head.at, resolution=RESOLUTION)
    return snapshot(shown, version, previous=previous, gone=gone)


def snapshot(
    shown: Mapping[str, Json], version: Version, *, previous: Mapping[str, Json] | None = None, gone: bool = False
) -> Snapshot | None:
    """An object of Stripe as a snapshot of its record; None where it has no id, or is of a type nobody maps."""
    kind, id_ = shown.get("object"), shown.get("id")
    record = OBJECTS.get(kind) if isinstance(kind, str) else None
    if record is None or id_ is None:
        return None
    if not isinstance(id_, str) or not id_:
        raise PermanentError(f"the id of a {kind} is no text")
    return Snapshot(
        record=record,
        id=id_,
        version=version,
        content=shown,
        previous=previous or {},
        complete=True,
        gone=gone or shown.get("deleted") is True,
    )


def moment(seconds: Json) -> datetime:
    """Unix seconds as UTC. Raises PermanentError for anything that is no such number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= _LATEST:
        raise PermanentError("a time is no number of unix seconds")
    return datetime.fromtimestamp(seconds, UTC)


def _created(event: Mapping[str, Json]) -> datetime:
    created = event.get("created")
    if event["object"] == "event":
        return moment(created)
    try:
        return from_text(str(created))
    except ValueError:
        raise PermanentError("the time of a thin event is no RFC 3339 text") from None


def _text(event: Mapping[str, Json], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise PermanentError(f"the event has no {name}")
    return value
