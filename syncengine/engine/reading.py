"""A reading as an input: a snapshot that we took ourselves, written down in our own words like any delivery."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from syncengine.canonical import decode, encode
from syncengine.clock import from_text, to_text
from syncengine.model.event import Accepted, Delivery, Envelope, Snapshot, Version
from syncengine.model.value import Json, plain
from syncengine.plan.lookups import refs
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import Signature, Trust


def as_input(flow: FlowPlan, snapshot: Snapshot, *, name: str) -> Accepted:
    """`name` tells readings of one record apart: a repeat of the same name is the same reading. Whom it is about, and
    whom that hangs on, is named as FLOW:ID.
    """
    at = snapshot.version.at
    record = f"{flow.id}:{snapshot.id}" if snapshot.id else ""
    owners = (f"{of_flow}:{id_}" for of_flow, id_ in refs(flow, snapshot))
    body = encode(
        {
            "flow": flow.id,
            "record": snapshot.record,
            "id": snapshot.id,
            "at": to_text(at),
            "resolution_ms": int(snapshot.version.resolution / timedelta(milliseconds=1)),
            "sequence": snapshot.version.sequence,
            "content": storable(snapshot.content),
            "complete": snapshot.complete,
            "gone": snapshot.gone,
        }
    )
    return Accepted(
        delivery=Delivery(system=flow.system, body=body, headers={}, received_at=at, trust=Trust.READ),
        envelope=Envelope(
            event_id=f"reading:{flow.id}:{snapshot.id}:{name}",
            type=f"reading.{snapshot.record}",
            at=at,
            subjects=tuple(dict.fromkeys(each for each in (*owners, record) if each)),
            record=record,
        ),
        signature=Signature.UNSIGNED,
        reading=True,
    )


def from_input(body: bytes) -> tuple[str, Snapshot]:
    """The flow id and the snapshot that `as_input` wrote down."""
    kept = decode(body)
    return kept["flow"], Snapshot(
        record=kept["record"],
        id=kept["id"],
        version=Version(
            at=from_text(kept["at"]),
            resolution=timedelta(milliseconds=kept["resolution_ms"]),
            sequence=kept["sequence"],
        ),
        content=kept["content"],
        complete=kept["complete"],
        gone=kept["gone"],
    )


def storable(value: Any) -> Json:
    """Content in a form that has canonical bytes."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        return {key: storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
