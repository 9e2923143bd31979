"""What a flow should show of an entity, in the target's words."""

from collections.abc import Mapping
from contextlib import suppress

from syncengine.model.value import Json, Value
from syncengine.plan.plan import FlowPlan, UnreadableError


def wanted(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The granted places, for every field that is known (empty is known, absent is not).

    Raises UnreadableError when a value cannot be spelled there, or two fields want one place to differ (two amounts of
    different currencies beside one currency place).
    """
    places: dict[str, Json] = {}
    for spelling in flow.shows:
        if spelling.field in flow.granted and spelling.field in values:
            for place, value in spelling.write(values[spelling.field]).items():
                if places.setdefault(place, value) != value:
                    raise UnreadableError(f"{spelling.field} and another field want {place} of {flow.id} to differ")
    return places


def hidden(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The places that are spelled but not granted: shown in the sandbox view, never written."""
    places: dict[str, Json] = {}
    for spelling in flow.shows:
        if spelling.field not in flow.granted and spelling.field in values:
            with suppress(UnreadableError):  # what is only looked at never stands in the way of what is written
                places.update(spelling.write(values[spelling.field]))
    return places
