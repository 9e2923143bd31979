"""Does a gate let an action pass? Judged when it is decided, and again on the state of the moment it is sent.

Only `verified` passes by itself, `not_applicable` where the map says so. Every other status, an empty field, an unknown
record and a status older than its `max_age` hold: a gate fails closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from syncengine.clock import from_text, to_text
from syncengine.model.action import Hold, OpenHold
from syncengine.model.decision import Link
from syncengine.model.record import Record
from syncengine.model.value import Value
from syncengine.plan.plan import FlowPlan, GatePlan, NeedPlan

UNKNOWN: Final = "unknown"
"""The status where nobody knows the record that is asked."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""How far the clock of whoever checked may be ahead of ours. What was checked in the future was not checked."""


def judge_gates(
    flow: FlowPlan, record: Record, neighbours: Mapping[tuple[str, str], Record], now: datetime
) -> tuple[Hold, ...]:
    """The holds on creating `record` in `flow`; empty when every need of every gate passes."""
    holds: list[Hold] = []
    for gate in flow.gates:
        about = _about(gate, record, neighbours)
        holds.extend(
            _hold(gate, need, record, about, status, now)
            for need in gate.needs
            if (status := _status(need, about, now)) not in need.passes
        )
    return tuple(holds)


def going_on(holds: Iterable[OpenHold], entity: str, flow: str) -> dict[tuple[str, str], Hold]:
    """The open holds of one record in one flow, by gate and need."""
    return {(o.hold.gate, o.hold.need): o.hold for o in holds if (o.entity, o.flow) == (entity, flow)}


def since(holds: Iterable[Hold], known: Mapping[tuple[str, str], Hold]) -> tuple[Hold, ...]:
    """A hold that goes on, under another status or with other content, began when it began; one about another record
    begins now.
    """
    return tuple(_began(hold, known.get((hold.gate, hold.need))) for hold in holds)


def _began(hold: Hold, known: Hold | None) -> Hold:
    same = known is not None and (known.about == hold.about or UNKNOWN in (known.status, hold.status))
    return replace(hold, since=known.since) if known is not None and same else hold


def gate_subjects(flow: FlowPlan, record: Record) -> tuple[tuple[str, str], ...]:
    """The (flow id, id) of every other record that the flow's gates ask about."""
    refs = (record.value(gate.about) for gate in flow.gates if gate.about)
    return tuple((ref["flow"], ref["id"]) for ref in refs if ref is not None)


def _about(gate: GatePlan, record: Record, neighbours: Mapping[tuple[str, str], Record]) -> Record | None:
    if not gate.about:
        return record
    ref = record.value(gate.about)
    return None if ref is None else neighbours.get((ref["flow"], ref["id"]))


def _status(need: NeedPlan, about: Record | None, now: datetime) -> str:
    if about is None:
        return UNKNOWN
    if need.asked is not None and not need.asked({n: s.value for n, s in about.fields.items()}):
        return next(iter(need.passes))
    value = about.value(need.field)
    if value is None:
        return "not_started"
    status: str = value["status"]
    return "expired" if status in need.passes and _is_stale(need, value, now) else status


def _is_stale(need: NeedPlan, value: Value, now: datetime) -> bool:
    until, since = value.get("valid_until"), value.get("since")
    if until is not None and from_text(until) <= now:
        return True
    if need.max_age is None:
        return False
    return since is None or not now - need.max_age <= from_text(since) <= now + CLOCKS_DIFFER


def _hold(
    gate: GatePlan, need: NeedPlan, record: Record, about: Record | None, status: str, now: datetime
) -> Hold:  # fmt: skip
    return Hold(
        gate=gate.name,
        need=need.field,
        about=_unknown(gate, record) if about is None else about.entity,
        status=status,
        next=need.next,
        since=now,
        facts={"judged_at": to_text(now), "said_by": _said_by(need, about)},
    )


def passed(
    flow: FlowPlan, record: Record, neighbours: Mapping[tuple[str, str], Record], known: Iterable[tuple[str, str]]
) -> str:  # fmt: skip
    """Who says that what was held (by gate and need) may pass now, for the trail: their record and its newest event."""
    asked = set(known)
    said = [
        f"{need.field} by {_said_by(need, _about(gate, record, neighbours))}"
        for gate in flow.gates
        for need in gate.needs
        if (gate.name, need.field) in asked
    ]
    return "; ".join(("every need passes", *said))


def _said_by(need: NeedPlan, about: Record | None) -> str:
    """Their record that speaks of the need, and the newest of its events; ids, and no value."""
    source = None if about is None else about.sources.get(need.flow)
    if source is None:
        return "nobody so far"
    return f"{need.flow} {source.id}" + (f" ({source.events[-1]})" if source.events else "")


def _unknown(gate: GatePlan, record: Record) -> str:
    """Who is waited for where nobody knows the record that is asked: its link, or whoever is to name one."""
    ref = record.value(gate.about)
    return record.entity if ref is None else Link(flow=ref["flow"], id=ref["id"]).name
