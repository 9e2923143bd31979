"""From a checked map to the plan: everything that a map says is looked up, spelled and closed over here, once."""

from collections.abc import Mapping
from typing import Final

from syncengine.check.checked import Checked, CheckedObject, CheckedSystem
from syncengine.plan.digest import digest
from syncengine.plan.fields import compile_field
from syncengine.plan.flows import compile_flow
from syncengine.plan.matching import compile_match
from syncengine.plan.plan import FlowPlan, ObjectPlan, Plan, RetryPlan, SystemPlan
from syncengine.plan.spelling import Readings

NO_READINGS: Final[Readings] = {}


def compile_plan(checked: Checked, readings: Readings = NO_READINGS) -> Plan:
    """Pure: equal maps give plans that judge alike. `readings` hold every conversion that the map names."""
    flows = {name: compile_flow(flow, checked, readings) for name, flow in checked.flows.items()}
    return Plan(
        project=checked.project,
        digest=digest(checked.meaning),
        systems={name: _system(system) for name, system in checked.systems.items()},
        objects={name: _object(subject, flows) for name, subject in checked.objects.items()},
        flows=flows,
        readers=_readers(flows),
        retry=RetryPlan(
            first=checked.first_wait, longest=checked.longest_wait, receives=checked.max_receive_count
        ),
        classes=checked.classes,
        views=checked.views,
    )


def _system(system: CheckedSystem) -> SystemPlan:
    return SystemPlan(
        name=system.name, kind=system.spec.kind, connector=system.spec.connector, owner=system.spec.owner
    )


def _object(subject: CheckedObject, flows: Mapping[str, FlowPlan]) -> ObjectPlan:
    return ObjectPlan(
        name=subject.name,
        kind=subject.kind,
        system_of_record=subject.system_of_record,
        fields={name: compile_field(field) for name, field in subject.fields.items()},
        flows=tuple(flow.id for flow in subject.flows.values()),
        born_in=subject.born_in,
        match=compile_match(subject, flows),
    )


def _readers(flows: Mapping[str, FlowPlan]) -> Mapping[tuple[str, str], str]:
    """Every flow takes in what its system says of its record type, be it to see edits; one that reads goes first."""
    found: dict[tuple[str, str], str] = {}
    for flow in flows.values():
        at = (flow.system, flow.record)
        if at not in found or (_takes_in(flow) and not _takes_in(flows[found[at]])):
            found[at] = flow.id
    return found


def _takes_in(flow: FlowPlan) -> bool:
    return flow.born or bool(flow.reads)
