"""Which places of which record types a map reads and writes."""

from collections.abc import Iterator
from typing import NamedTuple

from syncengine.check.context import Context, FlowView
from syncengine.errors import Place
from syncengine.spec.marks import Path


class Touched(NamedTuple):
    """A place of theirs. `says` names what of ours stands there; `shared`: the currency of an amount, which other
    amounts of the same flow may share.
    """

    at: str
    flow: str
    says: str
    place: Place
    path: Path
    shared: bool


def written(context: Context, flow: FlowView) -> Iterator[Touched]:
    """What a grant lets the engine write: fields, and at creation the constants and the key."""
    for name, _, spelling, path in flow.spelled():
        if name in flow.granted and not flow.owns(name):
            place = context.spec.key_place(flow.file, path)
            for at in spelling.places:
                yield Touched(at, flow.id, f"{flow.object.object}.{name}", place, path, at == spelling.currency_at)
    if not flow.may_create:
        return
    constants = [(at, "on_create", (*flow.path, "on_create", at)) for at in flow.spec.on_create]
    key = [] if flow.spec.key is None else [(flow.spec.key, "key", (*flow.path, "key"))]
    for at, what, path in (*constants, *key):
        place = context.spec.key_place(flow.file, path)
        yield Touched(at, flow.id, f"{what} of {flow.id}", place, path, shared=False)


def owned(context: Context, flow: FlowView) -> Iterator[Touched]:
    """What the flow's system says itself: the places of the fields that it owns."""
    for name, _, spelling, path in flow.spelled():
        if flow.owns(name):
            place = context.spec.key_place(flow.file, path)
            for at in spelling.places:
                yield Touched(at, flow.id, f"{flow.object.object}.{name}", place, path, at == spelling.currency_at)


def by_record(context: Context) -> dict[tuple[str, str], list[FlowView]]:
    """Flows by (system, record type)."""
    found: dict[tuple[str, str], list[FlowView]] = {}
    for flow in context.flows:
        found.setdefault((flow.system_name, flow.spec.record), []).append(flow)
    return found


def overlap(one: str, other: str) -> bool:
    """Whether the places are one, or one lies inside the other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")
