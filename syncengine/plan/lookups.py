"""What to load before a snapshot can be judged: the record it is about, and the records that it names."""

from functools import lru_cache

from syncengine.canonical import entity_id
from syncengine.model.event import Snapshot
from syncengine.model.record import Record
from syncengine.model.struct import Struct
from syncengine.plan.conversions.text import identifier
from syncengine.plan.path import Getter, getter
from syncengine.plan.plan import ABSENT, FlowPlan, Plan, ReadSpelling, UnreadableError


class Identity(Struct, frozen=True, kw_only=True):
    """Which entity a snapshot is about: whatever (`flow`, `id`) is linked to, and else `entity`.

    `birth` is where that entity was born: (birth flow id, birth id); None, and `entity` with it, where only a link can
    tell. `born`: the entity may come into existence with this snapshot.
    """

    flow: str
    id: str
    birth: tuple[str, str] | None
    entity: str | None
    born: bool

    @property
    def link(self) -> tuple[str, str]:
        return self.flow, self.id


def identify(plan: Plan, flow: FlowPlan, snapshot: Snapshot) -> Identity:
    """The id at the flow's key place names the entity by its birth; where there is no such place, or no such id stands
    in it, a record in a birth flow is born under its own id.
    """
    birth = _birth(plan, flow, snapshot)
    return Identity(
        flow=flow.id,
        id=snapshot.id,
        birth=birth,
        entity=None if birth is None else entity_id(plan.project, flow.object, *birth),
        born=flow.born,
    )


def _birth(plan: Plan, flow: FlowPlan, snapshot: Snapshot) -> tuple[str, str] | None:
    if flow.key:
        try:
            raw = _getter(flow.key)(snapshot.content)
            key = None if raw is None or raw is ABSENT else identifier(raw)
            named = plan.object_of(flow).birth_of(key) if key else None
        except UnreadableError:
            raw = named = None  # a key that nobody can read names nothing
        if named is not None:
            return named
        if raw is ABSENT and not snapshot.complete:
            return None  # its key was not shown: it may be the entity that we created here
    return (flow.id, snapshot.id) if flow.born else None


@lru_cache(maxsize=1024)
def _getter(path: str) -> Getter:
    return getter(path)


def refs(flow: FlowPlan, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The (flow id, record id) of every other record that the snapshot names in a field that this flow is, or speaks
    of first.
    """
    if not flow.refs:
        return ()
    read = (*flow.reads, *flow.proposes)
    found = (_ref(spelling, snapshot) for spelling in read if spelling.field in flow.refs)
    return tuple(dict.fromkeys(named for named in found if named is not None))


def compared(
    plan: Plan, flow: FlowPlan, snapshot: Snapshot, record: Record | None
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """The (flow id, record id) of what the snapshot names, and of what the record names already, where the two may be
    different ids of one thing: in fields that are set once, and those that a birth elsewhere spoke of first.
    """
    subject = plan.object_of(flow)
    first = {s.field for birth in subject.born_in for s in plan.flows[birth].proposes} if flow.refs else ()
    names = [name for name in flow.refs if subject.fields[name].fixed or name in first]
    if not names:
        return ()
    held = () if record is None else (record.value(name) for name in names)
    return (*refs(flow, snapshot), *((value["flow"], value["id"]) for value in held if value is not None))


def _ref(spelling: ReadSpelling, snapshot: Snapshot) -> tuple[str, str] | None:
    try:
        value = spelling.read(snapshot.content)
    except UnreadableError:
        return None
    return None if value is None or value is ABSENT else (value["flow"], value["id"])
