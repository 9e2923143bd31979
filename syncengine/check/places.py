"""Which places of which record types a map reads and writes."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from syncengine.check.context import Context, FlowView
from syncengine.errors import Place
from syncengine.spec.marks import Path


class Touched(NamedTuple):
    """A place of theirs, and which field of ours stands there: "" for a constant or the key. `shared`: the currency of
    an amount, which other amounts of the same flow may share.
    """

    at: str
    flow: FlowView
    field: str
    path: Path
    shared: bool = False

    @property
    def says(self) -> str:
        """What of ours stands there."""
        if self.field:
            return f"{self.flow.object.object}.{self.field}"
        return f"{self.path[len(self.flow.path)]} of {self.flow.id}"

    def place(self, context: Context) -> Place:
        """Where it is written. Asked only by a finding: a sound file is never looked through for places."""
        return context.spec.key_place(self.flow.file, self.path)


def written(flow: FlowView) -> Iterator[Touched]:
    """What a grant lets the engine write: fields, at creation the constants and the key, which is also filled in where
    a record was matched.
    """
    if not flow.grants:
        return
    yield from _spelled(flow, flow.granted - flow.owned)
    for at in flow.spec.on_create if flow.may_create else ():
        yield Touched(at, flow, "", (*flow.path, "on_create", at))
    if flow.spec.key is not None and (flow.may_create or flow.object.matched_by):
        yield Touched(flow.spec.key, flow, "", (*flow.path, "key"))


def first_written(flow: FlowView) -> Iterator[Touched]:
    """What a grant proposes to the owner of a field when the entity is created there."""
    return _spelled(flow, flow.granted & flow.owned)


def owned(flow: FlowView) -> Iterator[Touched]:
    """What the flow's system says itself: the places of its fields and of its version. None of them may be shared."""
    yield from (touched._replace(shared=False) for touched in _spelled(flow, flow.owned))
    if flow.spec.version is not None:
        yield Touched(flow.spec.version, flow, "", (*flow.path, "version"))


def _spelled(flow: FlowView, names: AbstractSet[str]) -> Iterator[Touched]:
    """The places of some of its fields."""
    for name, _, spelling, path in flow.spelled() if names else ():
        if name in names:
            for at in spelling.places:
                yield Touched(at, flow, name, path, at == spelling.currency_at)


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
        return min(found, key=itemgetter(0))[1] if found else None


_Corner: TypeAlias = dict[str, tuple[int, Touched]]
"""The earliest at one place, by the flow whose amounts share it ("" for what is not shared), with its number."""


def _share(one: Touched) -> str:
    return one.flow.id if one.shared else ""


def _above(at: str) -> Iterator[str]:
    """What stands before each dot."""
    dot = at.find(".")
    while dot >= 0:
        yield at[:dot]
        dot = at.find(".", dot + 1)
