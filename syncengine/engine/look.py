"""Looking at before-images, away from the thread that owns the ledger: one question for many records, and one for each
where the answer to all is no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncengine.connectors.protocol import Image, ImageQuery, Inspector
from syncengine.engine.ask import ask
from syncengine.engine.trouble import Fault, fault_of
from syncengine.errors import PermanentError, UnfitError

MAX_FAILED = 3
"""Records that cannot be looked at, before the fault is the table's and the others are not asked for."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Images by key, and by key why a record cannot be looked at: two of theirs hold it, for one."""

    images: Mapping[str, Image]
    failed: Mapping[str, Fault]


def look(inspector: Inspector, query: ImageQuery, system: str) -> Looked:
    """Raises TemporaryError when the system is away."""
    try:
        return Looked(ask(system, lambda: inspector.images(query)), {})
    except PermanentError as error:
        if len(query.keys) == 1 or isinstance(error, UnfitError):
            return Looked({}, dict.fromkeys(query.keys, fault_of(error)))
    return _one_by_one(inspector, query, system)


def _one_by_one(inspector: Inspector, query: ImageQuery, system: str) -> Looked:
    images: dict[str, Image] = {}
    failed: dict[str, Fault] = {}
    for asked, key in enumerate(query.keys):
        looked = look(inspector, replace(query, keys=(key,)), system)
        images.update(looked.images)
        failed.update(looked.failed)
        if len(failed) == asked + 1 == MAX_FAILED:
            return Looked({}, dict.fromkeys(query.keys, failed[key]))
    return Looked(images, failed)
