"""Built-in fields: what the engine itself knows of a record, as one of its flows would show it.

`id_in.FLOW` is absent while the record has no id there, and never emptied. Of several holds the oldest is shown.
"""

from collections.abc import Mapping, Sequence

from syncengine.clock import to_text
from syncengine.decide.draft import Draft
from syncengine.model.action import OpenHold
from syncengine.model.value import Value
from syncengine.plan.plan import FlowPlan
from syncengine.vocabulary import ID_IN, HoldField


def shown(draft: Draft, flow: FlowPlan, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Every value that the flow may show: those of the record's fields, and of the built-in ones that it spells."""
    if not flow.built_ins:
        return values
    known = {**_ids(draft, flow), **_hold(_open(draft, flow))}
    return {**values, **{name: known[name] for name in flow.built_ins if name in known}}


def _ids(draft: Draft, flow: FlowPlan) -> dict[str, str]:
    asked = (name for name in flow.built_ins if name.startswith(ID_IN))
    found = ((name, _id_in(draft, f"{flow.object}.{name.removeprefix(ID_IN)}")) for name in asked)
    return {name: id_ for name, id_ in found if id_}


def _id_in(draft: Draft, flow_id: str) -> str:
    """The record's id in a flow, "" where it has none there."""
    record, linked = draft.known, (link.id for link in draft.links if link.flow == flow_id)
    source = record.sources.get(flow_id)
    birth = record.birth[1] if record.birth[0] == flow_id else ""
    return next(linked, "") or birth or draft.target(flow_id).id or ("" if source is None else source.id)


def _open(draft: Draft, flow: FlowPlan) -> Sequence[OpenHold]:
    """The holds of this record and about it, the oldest first, as this judgement leaves them. What is held in the very
    flow that would show it does not exist there; and what the map no longer stops is not held.
    """
    own = draft.known.entity
    decided = (
        OpenHold(entity=own, flow=name, hold=hold) for name, holds in draft.held.items() for hold in holds
    )  # fmt: skip
    standing = (one for one in draft.state.holds if one.entity != own or one.flow not in draft.held)
    elsewhere = (one for one in (*standing, *decided) if (one.entity, one.flow) != (own, flow.id))
    return sorted((one for one in elsewhere if _is_stopped(draft, one)), key=_age)


def _is_stopped(draft: Draft, one: OpenHold) -> bool:
    flow = draft.plan.flows.get(one.flow)
    return flow is not None and any(gate.name == one.hold.gate for gate in flow.gates)


def _age(one: OpenHold) -> tuple[object, ...]:
    """Holds of one moment stand in an order that has nothing to do with which of them was judged first."""
    hold = one.hold
    return hold.since, one.flow, hold.gate, hold.need, hold.status, hold.next


def _hold(holds: Sequence[OpenHold]) -> dict[str, Value]:
    if not holds:
        return {**dict.fromkeys(HoldField), HoldField.OPEN: False}
    oldest, more = holds[0].hold, len(holds) - 1
    return {
        HoldField.OPEN: True,
        HoldField.REASON: f"{oldest.reason} and {more} more" if more else oldest.reason,
        HoldField.SINCE: to_text(oldest.since.replace(microsecond=0)),  # not every system keeps fractions
        HoldField.NEXT_ACTION: oldest.next,
        HoldField.GATE: oldest.gate,
    }
