"""Two grants, or two spellings, write the same place of the same record type. Both lines are named.

Why: the last one to write wins, and neither can say why its value is gone.
Remedy: keep one of them.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.places import Touched, by_record, overlap, written
from syncengine.check.rule import found
from syncengine.errors import Place
from syncengine.model.finding import Finding
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


def check(context: Context) -> Iterator[Finding]:
    yield from _granted_twice(context)
    for flows in by_record(context).values():
        yield from _colliding([touched for flow in flows for touched in written(context, flow)])


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


def _colliding(places: list[Touched]) -> Iterator[Finding]:
    for index, one in enumerate(places):
        for other in places[:index]:
            if overlap(one.at, other.at) and not (one.shared and other.shared and one.flow == other.flow):
                message = f"{one.says} and {other.says} (at {other.place}) both write {_shorter(one.at, other.at)}"
                yield found(ID, message, "Keep one of the two.", one.place, one.path)
                break


def _shorter(one: str, other: str) -> str:
    return min(one, other, key=len)
