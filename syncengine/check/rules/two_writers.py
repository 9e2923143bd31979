"""Two grants, or two spellings, write the same place of the same record type. Both lines are named.

Why: the last one to write wins, and neither can say why its value is gone.
Remedy: keep one of them.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.places import Ground, Touched, by_record, first_written, written
from syncengine.check.rule import found
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


def check(context: Context) -> Iterator[Finding]:
    yield from _granted_twice(context)
    for flows in by_record(context).values():
        yield from _colliding(context, [t for flow in flows for t in (*first_written(flow), *written(flow))])


def _granted_twice(context: Context) -> Iterator[Finding]:
    first: dict[tuple[str, str], Path] = {}
    for view in context.grants:
        flow = view.flow_id
        for index, name in enumerate(view.grant.fields):
            path = (*view.path, "fields", index)
            earlier = first.setdefault((flow, name), path)
            if earlier is not path:
                other, place = (context.spec.place(AUTHORITY_FILE, at) for at in (earlier, path))
                message = f"{view.grant.object}.{name} in {view.grant.flow} is granted here and at {other}"
                yield found(ID, message, "Keep one of the two.", place, path)


def _colliding(context: Context, places: list[Touched]) -> Iterator[Finding]:
    ground = Ground()
    for one in () if _clearly_apart(places) else places:
        other = ground.first(one)
        ground.add(one)
        if other is not None:
            both = f"{one.says} and {other.says} (at {other.place(context)})"
            message = f"{both} both write {_shorter(one.at, other.at)}"
            yield found(ID, message, "Keep one of the two.", one.place(context), one.path)


def _clearly_apart(places: list[Touched]) -> bool:
    """A quick look that most record types pass: nothing stands twice, and nothing inside of anything."""
    at = {touched.at for touched in places}
    return len(at) == len(places) and not any("." in place for place in at)


def _shorter(one: str, other: str) -> str:
    return min(one, other, key=len)
