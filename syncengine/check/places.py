"""Which places of which record types a map reads and writes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

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
    file: str
    path: Path
    shared: bool

    def place(self, context: Context) -> Place:
        """Where it is written. Asked only by a finding: a sound file is never looked through for places."""
        return context.spec.key_place(self.file, self.path)


def written(flow: FlowView) -> Iterator[Touched]:
    """What a grant lets the engine write: fields, and at creation the constants and the key."""
    for name, _, spelling, path in flow.spelled():
        if name in flow.granted and not flow.owns(name):
            for at in spelling.places:
                yield Touched(at, flow.id, f"{flow.object.object}.{name}", flow.file, path, at == spelling.currency_at)
    if not flow.may_create:
        return
    constants = [(at, "on_create", (*flow.path, "on_create", at)) for at in flow.spec.on_create]
    key = [] if flow.spec.key is None else [(flow.spec.key, "key", (*flow.path, "key"))]
    for at, what, path in (*constants, *key):
        yield Touched(at, flow.id, f"{what} of {flow.id}", flow.file, path, shared=False)


def first_written(flow: FlowView) -> Iterator[Touched]:
    """What a grant proposes to the owner of a field when the entity is created there."""
    for name, _, spelling, path in flow.spelled():
        if name in flow.granted and flow.owns(name):
            for at in spelling.places:
                yield Touched(at, flow.id, f"{flow.object.object}.{name}", flow.file, path, at == spelling.currency_at)


def owned(flow: FlowView) -> Iterator[Touched]:
    """What the flow's system says itself: the places of the fields that it owns."""
    for name, _, spelling, path in flow.spelled():
        if flow.owns(name):
            for at in spelling.places:
                yield Touched(at, flow.id, f"{flow.object.object}.{name}", flow.file, path, shared=False)


def by_record(context: Context) -> dict[tuple[str, str], list[FlowView]]:
    """Flows by (system, record type)."""
    found: dict[tuple[str, str], list[FlowView]] = {}
    for flow in context.flows:
        found.setdefault((flow.system_name, flow.spec.record), []).append(flow)
    return found


class Ground:
    """Touched places of one record type, found by what overlaps them: two are one, or one lies inside the other."""

    def __init__(self, touched: Iterable[Touched] = ()) -> None:
        self._count = 0
        self._at: dict[str, _Corner] = {}
        self._below: dict[str, _Corner] = {}
        for one in touched:
            self.add(one)

    def add(self, one: Touched) -> None:
        self._count += 1
        self._at.setdefault(one.at, {}).setdefault(_share(one), (self._count, one))
        for above in _above(one.at):
            self._below.setdefault(above, {}).setdefault(_share(one), (self._count, one))

    def first(self, one: Touched) -> Touched | None:
        """The earliest that overlaps it. Two amounts of one flow may share their currency."""
        corners = [self._at.get(at) for at in (one.at, *_above(one.at))]
        corners.append(self._below.get(one.at))
        own = _share(one)
        found = [kept for corner in corners if corner for share, kept in corner.items() if not own or share != own]
        return min(found)[1] if found else None


_Corner: TypeAlias = dict[str, tuple[int, Touched]]
"""The earliest at one place, by the flow whose amounts share it ("" for what is not shared), with its number."""


def _share(one: Touched) -> str:
    return one.flow if one.shared else ""


def _above(at: str) -> Iterator[str]:
    """What stands before each dot."""
    dot = at.find(".")
    while dot >= 0:
        yield at[:dot]
        dot = at.find(".", dot + 1)
