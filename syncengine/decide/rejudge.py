"""The second judgement, on the state of the moment, just before an action is sent: what was right when it was decided
may be wrong now. Pure, like the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncengine.decide.gate import judge_gates
from syncengine.model.action import Candidate, Hold
from syncengine.model.record import Record
from syncengine.model.switch import Switches
from syncengine.plan.plan import Plan
from syncengine.vocabulary import ActionKind, Phase


class Ruling(StrEnum):
    SEND = "send"
    HOLD = "hold"  # a gate says no
    CANCEL = "cancel"  # the present map does not grant it any more
    KEEP = "keep"  # not now: it stays where it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudgement:
    ruling: Ruling
    why: str = ""
    holds: tuple[Hold, ...] = ()


def rejudge(
    action: Candidate,
    record: Record,
    neighbours: Mapping[tuple[str, str], Record],
    switches: Switches,
    plan: Plan,
    now: datetime,
) -> Rejudgement:
    """May this action be sent now? Asks the grant, the pause, the phase, the record's own order and every gate."""
    flow = plan.flows.get(action.flow)
    if flow is None or not _granted(action, record, plan):
        return Rejudgement(ruling=Ruling.CANCEL, why="the present map does not grant it")
    scope = switches.is_paused(
        write_set=flow.write_set, flow=flow.id, object_name=flow.object, system=flow.system
    )  # fmt: skip
    if scope:
        return Rejudgement(ruling=Ruling.KEEP, why=f"{scope} is paused")
    if switches.phase(flow.write_set, flow.ceiling).rank < Phase.CONTROLLED.rank:
        return Rejudgement(ruling=Ruling.KEEP, why=f"the write set {flow.write_set} is in observe")
    if record.unsettled:
        return Rejudgement(ruling=Ruling.KEEP, why="a reading of its record is awaited")
    target = record.targets.get(flow.id)
    if target is not None and target.missing:
        return Rejudgement(ruling=Ruling.CANCEL, why="the record is gone there")
    if record.tombstone:
        return Rejudgement(ruling=Ruling.CANCEL, why="the record is gone in its system of record")
    if action.kind is ActionKind.CREATE and flow.gates:
        holds = judge_gates(flow, record, neighbours, now)
        if holds:
            return Rejudgement(ruling=Ruling.HOLD, why="; ".join(h.reason for h in holds), holds=holds)
    return Rejudgement(ruling=Ruling.SEND)


def _granted(action: Candidate, record: Record, plan: Plan) -> bool:
    flow = plan.flows[action.flow]
    if record.object != flow.object or action.write_set != flow.write_set:
        return False
    if not (flow.may_create if action.kind is ActionKind.CREATE else flow.may_update):
        return False
    granted = {p for s in flow.shows if s.field in flow.granted for p in s.places}
    allowed = granted | set(flow.on_create) | ({flow.key} if flow.key else set())
    return all(place in allowed for place in action.content)
