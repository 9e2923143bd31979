"""A grant writes a field into the system that owns it, or writes a place from which an owned field is read.

Why: the engine would overwrite the one value that everything else is derived from.
Remedy: take the field out of the grant, or give it another owner.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.places import Touched, by_record, overlap, owned, written
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "authority/owner-would-be-overwritten"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# authority.yaml
crm-view: {grants: [{may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}]}
"""
FAILS: Final = """
# authority.yaml
crm-view: {grants: [{may: [create, update], object: invoice, in: crm, fields: [account, status, total, note]}]}
"""


def check(context: Context) -> Iterator[Finding]:
    yield from _granted(context)
    for flows in by_record(context).values():
        yield from _overwritten(
            [touched for flow in flows for touched in written(context, flow)],
            [touched for flow in flows for touched in owned(context, flow)],
        )


def _overwritten(writes: list[Touched], reads: list[Touched]) -> Iterator[Finding]:
    for one in writes:
        for other in reads:
            if overlap(one.at, other.at):
                message = f"{one.says} is written where {other.says} (at {other.place}) is read from its owner"
                yield found(ID, message, "Give one of them another place.", one.place, one.path)
                break


def _granted(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None:
            continue
        for index, name in enumerate(view.grant.fields):
            if not flow.owns(name):
                continue
            path = (*view.path, "fields", index)
            place = context.spec.place(AUTHORITY_FILE, path)
            if "update" in view.grant.may:
                message = f"{flow.system_name} owns {flow.object.object}.{name}; this grant would overwrite it there"
                yield found(ID, message, f"Remove {name} from the grant.", place, path)
            else:
                message = f"proposing {name} to its owner {flow.system_name} at creation is not built yet"
                yield found("language/not-built", message, f"Remove {name} from the grant.", place, path)
