"""A record as `dump` shows it: what is known and what stands in each target, not how it came about."""

from collections.abc import Mapping

from syncengine.canonical import decode
from syncengine.model.record import Record
from syncengine.model.value import Json
from syncengine.store.document import to_bytes


def record_dump(record: Record) -> Mapping[str, Json]:
    """Without numbers of the ledger, moments, counts of decisions, and echoes that may still come."""
    shown = {
        "object": record.object,
        "entity": record.entity,
        "birth": list(record.birth),
        "tombstone": record.tombstone,
        "unsettled": record.unsettled,
        "fields": {name: state.value for name, state in record.fields.items()},
        "sources": {
            flow: {"id": s.id, "spelled": dict(s.spelled), "gone": s.gone} for flow, s in record.sources.items()
        },
        "targets": {
            flow: {"id": t.id, "base": t.base, "intended": t.intended, "edited": dict(t.edited), "held": list(t.held)}
            for flow, t in record.targets.items()
        },
    }
    shown_again: Mapping[str, Json] = decode(to_bytes(shown))
    return shown_again
