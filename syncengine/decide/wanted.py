"""What a flow should show of an entity, in the target's words."""

from collections.abc import Mapping

from syncengine.model.value import Json, Value
from syncengine.plan.plan import FlowPlan


def wanted(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The granted places, for every field that is known (empty is known, absent is not)."""
    return _spell(flow, values, granted=True)


def hidden(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The places that are spelled but not granted: shown in the sandbox view, never written."""
    return _spell(flow, values, granted=False)


def _spell(flow: FlowPlan, values: Mapping[str, Value], *, granted: bool) -> dict[str, Json]:
    places: dict[str, Json] = {}
    for spelling in flow.shows:
        if (spelling.field in flow.granted) is granted and spelling.field in values:
            places.update(spelling.write(values[spelling.field]))
    return places
