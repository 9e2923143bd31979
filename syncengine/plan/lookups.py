"""What to load before a snapshot can be judged: the record it is about, and the records that it names."""

from dataclasses import dataclass
from functools import lru_cache

from syncengine.canonical import entity_id
from syncengine.model.event import Snapshot
from syncengine.plan.conversions.text import identifier
from syncengine.plan.path import Getter, getter
from syncengine.plan.plan import ABSENT, FlowPlan, Plan, ReadSpelling, UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
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
    """The id at the flow's key place names the entity by its birth in the first flow of `born_in`; where there is no
    such place, or nothing stands in it, a record in a birth flow is born under its own id.
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
        key = _key(flow, snapshot)
        if key is not None:
            return plan.object_of(flow).born_in[0], key
    return (flow.id, snapshot.id) if flow.born else None


def _key(flow: FlowPlan, snapshot: Snapshot) -> str | None:
    """A key that nobody can read names nothing: the record is then known by its link or not at all."""
    try:
        raw = _getter(flow.key)(snapshot.content)
        return None if raw is None or raw is ABSENT else identifier(raw)
    except UnreadableError:
        return None


@lru_cache(maxsize=1024)
def _getter(path: str) -> Getter:
    return getter(path)


def refs(flow: FlowPlan, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The (flow id, record id) of every other record that the snapshot names in a field that this flow is."""
    if not flow.refs:
        return ()
    found = (_ref(spelling, snapshot) for spelling in flow.reads if spelling.field in flow.refs)
    return tuple(dict.fromkeys(named for named in found if named is not None))


def _ref(spelling: ReadSpelling, snapshot: Snapshot) -> tuple[str, str] | None:
    try:
        value = spelling.read(snapshot.content)
    except UnreadableError:
        return None
    return None if value is None or value is ABSENT else (value["flow"], value["id"])
