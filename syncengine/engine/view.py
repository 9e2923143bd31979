"""From a plan to what evidence may show of it: masking itself is evidence's."""

from collections.abc import Iterator

from syncengine.evidence.view import PlanView
from syncengine.plan.plan import Plan


def view_of(plan: Plan, name: str, key: bytes = b"") -> PlanView:
    """One view of the map. A view that the map does not have shows nothing. `key` is the ledger's secret."""
    return PlanView(
        places={(f.id, place): entry for f in plan.flows.values() for place, entry in f.place_classes.items()},
        fields={(o.name, field.name): field.klass for o in plan.objects.values() for field in o.fields.values()},
        needs=dict(_needs(plan)),
        consequences={f.id: tuple(str(name) for name in f.consequences) for f in plan.flows.values()},
        systems={f.id: f.system for f in plan.flows.values()},
        classes=plan.classes,
        cells=plan.views.get(name, {}),
        key=key,
    )


def _needs(plan: Plan) -> Iterator[tuple[tuple[str, str, str], str]]:
    for flow in plan.flows.values():
        own = plan.object_of(flow)
        for gate in flow.gates:
            about = plan.objects[own.fields[gate.about].ref] if gate.about else own
            for need in gate.needs:
                yield (flow.id, gate.name, need.field), about.fields[need.field].klass
