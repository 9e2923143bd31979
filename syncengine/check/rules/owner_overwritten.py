"""A grant writes a field into the system that owns it, or writes a place from which an owned field is read.

Why: the engine would overwrite the one value that everything else is derived from.
Remedy: take the field out of the grant, or give it another owner. To propose the value of an entity that is born
elsewhere, once, grant create and nothing else.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context
from syncengine.check.places import Ground, Touched, by_record, owned, written
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "authority/owner-would-be-overwritten"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at, note]}
"""


def check(context: Context) -> Iterator[Finding]:
    yield from _granted(context)
    for flows in by_record(context).values():
        reads = [touched for flow in flows for touched in owned(flow)] if any(flow.grants for flow in flows) else []
        if reads:
            yield from _overwritten(context, [touched for flow in flows for touched in written(flow)], reads)


def _overwritten(context: Context, writes: list[Touched], reads: list[Touched]) -> Iterator[Finding]:
    ground = Ground(reads)
    for one in writes:
        other = ground.first(one)
        if other is not None:
            where = f"{other.says} (at {other.place(context)})"
            message = f"{one.says} is written where {where} is read from its owner"
            yield found(ID, message, "Give one of them another place.", one.place(context), one.path)


def _granted(context: Context) -> Iterator[Finding]:
    for view in context.grants:
        flow = context.flow_ids.get(view.flow_id)
        if flow is None:
            continue
        for index, name in enumerate(view.grant.fields):
            if flow.owns(name) and "update" in view.grant.may:
                path = (*view.path, "fields", index)
                message = f"{flow.system_name} owns {flow.object.object}.{name}; this grant would overwrite it there"
                remedy = f"Remove {name} from the grant; what is proposed to an owner is granted with create alone."
                yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, path), path)
