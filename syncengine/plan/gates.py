"""Gates, compiled: what has to be verified before a flow may create."""

from collections.abc import Mapping

from syncengine.check.checked import CheckedGate, CheckedNeed, CheckedObject
from syncengine.plan.expression import asked
from syncengine.plan.kind import Types
from syncengine.plan.plan import GatePlan, NeedPlan


def compile_gate(gate: CheckedGate, objects: Mapping[str, CheckedObject]) -> GatePlan:
    about = objects[gate.about_object]
    return GatePlan(name=gate.name, about=gate.about, needs=tuple(_need(need, about) for need in gate.needs))


def field_types(subject: CheckedObject) -> Types:
    return {name: field.type for name, field in subject.fields.items()}


def _need(need: CheckedNeed, about: CheckedObject) -> NeedPlan:
    return NeedPlan(
        field=need.field,
        passes=frozenset(str(status) for status in need.passes),
        next=need.next,
        asked=None if need.when is None else asked(need.when, field_types(about)),
        max_age=need.max_age,
        flow=about.fields[need.field].flow,
    )
