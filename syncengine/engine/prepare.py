"""Prepare: from actions that may be taken up to requests whose bytes can be frozen. Refs are translated, before-images
read in one query per record type; what differs from the base becomes a reading, and is judged before anything is sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from syncengine.connectors.protocol import Image, ImageQuery
from syncengine.decide.confirm import expected
from syncengine.decide.gate import gate_subjects
from syncengine.engine.batch import closed_flows
from syncengine.engine.trouble import Fault
from syncengine.engine.world import World
from syncengine.model.action import Candidate, Wait
from syncengine.model.attempt import Request
from syncengine.model.event import Snapshot, Version
from syncengine.model.record import Record, TargetState
from syncengine.model.struct import Struct
from syncengine.model.switch import Switches
from syncengine.model.value import Json, Places, is_untranslated
from syncengine.plan.plan import FlowPlan, Plan

Ref = tuple[str, str, str]
Sought = tuple[str, str]
"""(place, what stands there); OWN for the place where it is the record's own id."""
Images = Mapping[tuple[str, str], Mapping[str, Image]]
"""Before-images by (flow id, place) and by what stands there."""
Failed = Mapping[tuple[str, str], Mapping[str, Fault]]
"""The same for what cannot be looked at: why."""


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
        refs = [_ref(v) for v in candidate.content.values() if type(v) is dict and is_untranslated(v)]
        return tuple(Wait(flow=r[0], id=r[1], target=r[2]) for r in refs if r not in self.ids)

    def translated(self, places: Places) -> dict[str, Json]:
        """Places with every ref in the target's own ids; one that is not linked stands as None."""
        return {
            p: self.ids.get(_ref(v)) if type(v) is dict and is_untranslated(v) else v for p, v in places.items()
        }  # fmt: skip


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
        spelled = (*candidate.content.values(), *base.values())
        found.update([_ref(v) for v in spelled if type(v) is dict and is_untranslated(v)])
    return found


def _neighbours(world: World, selection: Selection) -> Mapping[tuple[str, str], Record]:
    wanted: set[tuple[str, str]] = set()
    for candidate in selection.candidates:
        flow = world.plan.flows[candidate.flow]
        if flow.gates:
            wanted.update(gate_subjects(flow, selection.record(candidate)))
    return world.store.load(wanted, ()).by_link if wanted else {}


def queries(plan: Plan, selection: Selection, ready: Sequence[Candidate]) -> Iterator[tuple[FlowPlan, ImageQuery]]:
    """One query per flow for the before-images of its candidates by their key, and one more for those that are known
    there by their own id.
    """
    by_flow: dict[str, list[Sought]] = {}
    for candidate in ready:
        flow = plan.flows[candidate.flow]
        by_flow.setdefault(flow.id, []).extend(sought(plan, selection.record(candidate), flow))
    for name, asked in by_flow.items():
        yield from _asked(plan.flows[name], asked)


def missed(
    plan: Plan, selection: Selection, ready: Sequence[Candidate], images: Images
) -> Iterator[tuple[FlowPlan, ImageQuery]]:
    """What our key did not find though it is known there: somebody may have taken the key out. Asked by its own id."""
    by_flow: dict[str, list[Sought]] = {}
    for candidate in ready:
        flow = plan.flows[candidate.flow]
        if known := _unfound(plan, selection.record(candidate), flow, images):
            by_flow.setdefault(flow.id, []).append((OWN, known))
    for name, asked in by_flow.items():
        yield from _asked(plan.flows[name], asked)


def _asked(flow: FlowPlan, wanted: Iterable[Sought]) -> Iterator[tuple[FlowPlan, ImageQuery]]:
    by_place: dict[str, dict[str, None]] = {}
    for place, key in wanted:
        by_place.setdefault(place, {})[key] = None
    for place, keys in by_place.items():
        # The constants too: what is not there at all is to be known before anything is sent.
        places = (*flow.granted_places, *flow.on_create, *((flow.key,) if flow.key and place == OWN else ()))
        yield flow, ImageQuery(record=flow.record, key=place, keys=tuple(keys), places=places)


def _unfound(plan: Plan, record: Record, flow: FlowPlan, images: Images) -> str:
    """The own id of a record that stood there, and that was sought by our key in vain; else an empty text."""
    target = record.targets.get(flow.id)
    if target is None or target.base is None or own_id(record, flow):
        return ""
    return "" if key_of(plan, record) in images.get((flow.id, flow.key), {}) else target.id


class Found(Struct, frozen=True):
    """A candidate beside its before-image. `key` is what stands at the flow's key. `before` is in normal spelling, None
    where there is no record. `own` is the id by which a record is found that our key need not stand in. Where it is to
    be written there (`unkeyed`), `rival` is another one that carries it.
    """

    candidate: Candidate
    record: Record
    flow: FlowPlan
    key: str
    image: Image | None
    before: dict[str, Json] | None
    own: str = ""
    unkeyed: bool = False
    rival: Image | None = None

    def differs(self, selection: Selection) -> bool:
        """Whether somebody else moved it since we last knew it."""
        expects = expected(self.record, self.flow)
        if self.before is None:
            return expects is not None or bool(self.own)
        if expects is None:
            return True
        if self.rival is not None or (self.unkeyed and self.before.get(self.flow.key) not in (None, self.key)):
            return True
        return any(self.before.get(p) != self._normal(p, v) for p, v in selection.translated(expects).items())

    def request(self, selection: Selection) -> Request:
        """What is left to write: the places that do not stand there yet."""
        content = selection.translated(self.candidate.content)
        before = self.before
        if before is not None:
            content = {p: v for p, v in content.items() if p not in before or before[p] != self._normal(p, v)}
            if not self.unkeyed:
                content.pop(self.flow.key, None)
            content = {p: v for p, v in content.items() if p not in self.flow.on_create}
        return Request(
            record=self.flow.record,
            key=(OWN, self.own) if self.own and before is not None else (self.flow.key, self.key),
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
        known = self.own or ("" if target is None else target.id)
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
    images: Images,
) -> list[Found]:  # fmt: skip
    """Candidates beside their before-images, which stand by (flow id, place of the key) and key."""
    found = []
    for candidate in candidates:
        record, flow = selection.record(candidate), plan.flows[candidate.flow]
        own, unkeyed = own_id(record, flow) or _unfound(plan, record, flow, images), _is_unkeyed(record, flow)
        key = key_of(plan, record)
        keyed = images.get((flow.id, flow.key), {}).get(key)
        image = images.get((flow.id, OWN), {}).get(own) if own else keyed
        rival = keyed if unkeyed and keyed is not None and keyed.remote_id != own else None
        before = None if image is None else _before(flow, image)
        found.append(Found(candidate, record, flow, key, image, before, own, unkeyed, rival))
    return found


def _before(flow: FlowPlan, image: Image) -> dict[str, Json]:
    """In normal spelling; what is constant at creation is theirs afterwards."""
    shown = ((p, v) for p, v in image.places.items() if p in flow.normal and p not in flow.on_create)
    return {place: flow.normal[place](value) for place, value in shown}


OWN: Final = ""
"""In the place of a key: the record's own id."""


def sought(plan: Plan, record: Record, flow: FlowPlan) -> tuple[Sought, ...]:
    """Where a record's before-image is looked for. Before our key is written, also whether another one carries it."""
    own = own_id(record, flow)
    by_key = (flow.key, key_of(plan, record))
    if not own:
        return (by_key,)
    return ((OWN, own), by_key) if _is_unkeyed(record, flow) else ((OWN, own),)


def is_failed(failed: Failed, plan: Plan, record: Record, flow: FlowPlan) -> bool:
    """Whether a record is one of those that could not be looked at."""
    target = record.targets.get(flow.id, TargetState())
    asked = (*sought(plan, record, flow), (OWN, target.id))
    return any(key in failed.get((flow.id, place), {}) for place, key in asked)


def own_id(record: Record, flow: FlowPlan) -> str:
    """The record's own id in a flow, where our key need not stand in it: it was born there, is read there, or stands
    there without a key of ours. Empty where our key finds it.
    """
    source, target = record.sources.get(flow.id), record.targets.get(flow.id)
    if source is not None and source.id and not source.gone:
        return source.id
    if record.birth[0] == flow.id and source is None:
        return record.birth[1]
    if target is None or target.base is None:
        return ""
    return target.id if not flow.key or flow.key not in target.base else ""


def _is_unkeyed(record: Record, flow: FlowPlan) -> bool:
    """Whether our key is still to be written into a record that was matched."""
    target = record.targets.get(flow.id)
    return bool(flow.key) and target is not None and target.unkeyed


def key_of(plan: Plan, record: Record) -> str:
    """What stands at the key of a record's flows."""
    return plan.objects[record.object].key_of(record.birth)
