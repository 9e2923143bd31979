"""The second judgement, on the state of the moment, just before an action is sent. Pure, like the first.

What was right when it was decided may be wrong now.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from syncengine.decide.gate import gate_subjects, judge_gates
from syncengine.decide.steps.correlate import is_contested
from syncengine.model.action import Candidate, Hold
from syncengine.model.record import Record, TargetState
from syncengine.model.struct import Struct
from syncengine.model.switch import Switches
from syncengine.plan.plan import FlowPlan, ObjectPlan, Plan
from syncengine.vocabulary import ActionKind, Phase


class Ruling(StrEnum):
    SEND = "send"
    HOLD = "hold"  # a gate says no
    CANCEL = "cancel"  # the present map does not grant it any more
    KEEP = "keep"  # not now: it stays where it is


class Rejudgement(Struct, frozen=True, kw_only=True):
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
    unread: Collection[str] = (),
) -> Rejudgement:
    """May this action be sent now? Asks the grant, the pause, the phase, the record's own order and every gate.
    `unread` are flows (ids) that have not been read for too long to be trusted.

    Whether it creates is judged by what stands there now, not by what stood there when it was decided.
    """
    flow = plan.flows.get(action.flow)
    target = record.targets.get(action.flow, TargetState())
    creates = target.base is None
    if flow is not None and not creates and action.kind is ActionKind.CREATE and not flow.may_update:
        return Rejudgement(ruling=Ruling.CANCEL, why="it stands there already, and the map grants no update")
    if flow is None or not _granted(action, record, flow, creates=creates):
        return Rejudgement(ruling=Ruling.CANCEL, why="the present map does not grant it")
    not_now = _not_now(flow, record, switches) or _not_matched(flow, target, plan.objects[flow.object])
    if not_now:
        return Rejudgement(ruling=Ruling.KEEP, why=not_now)
    gone = _gone(action, record, target)
    if gone:
        return Rejudgement(ruling=Ruling.CANCEL, why=gone)
    return _ask_gates(flow, record, neighbours, now, unread) if creates else Rejudgement(ruling=Ruling.SEND)


def _not_now(flow: FlowPlan, record: Record, switches: Switches) -> str:
    """Why it has to stay where it is for now, or an empty text."""
    scope = switches.is_paused(write_set=flow.write_set, flow=flow.id, object_name=flow.object, system=flow.system)
    if scope:
        return f"{scope} is paused"
    if switches.phase(flow.write_set, flow.ceiling).rank < Phase.CONTROLLED.rank:
        return f"the write set {flow.write_set} is in observe"
    return "a reading of its record is awaited" if record.unsettled else ""


def _gone(action: Candidate, record: Record, target: TargetState) -> str:
    """What has gone away since it was decided, or an empty text."""
    if record.tombstone:
        return "the record is gone in its system of record"
    if target.base is None and not action.content:
        return "nothing is to be created there any more"
    gone_there = target.missing or (target.base is None and action.kind is ActionKind.UPDATE)
    return "the record is gone there" if gone_there else ""


def _not_matched(flow: FlowPlan, target: TargetState, subject: ObjectPlan) -> str:
    """Where records are matched, nothing is created that was not compared, and no key is written over another."""
    if is_contested(flow, target):
        return "a person has to look at the key there first"
    compared = subject.match is None or flow.id not in subject.match.flows or target.alone
    return "" if compared or target.base is not None else f"not all that {flow.system} holds has been compared with it"


def _ask_gates(
    flow: FlowPlan, record: Record, neighbours: Mapping[tuple[str, str], Record], now: datetime, unread: Collection[str]
) -> Rejudgement:  # fmt: skip
    holds = judge_gates(flow, record, neighbours, now)
    if holds:
        return Rejudgement(ruling=Ruling.HOLD, why="; ".join(h.asked for h in holds), holds=holds)
    asked = (neighbours.get(link) for link in gate_subjects(flow, record))
    if any(about is not None and about.unsettled for about in asked):
        return Rejudgement(ruling=Ruling.KEEP, why="a reading of the record that a gate asks is awaited")
    late = sorted({need.flow for gate in flow.gates for need in gate.needs if need.flow in unread})
    if late:
        return Rejudgement(ruling=Ruling.KEEP, why=f"{', '.join(late)} was not read for too long to be trusted")
    return Rejudgement(ruling=Ruling.SEND)


def _granted(action: Candidate, record: Record, flow: FlowPlan, *, creates: bool) -> bool:
    if record.object != flow.object or action.write_set != flow.write_set:
        return False
    if not (flow.may_create if creates else flow.may_update):
        return False
    others = [place for place in action.content if place not in flow.granted_places]
    key = (flow.key,) if flow.may_create else ()
    places = (flow.on_create, key, flow.first_places)
    return all(any(p in some for some in places) for p in others)
