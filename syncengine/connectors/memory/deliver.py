"""Deliveries of a world in memory, canonical JSON: what `announce` writes, MemoryIntake reads."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from syncengine.canonical import encode
from syncengine.clock import from_text, to_text
from syncengine.connectors.memory.world import MemoryWorld, Row
from syncengine.errors import PermanentError
from syncengine.model.event import Delivery, Envelope, Snapshot, Version
from syncengine.model.value import Json
from syncengine.vocabulary import Signature

HEADER: Final = "memory-signature"


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, "sha256").hexdigest()


def announce(
    world: MemoryWorld, record: str, row: Row, *, event: str, previous: Mapping[str, Json] | None = None,
    about: Sequence[str] = (),
) -> bytes:  # fmt: skip
    """The body of a delivery that shows a record as it stands in `row`. `about` are the ids that it hangs on."""
    return encode(
        {
            "id": event,
            "type": f"{record}.{'deleted' if row.gone else 'changed'}",
            "at": to_text(row.changed_at),
            "record": record,
            "about": list(about),
            "object": {"id": row.id, **row.content},
            "previous": previous or {},
            "gone": row.gone,
            "sequence": row.version if world.versioned else None,
        }
    )


class MemoryIntake:
    """`secret` is "" for a world that does not sign. `resolution`: of the moments that deliveries name."""

    def __init__(self, secret: str, resolution: timedelta) -> None:
        self._secret = secret
        self._resolution = resolution

    def authenticate(self, delivery: Delivery, now: datetime | None) -> Signature:  # noqa: ARG002
        header = delivery.headers.get(HEADER)
        if not self._secret or header is None:
            return Signature.UNSIGNED
        fits = hmac.compare_digest(sign(self._secret, delivery.body).encode(), header.encode())
        return Signature.VERIFIED if fits else Signature.FORGED

    def envelope(self, content: Mapping[str, Json]) -> Envelope:
        try:
            at = from_text(str(content["at"]))
        except (KeyError, ValueError):
            raise PermanentError("a delivery without a moment in 'at'") from None
        live = content.get("live")
        mode = live if isinstance(live, bool) else None
        shown = content.get("object")
        own = shown.get("id") if isinstance(shown, Mapping) else None
        record = own if isinstance(own, str) else ""
        about = content.get("about")
        owners = [each for each in about if isinstance(each, str)] if isinstance(about, list) else []
        return Envelope(
            event_id=_text(content, "id"),
            type=_text(content, "type"),
            at=at,
            live=mode,
            subjects=tuple(dict.fromkeys((*owners, *((record,) if record else ())))),
            record=record,
        )

    def parse(self, content: Mapping[str, Json]) -> Snapshot | None:
        head = self.envelope(content)
        shown = content.get("object")
        if "record" not in content or not isinstance(shown, Mapping):
            return None
        return Snapshot(
            record=_text(content, "record"),
            id=_text(shown, "id"),
            version=Version(at=head.at, resolution=self._resolution, sequence=content.get("sequence")),
            content=shown,
            previous=content.get("previous") or {},
            complete=bool(content.get("complete", True)),
            gone=bool(content.get("gone", False)),
        )


def _text(content: Mapping[str, Json], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise PermanentError(f"a delivery without a text in {name!r}")
    return value
