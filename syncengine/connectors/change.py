"""A conditional write as frozen bytes: canonical JSON of what to set, and of what must still be there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Self

from syncengine import canonical
from syncengine.clock import to_text
from syncengine.errors import PermanentError
from syncengine.model.attempt import Request
from syncengine.model.value import Json, Places, is_untranslated


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`was`: what the places to be written showed before; None: there was no such record."""

    table: str
    key: tuple[str, str]
    create: bool
    places: Places
    was: Places | None

    @classmethod
    def of(cls, request: Request) -> Self:
        """Raises PermanentError for a reference that nobody has translated."""
        for place, value in request.places.items():
            if is_untranslated(value):
                raise PermanentError(f"{request.record}.{place} refers to a record whose id here is not known")
        was = None if request.before is None else {p: spelled(request.before.get(p)) for p in request.places}
        places = {p: spelled(v) for p, v in request.places.items()}
        return cls(table=request.record, key=request.key, create=request.create, places=places, was=was)

    @classmethod
    def thaw(cls, frozen: bytes) -> Self:
        content = canonical.decode(frozen)
        place, value = content["key"]
        return cls(
            table=content["table"],
            key=(place, value),
            create=content["op"] == "create",
            places=content["set"],
            was=content["was"],
        )

    def freeze(self) -> bytes:
        """The same bytes for the same change, always."""
        op = "create" if self.create else "update"
        was = None if self.was is None else dict(self.was)
        return canonical.encode(
            {"op": op, "table": self.table, "key": list(self.key), "set": dict(self.places), "was": was}
        )


PLAIN: Final = frozenset({str, int, bool})
"""What nearly all values are: looked at first, since this runs for every value of every row."""


def spelled(value: Json) -> Json:
    """A raw value as canonical JSON can hold it: decimals, dates and moments as text, bytes as hexadecimal digits.

    A moment without a zone is UTC.
    """
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, Mapping):
        return {name: spelled(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [spelled(item) for item in value]
    if isinstance(value, datetime):  # before date, which a datetime is too
        return to_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    spell = next((s for kind, s in _SPELLED.items() if isinstance(value, kind)), None)
    return value if spell is None else spell(value)


_SPELLED: Final[Mapping[type, Callable[[Any], str]]] = {
    Decimal: lambda number: f"{number:f}",
    float: lambda number: f"{Decimal(str(number)):f}",
    date: date.isoformat,
    bytes: bytes.hex,
    memoryview: memoryview.hex,
}
