"""A flow has no consistency contract.

Why: somebody acts on the value; they need to know how old it may be, from when that is an incident,
and where to look.
Remedy: add `fresh: {expected: …, incident: …, look_at: …}`.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "fresh/missing"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows: {crm: {fresh: {expected: 60s, incident: 15m, look_at: Account page}}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {crm: {fresh: }}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.spec.fresh is None:
            remedy = "Add `fresh: {expected: 60s, incident: 15m, look_at: …}`."
            place = context.spec.key_place(flow.file, flow.path)
            yield found(ID, f"the flow {flow.id} has no consistency contract", remedy, place, flow.path)
