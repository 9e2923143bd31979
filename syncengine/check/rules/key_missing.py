"""A grant creates records in a flow that has no `key`.

Why: without a place for the id that the entity was born with, a created record cannot be found again, and a repeat
makes a second one.
Remedy: add `key`, a place of their record that is unique there.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "duplicate/key-missing"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
flows: {crm: {key: billing_id}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {crm: {key: }}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        if flow.may_create and flow.spec.key is None:
            message = f"a grant creates {flow.object.object} in {flow.name}, and the flow has no key"
            remedy = "Add `key`: the place of their record that holds our id."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, flow.path), flow.path)
