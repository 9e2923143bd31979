"""Two grants, or two spellings, write the same place of the same record type. Both lines are named.

Why: the last one to write wins, and neither can say why its value is gone.
Remedy: keep one of them.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from syncengine.check.context import AUTHORITY_FILE, Context, FlowView
from syncengine.check.rule import found
from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.marks import Path
from syncengine.vocabulary import Severity

ID: Final = "authority/two-writers"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows: {crm: {fields: {name: name, email: email}}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {crm: {fields: {name: name, email: name}}}
"""


class Written(NamedTuple):
    """Something that writes a place. `shared`: a currency, which several amounts of one flow may write."""

    at: str
    flow: str
    says: str
    place: Place
    path: Path
    shared: bool


def check(context: Context) -> Iterator[Finding]:
    yield from _granted_twice(context)
    records: dict[tuple[str, str], list[Written]] = {}
    for flow in context.flows:
        records.setdefault((flow.system_name, flow.spec.record), []).extend(_written(context, flow))
    for written in records.values():
        yield from _colliding(written)


def _granted_twice(context: Context) -> Iterator[Finding]:
    first: dict[tuple[str, str], Place] = {}
    for view in context.grants:
        for index, name in enumerate(view.grant.fields):
            path = (*view.path, "fields", index)
            place = context.spec.place(AUTHORITY_FILE, path)
            other = first.setdefault((view.flow_id, name), place)
            if other is not place:
                message = f"{view.grant.object}.{name} in {view.grant.flow} is granted here and at {other}"
                yield found(ID, message, "Keep one of the two.", place, path)


def _written(context: Context, flow: FlowView) -> Iterator[Written]:
    for name, _, spelling, path in flow.spelled():
        if name in flow.granted and not flow.owns(name):
            place = context.spec.key_place(flow.file, path)
            for at in spelling.places:
                yield Written(at, flow.id, f"{flow.object.object}.{name}", place, path, at == spelling.currency_at)
    if not flow.may_create:
        return
    constants = [(at, "on_create", (*flow.path, "on_create", at)) for at in flow.spec.on_create]
    key = [] if flow.spec.key is None else [(flow.spec.key, "key", (*flow.path, "key"))]
    for at, what, path in (*constants, *key):
        place = context.spec.key_place(flow.file, path)
        yield Written(at, flow.id, f"{what} of {flow.id}", place, path, shared=False)


def _colliding(written: list[Written]) -> Iterator[Finding]:
    for index, one in enumerate(written):
        for other in written[:index]:
            if _overlap(one.at, other.at) and not (one.shared and other.shared and one.flow == other.flow):
                message = f"{one.says} and {other.says} (at {other.place}) both write {_shorter(one.at, other.at)}"
                yield found(ID, message, "Keep one of the two.", one.place, one.path)
                break


def _overlap(one: str, other: str) -> bool:
    """Whether the places are one, or one lies inside the other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")


def _shorter(one: str, other: str) -> str:
    return min(one, other, key=len)
