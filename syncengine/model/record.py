"""One row per entity: what is known of it, from whom, and what stands in each target. Their spelling is kept only
for mapped places; raw snapshots never are.

Treat every mapping in here as read-only; a change makes a new object (`replace`).

These nouns, `Version` and `Entry` are structs where others are dataclasses: an event makes twenty of them and more, and
the ledger reads and writes records as JSON all the time.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from syncengine.model.event import Version
from syncengine.model.value import Json, Places, Value

_SOURCE: Final = {
    "id": "i", "version": "v", "spelled": "p", "previous": "o", "events": "e", "unsettled": "u", "doubt": "d",
    "gone": "x", "sparse": "w", "fixed": "f",
}  # fmt: skip
_TARGET: Final = {
    "id": "i", "base": "b", "intended": "n", "sequence": "q", "edited": "d", "echoes": "e", "held": "h",
    "missing": "m", "rounds": "r", "unkeyed": "k", "alone": "a", "asked": "w",
}  # fmt: skip
"""Names in the document of a record, of which a ledger keeps millions."""


class FieldState(Struct, frozen=True, kw_only=True, array_like=True):
    """A value and the input that last set it. `seq` is a place in the inbox."""

    value: Value
    seq: int


class SourceState(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_SOURCE):
    """The newest snapshot applied from one provider record: its order lives here.

    `spelled` holds its mapped places. `previous` holds, by place, every value that the inputs of this very instant
    named as the one before (both decide ties); `events` are the ids of those inputs. `unsettled` says why a reading is
    awaited; empty when none is. `doubt` is the newest input that had to wait for a reading: once a reading has settled
    it, every input up to there is older. `sparse`: it rests on inputs that showed only what had changed. `fixed` holds,
    per field that is set once, the oldest version known to have set it.
    """

    id: str
    version: Version
    spelled: Places
    previous: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    unsettled: str = ""
    doubt: int = 0
    gone: bool = False
    sparse: bool = False
    fixed: Mapping[str, Version] = field(default_factory=dict)


class TargetState(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_TARGET):
    """What stands in one target.

    `base` is what we last confirmed there, in their spelling (None: never written nor seen). `intended` is the base
    with every decided action laid over it (None: nothing is pending). `sequence` counts decisions. `edited` holds
    places that somebody else changed and that we know of. `echoes` are writes of ours that have not come back yet,
    oldest first. `held` are the reasons of an open hold. `missing`: we linked it once, and it is no longer there.
    `rounds` are the latest moments, per field, at which an edit was to be put back ("" for the whole record): one more
    than may be put back in a row makes a fight (see `decide.fight`). `unkeyed`: it was matched by its values, and the
    entity's birth id is not known to stand in its key place yet; what somebody else put there is in `edited`. `alone`:
    nothing there matched the entity when it was last compared. `asked` names what a person was asked about it last.
    """

    id: str = ""
    base: Places | None = None
    intended: Places | None = None
    sequence: int = 0
    edited: Places = field(default_factory=dict)
    echoes: tuple[Places, ...] = ()
    held: tuple[str, ...] = ()
    missing: bool = False
    rounds: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    unkeyed: bool = False
    alone: bool = False
    asked: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """One entity. `entity` is `canonical.entity_id`; `id` and `revision` are the store's (0: not stored yet).

    `birth` is where it was born: (flow id, their id there). Keys of `sources` and `targets` are flow ids. `shown` are
    keyed hashes, in hexadecimal digits, of what was read for matching alone, by flow id and field. `erased` names the
    entry of the audit trail that says that nothing is known of it any more ("" while something is).
    """

    object: str
    entity: str
    birth: tuple[str, str]
    id: int = 0
    revision: int = 0
    fields: Mapping[str, FieldState] = field(default_factory=dict)
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    targets: Mapping[str, TargetState] = field(default_factory=dict)
    tombstone: bool = False
    shown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    erased: str = ""

    def value(self, name: str) -> Value:
        """The value of a field, None when it is empty or absent."""
        state = self.fields.get(name)
        return None if state is None else state.value

    @property
    def unsettled(self) -> bool:
        return any(s.unsettled for s in self.sources.values())


class _Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The part of a record that is no column of its own."""

    b: tuple[str, str]
    f: Mapping[str, FieldState]
    s: Mapping[str, SourceState]
    t: Mapping[str, TargetState]
    x: bool = False
    m: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    z: str = ""


_encode = Encoder(decimal_format="number").encode
_decode = Decoder(_Document, float_hook=Decimal).decode


def to_document(record: Record) -> bytes:
    """The JSON document that a store keeps of a record; identity and revision are columns."""
    return _encode(
        _Document(
            b=record.birth, f=record.fields, s=record.sources, t=record.targets, x=record.tombstone, m=record.shown,
            z=record.erased,
        )
    )  # fmt: skip


def from_document(document: str | bytes, *, object: str, entity: str, id: int, revision: int) -> Record:  # noqa: A002
    kept = _decode(document)
    return Record(
        object=object, entity=entity, id=id, revision=revision, birth=kept.b, fields=kept.f, sources=kept.s,
        targets=kept.t, tombstone=kept.x, shown=kept.m, erased=kept.z,
    )  # fmt: skip


__all__ = ["FieldState", "Record", "SourceState", "TargetState", "from_document", "replace", "to_document"]
