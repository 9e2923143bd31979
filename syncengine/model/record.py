"""One row per entity: what is known of it, from whom, and what stands in each target. Their spelling is kept only
for mapped places; raw snapshots never are.

Treat every mapping in here as read-only; a change makes a new object (`dataclasses.replace`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncengine.clock import from_text, to_text
from syncengine.model.event import Version
from syncengine.model.value import Json, Places, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """A value and the input that last set it. `seq` is a place in the inbox."""

    value: Value
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """The newest snapshot applied from one provider record: its order lives here.

    `spelled` holds its mapped places. `previous` holds, by place, every value that the inputs of this very instant
    named as the one before (both decide ties); `events` are the ids of those inputs. `unsettled` says why a reading is
    awaited; empty when none is. `doubt` is the newest input that had to wait for a reading: once a reading has settled
    it, every input up to there is older. `sparse`: it rests on inputs that showed only what had changed.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetState:
    """What stands in one target.

    `base` is what we last confirmed there, in their spelling (None: never written nor seen). `intended` is the base
    with every decided action laid over it (None: nothing is pending). `sequence` counts decisions. `edited` holds
    places that somebody else changed and that we know of. `echoes` are writes of ours that have not come back yet,
    oldest first. `held` are the reasons of an open hold. `missing`: we linked it once, and it is no longer there.
    """

    id: str = ""
    base: Places | None = None
    intended: Places | None = None
    sequence: int = 0
    edited: Places = field(default_factory=dict)
    echoes: tuple[Places, ...] = ()
    held: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entity. `entity` is `canonical.entity_id`; `id` and `revision` are the store's (0: not stored yet).

    `birth` is where it was born: (flow id, their id there). Keys of `sources` and `targets` are flow ids.
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

    def value(self, name: str) -> Value:
        """The value of a field, None when it is empty or absent."""
        state = self.fields.get(name)
        return None if state is None else state.value

    @property
    def unsettled(self) -> bool:
        return any(s.unsettled for s in self.sources.values())


def to_json(record: Record) -> dict[str, Json]:
    """The part of a record that the store keeps as one JSON document (identity and revision are columns)."""
    return {
        "b": list(record.birth),
        "f": {n: [s.value, s.seq] for n, s in record.fields.items()},
        "s": {n: _source_json(s) for n, s in record.sources.items()},
        "t": {n: _target_json(t) for n, t in record.targets.items()},
        **({"x": True} if record.tombstone else {}),
    }


def from_json(*, object: str, entity: str, id: int, revision: int, document: Mapping[str, Json]) -> Record:  # noqa: A002
    return Record(
        object=object,
        entity=entity,
        id=id,
        revision=revision,
        birth=(document["b"][0], document["b"][1]),
        fields={n: FieldState(value=v, seq=q) for n, (v, q) in document["f"].items()},
        sources={n: _source(s) for n, s in document["s"].items()},
        targets={n: _target(t) for n, t in document["t"].items()},
        tombstone=document.get("x", False),
    )


def _source_json(state: SourceState) -> dict[str, Json]:
    version = state.version
    kept: dict[str, Json] = {
        "i": state.id,
        "v": [to_text(version.at), version.resolution // timedelta(microseconds=1), version.sequence],
        "p": dict(state.spelled),
        "e": list(state.events),
    }
    if state.previous:
        kept["o"] = {place: list(values) for place, values in state.previous.items()}
    if state.unsettled:
        kept["u"] = state.unsettled
    if state.doubt:
        kept["d"] = state.doubt
    if state.gone:
        kept["x"] = True
    if state.sparse:
        kept["w"] = True
    return kept


def _source(kept: Mapping[str, Json]) -> SourceState:
    at, resolution, sequence = kept["v"]
    return SourceState(
        id=kept["i"],
        version=Version(at=from_text(at), resolution=timedelta(microseconds=resolution), sequence=sequence),
        spelled=kept["p"],
        previous={place: tuple(values) for place, values in kept.get("o", {}).items()},
        events=tuple(kept["e"]),
        unsettled=kept.get("u", ""),
        doubt=kept.get("d", 0),
        gone=kept.get("x", False),
        sparse=kept.get("w", False),
    )


def _target_json(state: TargetState) -> dict[str, Json]:
    kept: dict[str, Json] = {"q": state.sequence}
    if state.id:
        kept["i"] = state.id
    if state.base is not None:
        kept["b"] = dict(state.base)
    if state.intended is not None:
        kept["n"] = dict(state.intended)
    if state.edited:
        kept["d"] = dict(state.edited)
    if state.echoes:
        kept["e"] = [dict(e) for e in state.echoes]
    if state.held:
        kept["h"] = list(state.held)
    if state.missing:
        kept["m"] = True
    return kept


def _target(kept: Mapping[str, Json]) -> TargetState:
    return TargetState(
        id=kept.get("i", ""),
        base=kept.get("b"),
        intended=kept.get("n"),
        sequence=kept["q"],
        edited=kept.get("d", {}),
        echoes=tuple(kept.get("e", ())),
        held=tuple(kept.get("h", ())),
        missing=kept.get("m", False),
    )
