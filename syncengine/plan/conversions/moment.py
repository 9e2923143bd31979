"""Dates and moments."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from syncengine.clock import from_text, to_text
from syncengine.model.value import Json
from syncengine.plan.conversion import Conversion, Dialect, same, unreadable
from syncengine.plan.plan import UnreadableError

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?(Z|\+00(:?00)?)?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_NO_SUCH = "there is no such day or time"


def timestamp(dialect: Dialect) -> Conversion:
    if dialect.time == "unix":
        return Conversion(read=_from_unix, write=_to_unix)
    return Conversion(read=_from_native if dialect.time == "native" else _from_rfc3339, write=same)


def _from_unix(raw: Json) -> str | None:
    if type(raw) is int:
        try:
            return to_text(datetime.fromtimestamp(raw, UTC))
        except (ValueError, OverflowError, OSError):
            raise UnreadableError(_NO_SUCH) from None
    if isinstance(raw, str) and not raw.strip():
        return None
    raise unreadable(raw, "a moment in unix seconds")


def _to_unix(value: str) -> int:
    return int(from_text(value).timestamp() // 1)


def _from_rfc3339(raw: Json) -> str | None:
    if not isinstance(raw, str):
        raise unreadable(raw, "a moment as text (RFC 3339)")
    return _from_text(raw, zone_needed=True)


def _from_native(raw: Json) -> str | None:
    if isinstance(raw, str):
        return _from_text(raw, zone_needed=False)
    if not isinstance(raw, datetime):
        raise unreadable(raw, "a moment")
    return _to_normal(raw)


def _from_text(raw: str, *, zone_needed: bool) -> str | None:
    text = raw.strip().upper()
    if not text:
        return None
    shape = _MOMENT.fullmatch(text)
    if shape is None:
        raise unreadable(raw, "a moment such as 2026-01-31T09:30:00Z")
    if zone_needed and not shape.group(3):
        raise UnreadableError("a moment without a time zone")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableError(_NO_SUCH) from None
    return _to_normal(moment)


def _to_normal(moment: datetime) -> str:
    try:
        return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError:
        raise UnreadableError(_NO_SUCH) from None


def calendar_date(dialect: Dialect) -> Conversion:
    return Conversion(read=_date_of_table if dialect.tables else _date, write=same)


def _date(raw: Json) -> str | None:
    if not isinstance(raw, str):
        raise unreadable(raw, "a date")
    text = raw.strip()
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise unreadable(raw, "a date such as 2026-01-31")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UnreadableError(_NO_SUCH) from None


def _date_of_table(raw: Json) -> str | None:
    """A column of moments that keeps dates holds midnights, naive or in UTC; any other moment is not a date."""
    if isinstance(raw, datetime):
        if raw.time() == time() and not raw.utcoffset():
            return raw.date().isoformat()
        raise unreadable(raw, "a date")
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, str):
        midnight = _MIDNIGHT.fullmatch(raw.strip())
        return _date(midnight.group(1) if midnight else raw)
    raise unreadable(raw, "a date")


def local_date(zone: str) -> Callable[[str], str]:
    """A writer: the date that a moment has in `zone`. The first and the last day of time may have none there."""
    place = ZoneInfo(zone)

    def write(value: str) -> str:
        try:
            return from_text(value).astimezone(place).date().isoformat()
        except OverflowError:
            raise UnreadableError(_NO_SUCH) from None

    return write
