"""Prepare: from actions that may be taken up to requests whose bytes can be frozen. Refs are translated, before-images
read in one query per record type; what differs from the base becomes a reading, and is judged before anything is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from syncengine.connectors.protocol import Image, ImageQuery
from syncengine.decide.confirm import expected
from syncengine.decide.gate import gate_subjects
from syncengine.engine.batch import closed_flows
from syncengine.engine.world import World
from syncengine.model.action import Candidate, Wait
from syncengine.model.attempt import Request
from syncengine.model.event import Snapshot, Version
from syncengine.model.record import Record
from syncengine.model.switch import Switches
from syncengine.model.value import Json, Places, is_untranslated
from syncengine.plan.plan import FlowPlan, Plan
from syncengine.vocabulary import ActionState

Ref = tuple[str, str, str]


@dataclass(slots=True)
class Selection:
    """Candidates of one system with all that their second judgement rests on."""

    candidates: list[Candidate]
    records: Mapping[int, Record]
    ids: Mapping[Ref, str] = field(default_factory=dict)
    neighbours: Mapping[tuple[str, str], Record] = field(default_factory=dict)

    def record(self, candidate: Candidate) -> Record:
        return self.records[candidate.record_id]

    def waits(self, candidate: Candidate) -> tuple[Wait, ...]:
        """The refs of an action that are not linked in the target yet."""
        refs = (_ref(v) for v in candidate.content.values() if is_untranslated(v))
        return tuple(Wait(flow=r[0], id=r[1], target=r[2]) for r in refs if r not in self.ids)

    def translated(self, places: Places) -> dict[str, Json]:
        """Places with every ref in the target's own ids; one that is not linked stands as None."""
        return {p: self.ids.get(_ref(v)) if is_untranslated(v) else v for p, v in places.items()}


def _ref(token: Json) -> Ref:
    return token["flow"], token["id"], token["in"]


def select(world: World, system: str, limit: int, switches: Switches) -> Selection:
    """What may be taken up in one system now. Flows that are paused are left out, however much waits in them, and of
    those whose next batch is still to come all that is not urgent.
    """
    flows = [f.id for f in world.plan.written_flows(system) if not _is_paused(f, switches)]
    closed = closed_flows(world, flows)
    candidates = list(world.store.candidates(flows, world.clock.now(), limit, closed))
    if not candidates:
        return Selection([], {})
    selection = Selection(candidates, world.store.records({c.record_id for c in candidates}))
    selection.ids = world.store.translate(_refs(selection))
    selection.neighbours = _neighbours(world, selection)
    return selection


def _is_paused(flow: FlowPlan, switches: Switches) -> bool:
    scope = switches.is_paused(write_set=flow.write_set, flow=flow.id, object_name=flow.object, system=flow.system)
    return bool(scope)


def _refs(selection: Selection) -> set[Ref]:
    found: set[Ref] = set()
    for candidate in selection.candidates:
        target = selection.record(candidate).targets.get(candidate.flow)
        base = {} if target is None or target.base is None else target.base
        found.update(_ref(v) for v in (*candidate.content.values(), *base.values()) if is_untranslated(v))
    return found


def _neighbours(world: World, selection: Selection) -> Mapping[tuple[str, str], Record]:
    wanted: set[tuple[str, str]] = set()
    for candidate in selection.candidates:
        flow = world.plan.flows[candidate.flow]
        if flow.gates:
            wanted.update(gate_subjects(flow, selection.record(candidate)))
    return world.store.load(wanted, ()).by_link if wanted else {}


def queries(
    world: World, selection: Selection, candidates: Sequence[Candidate]
) -> Iterator[tuple[FlowPlan, ImageQuery]]:
    """One query per flow for the before-images of its candidates by their key, and one more for the records that were
    matched and do not carry our key yet: those are looked at by their own id, and by the key whether another has it.
    """
    by_flow: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.state is ActionState.READY:
            by_flow.setdefault(candidate.flow, []).append(candidate)
    for name, group in by_flow.items():
        flow = world.plan.flows[name]
        records = [selection.record(candidate) for candidate in group]
        own = tuple(dict.fromkeys(id_ for record in records if (id_ := own_id(record, flow))))
        keys = dict.fromkeys(key_of(world.plan, r) for r in records if flow.key or not own_id(r, flow))
        together = (*keys, *own) if flow.key == OWN else tuple(keys)
        yield flow, ImageQuery(record=flow.record, key=flow.key, keys=together, places=flow.granted_places)
        if own and flow.key != OWN:
            places = (*flow.granted_places, flow.key)
            yield flow, ImageQuery(record=flow.record, key=OWN, keys=own, places=places)


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate beside its before-image. `key` is what stands at the flow's key. `before` is in normal spelling, None
    where there is no record. `own` is the id by which a record is found that our key does not stand in yet, `rival`
    another one that carries it.
    """

    candidate: Candidate
    record: Record
    flow: FlowPlan
    key: str
    image: Image | None
    before: dict[str, Json] | None
    own: str = ""
    rival: Image | None = None

    def differs(self, selection: Selection) -> bool:
        """Whether somebody else moved it since we last knew it."""
        expects = expected(self.record, self.flow)
        if expects is None or self.before is None:
            return (expects is None) != (self.before is None)
        if self.rival is not None or (self.own and self.before.get(self.flow.key) not in (None, self.key)):
            return True
        return any(self.before.get(p) != self._normal(p, v) for p, v in selection.translated(expects).items())

    def request(self, selection: Selection) -> Request:
        """What is left to write: the places that do not stand there yet."""
        content = selection.translated(self.candidate.content)
        before = self.before
        if before is not None:
            content = {p: v for p, v in content.items() if p not in before or before[p] != self._normal(p, v)}
            if not self.own:
                content.pop(self.flow.key, None)
            content = {p: v for p, v in content.items() if p not in self.flow.on_create}
        return Request(
            record=self.flow.record,
            key=(OWN, self.own) if self.own else (self.flow.key, self.key),
            create=before is None,
            places=content,
            before=None if before is None or self.image is None else {p: self.image.places.get(p) for p in content},
        )

    def _normal(self, place: str, value: Json) -> Json:
        """A value of ours as it would be read back: two spellings of one value are no difference."""
        normal = self.flow.normal.get(place)
        return value if normal is None else normal(value)

    def reading(self, world: World) -> Snapshot:
        """The before-image as a snapshot of their record, in normal spelling; or of another one that has our key."""
        target = self.record.targets.get(self.flow.id)
        known = "" if target is None else target.id
        image = self.image if self.rival is None else self.rival
        return Snapshot(
            record=self.flow.record,
            id=known if image is None else image.remote_id,
            version=Version(at=world.clock.now(), resolution=timedelta(0)),
            content=self._shown(),
            complete=False,
            gone=image is None,
        )

    def _shown(self) -> dict[str, Json]:
        """A record that was found by our key carries it."""
        if self.rival is not None:
            return {self.flow.key: self.key}
        if self.before is None:
            return {}
        return self.before if self.own or not self.flow.key else {**self.before, self.flow.key: self.key}


def match(
    selection: Selection, candidates: Sequence[Candidate], plan: Plan,
    images: Mapping[tuple[str, str], Mapping[str, Image]],
) -> list[Found]:  # fmt: skip
    """Candidates beside their before-images, which stand by (flow id, place of the key) and key."""
    found = []
    for candidate in candidates:
        record, flow = selection.record(candidate), plan.flows[candidate.flow]
        key, own = key_of(plan, record), own_id(record, flow)
        keyed = images[flow.id, flow.key].get(key) if flow.key or not own else None
        image = images[flow.id, OWN].get(own) if own else keyed
        rival = keyed if own and keyed is not None and keyed.remote_id != own else None
        before = None if image is None else {p: flow.normal[p](v) for p, v in image.places.items() if p in flow.normal}
        found.append(Found(candidate, record, flow, key, image, before, own, rival))
    return found


OWN: Final = ""
"""In the place of a key: the record's own id."""


def own_id(record: Record, flow: FlowPlan) -> str:
    """The id by which a record is found as long as our key does not stand in it; empty where it does, and where the
    record was born under that id.
    """
    target = record.targets.get(flow.id)
    return target.id if target is not None and (target.unkeyed or not flow.key) else ""


def key_of(plan: Plan, record: Record) -> str:
    """What stands at the key of a record's flows."""
    return plan.objects[record.object].key_of(record.birth)
