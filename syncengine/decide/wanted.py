"""What a flow should show of an entity, in the target's words."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from syncengine.model.value import Json, Places, Value
from syncengine.plan.plan import FlowPlan, UnreadableError, WriteSpelling


def wanted(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The granted places, for every field that is known (empty is known, absent is not).

    Raises UnreadableError when a value cannot be spelled there, or two fields want one place to differ (two amounts of
    different currencies beside one currency place).
    """
    return _spelled(flow, (spelling for spelling in flow.shows if spelling.field in flow.granted), values)


def first_wanted(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """What the owner is told when it is to create an entity that was born elsewhere. Raises UnreadableError."""
    return _spelled(flow, flow.once, values)


def _spelled(flow: FlowPlan, spellings: Iterable[WriteSpelling], values: Mapping[str, Value]) -> dict[str, Json]:
    places: dict[str, Json] = {}
    for spelling in spellings:
        if spelling.compute is not None or spelling.field in values:
            for place, value in _places(spelling, values).items():
                if places.setdefault(place, value) != value:
                    raise UnreadableError(f"{spelling.field} and another field want {place} of {flow.id} to differ")
    return places


def hidden(flow: FlowPlan, values: Mapping[str, Value]) -> dict[str, Json]:
    """The places that are spelled but not granted: shown in the sandbox view, never written."""
    places: dict[str, Json] = {}
    for spelling in flow.shows:
        if spelling.field not in flow.granted and (spelling.compute is not None or spelling.field in values):
            with suppress(UnreadableError):  # what is only looked at never stands in the way of what is written
                places.update(_places(spelling, values))
    return places


def _places(spelling: WriteSpelling, values: Mapping[str, Value]) -> Places:
    """What is computed is known as soon as something of it is, and nothing is absent that may not be empty."""
    if spelling.compute is None:
        return spelling.write(values[spelling.field])
    known = all(name in values for name in spelling.requires) and any(name in values for name in spelling.reads)
    return spelling.write(spelling.compute(values)) if known else {}
